/**
 * W1 to W7. The server is one sequence of steps, so what a connection must be told is known
 * exactly: between two replies that name zxids a and b come the events of the txns in (a, b], each
 * once, in their order, for the watches that the connection had then. Nothing else is allowed.
 */
import { parentPath } from '../../base/path-rules.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { SetWatches2 } from '../../protocol/records/watches.ts';
import { toyDigest } from '../access.ts';
import type { Ask } from '../clients/client-request.ts';
import type { ConnectionHistory, EventRecord, History, Violation } from '../history.ts';
import { type ModelNode, mayDo } from '../model/model-node.ts';
import type { Change, ModelTree } from '../model/model-tree.ts';

const MODE = { data: 1, child: 2, persistent: 4, recursive: 8 } as const;
const EVENT = { created: 1, deleted: 2, dataChanged: 3, childrenChanged: 4 } as const;
const NO_WATCHER = -121;
const NO_NODE = -101;
/** By the type in checkWatches and removeWatches. */
const MODES_OF = [0, MODE.child, MODE.data, 15, MODE.persistent, MODE.recursive] as const;

interface Expected {
  readonly type: number;
  readonly path: string;
  readonly zxid: number;
}

interface Fired extends Expected {
  /** False where it depends on whether an auth came before the txn or after it. */
  readonly isCertain: boolean;
}

export function checkWatches(history: History, tree: ModelTree): Violation[] {
  const closing = new Set<number>();
  for (const { zxid, txn } of history.txns) {
    if (txn.type === OpCode.closeSession) closing.add(zxid);
  }
  return history.connections.flatMap((connection) => {
    const checker = new ConnectionWatches(connection, tree, closing);
    const problem = checker.run();
    return problem === null ? [] : [problem];
  });
}

class ConnectionWatches {
  readonly #connection: ConnectionHistory;
  readonly #tree: ModelTree;
  /** The txns whose events may come in any order. */
  readonly #closing: ReadonlySet<number>;
  readonly #modes = new Map<string, number>();
  #ids: readonly string[];
  /** Those at the cursor; an auth names no zxid. */
  #idsAtCursor: readonly string[];
  /** All events up to this txn have been seen; -1 before the first reply. */
  #cursor = -1;
  #seen: EventRecord[] = [];

  constructor(connection: ConnectionHistory, tree: ModelTree, closing: ReadonlySet<number>) {
    this.#connection = connection;
    this.#tree = tree;
    this.#closing = closing;
    this.#ids = [`ip:10.0.0.${connection.client + 1}`];
    this.#idsAtCursor = this.#ids;
  }

  run(): Violation | null {
    for (const entry of this.#connection.stream) {
      if (entry.kind === 'event') this.#seen.push(entry.event);
      if (entry.kind !== 'reply') continue;
      const { ask } = entry.asked;
      if (ask.kind === 'auth') this.#addIds(ask.auth);
      if (ask.kind === 'auth' || ask.kind === 'garbage') continue;
      const problem = this.#onReply(ask, entry.reply.zxid, entry.reply.err);
      if (problem !== null) return problem;
    }
    const rest = this.#expectedUpTo(this.#tree.lastZxid);
    return this.#compare(rest, this.#seen, 'at the end');
  }

  #addIds(auth: Uint8Array): void {
    const id = `digest:${toyDigest(String.fromCharCode(...auth))}`;
    if (!this.#ids.includes(id)) this.#ids = [...this.#ids, id];
  }

  #onReply(ask: Ask, zxid: number, err: number): Violation | null {
    const expected = this.#expectedUpTo(zxid);
    this.#cursor = zxid;
    this.#idsAtCursor = this.#ids;
    if (ask.kind === 'setWatches' || ask.kind === 'setWatches2') {
      expected.push(...this.#settle(ask.watches, zxid, ask.kind === 'setWatches2'));
    }
    const problem = this.#compare(expected, this.#seen, `before the ${ask.kind} at ${zxid}`);
    this.#seen = [];
    return problem ?? this.#register(ask, err);
  }

  #expectedUpTo(zxid: number): Fired[] {
    const expected: Fired[] = [];
    if (this.#cursor < 0 || this.#modes.size === 0) return expected;
    for (const at of this.#tree.txnsBetween(this.#cursor, zxid)) {
      const fired = this.#tree.changesOf(at).flatMap((change) => this.#fire(change, at));
      expected.push(...(this.#closing.has(at) ? fired.sort(byText) : fired));
    }
    return expected;
  }

  #compare(
    expected: readonly Fired[],
    seen: readonly EventRecord[],
    where: string,
  ): Violation | null {
    const told = this.#sortedWithinClosing(seen);
    const isEnd = where === 'at the end';
    let at = 0;
    for (const event of expected) {
      const got = told[at];
      if (got !== undefined && textOf(got) === textOf(event)) at++;
      // What comes after the connection's end is told to nobody.
      else if (isEnd && got === undefined) break;
      else if (event.isCertain) return this.#violation(where, event, got);
    }
    const more = told[at];
    return more === undefined ? null : this.#violation(where, undefined, more);
  }

  #violation(where: string, wanted: Expected | undefined, got: Expected | undefined): Violation {
    const text = (event: Expected | undefined) => (event ? textOf(event) : 'nothing');
    const message =
      `connection ${this.#connection.id} ${where}: ` + `told ${text(got)}, not ${text(wanted)}`;
    return { invariant: wanted === undefined ? 'W2' : 'W1', message };
  }

  #sortedWithinClosing(seen: readonly EventRecord[]): EventRecord[] {
    const sorted: EventRecord[] = [];
    for (let i = 0; i < seen.length; ) {
      const zxid = seen[i]?.zxid;
      let count = 0;
      while (i + count < seen.length && seen[i + count]?.zxid === zxid) count++;
      const run = seen.slice(i, i + count);
      sorted.push(...(this.#closing.has(zxid ?? -1) ? run.sort(byText) : run));
      i += count;
    }
    return sorted;
  }

  // --- What fires ---------------------------------------------------------------------------------

  #fire({ kind, path, node, parent }: Change, zxid: number): Fired[] {
    const events: Fired[] = [];
    const add = (type: number, where: string, acl: ModelNode['acl']) => {
      const isCertain = mayDo(acl, 1, this.#idsAtCursor);
      if (mayDo(acl, 1, this.#ids)) events.push({ type, path: where, zxid, isCertain });
    };
    const isAtPath = this.#has(path, MODE.data | MODE.persistent | MODE.recursive);
    const isTold = isAtPath || this.#isRecursiveAbove(path);
    this.#drop(path, MODE.data);
    if (isTold) add(EVENT[kind], path, node.acl);
    if (kind === 'dataChanged') return events;
    if (kind === 'deleted') {
      if (!isTold && this.#has(path, MODE.child | MODE.persistent)) {
        add(EVENT.deleted, path, node.acl);
      }
      this.#drop(path, MODE.child);
    }
    const above = parentPath(path);
    if (parent !== null && this.#has(above, MODE.child | MODE.persistent)) {
      this.#drop(above, MODE.child);
      add(EVENT.childrenChanged, above, parent.acl);
    }
    return events;
  }

  #has(path: string, modes: number): boolean {
    return ((this.#modes.get(path) ?? 0) & modes) !== 0;
  }

  #isRecursiveAbove(path: string): boolean {
    for (let above = path; above !== '/'; ) {
      above = parentPath(above);
      if (this.#has(above, MODE.recursive)) return true;
    }
    return false;
  }

  #set(path: string, mode: number): void {
    this.#modes.set(path, (this.#modes.get(path) ?? 0) | mode);
  }

  #drop(path: string, modes: number): void {
    const left = (this.#modes.get(path) ?? 0) & ~modes;
    if (left === 0) this.#modes.delete(path);
    else this.#modes.set(path, left);
  }

  // --- What is registered -------------------------------------------------------------------------

  #register(ask: Ask, err: number): Violation | null {
    switch (ask.kind) {
      case 'exists':
        if (ask.watch && (err === 0 || err === NO_NODE)) this.#set(ask.path, MODE.data);
        return null;
      case 'getData':
        if (ask.watch && err === 0) this.#set(ask.path, MODE.data);
        return null;
      case 'getChildren':
      case 'getChildren2':
        if (ask.watch && err === 0) this.#set(ask.path, MODE.child);
        return null;
      case 'addWatch':
        if (err === 0) this.#set(ask.path, ask.mode === 1 ? MODE.recursive : MODE.persistent);
        return null;
      case 'checkWatches':
      case 'removeWatches': {
        const modes = MODES_OF[ask.type] ?? 0;
        const expected = this.#has(ask.path, modes) ? 0 : NO_WATCHER;
        if (ask.kind === 'removeWatches') this.#drop(ask.path, modes);
        if (err === expected) return null;
        const message = `${ask.kind} ${ask.path} type ${ask.type}: ${err}, not ${expected}`;
        return { invariant: 'W6', message };
      }
      default:
        return null;
    }
  }

  /** W4: what changed since is told at once, the rest is registered. */
  #settle(watches: SetWatches2, zxid: number, hasPersistent: boolean): Fired[] {
    const told: Fired[] = [];
    const since = watches.relativeZxid;
    const settle = (
      paths: readonly (string | null)[] | null,
      mode: number,
      missed: (node: ModelNode | null) => number,
    ) => {
      for (const each of paths ?? []) {
        const path = each ?? '';
        const node = this.#tree.at(path, zxid);
        const type = missed(node);
        if (type === 0) this.#set(path, mode);
        else {
          // Java asks no ACL here, though it does when a watch fires: who may not read may be told.
          const isCertain = node === null || mayDo(node.acl, 1, this.#ids);
          told.push({ type, path, zxid: -1, isCertain });
        }
      }
    };
    settle(watches.dataWatches, MODE.data, (node) => {
      if (node === null) return EVENT.deleted;
      return node.mzxid > since ? EVENT.dataChanged : 0;
    });
    settle(watches.existWatches, MODE.data, (node) => (node === null ? 0 : EVENT.created));
    settle(watches.childWatches, MODE.child, (node) => {
      if (node === null) return EVENT.deleted;
      return node.pzxid > since ? EVENT.childrenChanged : 0;
    });
    if (!hasPersistent) return told;
    for (const path of watches.persistentWatches ?? []) this.#set(path ?? '', MODE.persistent);
    for (const path of watches.persistentRecursiveWatches ?? []) {
      this.#set(path ?? '', MODE.recursive);
    }
    return told;
  }
}

function textOf({ type, path, zxid }: Expected): string {
  return `event ${type} ${path} at ${zxid}`;
}

function byText(a: Expected, b: Expected): number {
  return textOf(a) < textOf(b) ? -1 : 1;
}
