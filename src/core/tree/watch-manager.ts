/**
 * WatchManager: who is to be told of which change (ZooKeeper's WatchManager, both tables).
 *
 * The data table serves data, exist and both persistent kinds, the child table child and plain
 * persistent ones. A path with one watcher, the usual case, costs one map entry and no set; the
 * modes are kept once, with the watcher. One-shot watches go when they fire, also when the ACL
 * then keeps the event from being sent.
 */
import { parentPath } from '../../base/path-rules.ts';
import type { Zxid } from '../../base/zxid.ts';
import { EventType, WatcherType } from '../../protocol/watch-event.ts';
import type { AclId } from './acl-table.ts';

/** What a watcher has asked for on one path. */
export const WatchMode = { data: 1, child: 2, persistent: 4, persistentRecursive: 8 } as const;
type WatchMode = (typeof WatchMode)[keyof typeof WatchMode];

const IN_DATA_TABLE = WatchMode.data | WatchMode.persistent | WatchMode.persistentRecursive;
const IN_CHILD_TABLE = WatchMode.child | WatchMode.persistent;

export interface WatchedEvent {
  readonly type: EventType;
  readonly path: string;
  /** The txn that fired it. */
  readonly zxid: Zxid;
  /** The ACL that decides who may see it: the node's, for child events the parent's. */
  readonly aclId: AclId;
}

export interface Watcher {
  /** Modes by path: owned by the watch manager. */
  readonly watches: Map<string, number>;
  notify(event: WatchedEvent): void;
}

/** Told of every event that found watchers, and how many. */
export interface WatchCounter {
  onFired(type: EventType, watchers: number): void;
}

type Table = Map<string, Watcher | Set<Watcher>>;

export interface WatchSummary {
  readonly connections: number;
  readonly paths: number;
  readonly watches: number;
}

export class WatchManager {
  readonly #data: Table = new Map();
  readonly #child: Table = new Map();
  readonly #watchers = new Set<Watcher>();
  #recursiveCount = 0;
  #watchCount = 0;
  readonly #counter: WatchCounter | null;

  constructor(counter: WatchCounter | null = null) {
    this.#counter = counter;
  }

  /** Entries of both tables. */
  get watchCount(): number {
    return this.#watchCount;
  }

  add(watcher: Watcher, path: string, mode: WatchMode): void {
    const before = watcher.watches.get(path) ?? 0;
    const after = before | mode;
    if (after === before) return;
    watcher.watches.set(path, after);
    this.#watchers.add(watcher);
    if (mode === WatchMode.persistentRecursive) this.#recursiveCount++;
    this.#settle(watcher, path, { before, after });
  }

  /** True when the watcher has a watch of this type there. */
  has(watcher: Watcher, path: string, type: number): boolean {
    return ((watcher.watches.get(path) ?? 0) & modesOf(type)) !== 0;
  }

  /** False when there was none. */
  remove(watcher: Watcher, path: string, type: number): boolean {
    const before = watcher.watches.get(path) ?? 0;
    const after = before & ~modesOf(type);
    if (after === before) return false;
    this.#change(watcher, path, { before, after });
    return true;
  }

  removeWatcher(watcher: Watcher): void {
    for (const [path, before] of watcher.watches) {
      if (before & WatchMode.persistentRecursive) this.#recursiveCount--;
      this.#settle(watcher, path, { before, after: 0 });
    }
    watcher.watches.clear();
    this.#watchers.delete(watcher);
  }

  onCreated(path: string, zxid: Zxid, acls: { node: AclId; parent: AclId }): void {
    this.#fireData({ type: EventType.nodeCreated, path, zxid, aclId: acls.node });
    this.#fireParent(path, zxid, acls.parent);
  }

  onDeleted(path: string, zxid: Zxid, acls: { node: AclId; parent: AclId }): void {
    const event = { type: EventType.nodeDeleted, path, zxid, aclId: acls.node };
    const told = this.#fireData(event);
    this.#fireChild(event, told);
    this.#fireParent(path, zxid, acls.parent);
  }

  onDataChanged(path: string, zxid: Zxid, aclId: AclId): void {
    this.#fireData({ type: EventType.nodeDataChanged, path, zxid, aclId });
  }

  /** Of the data table alone, as the next two. */
  get dataPathCount(): number {
    return this.#data.size;
  }

  /** As the four-letter word counts. */
  dataSummary(): WatchSummary {
    let watches = 0;
    const connections = new Set<Watcher>();
    for (const watchers of this.#data.values()) {
      for (const watcher of each(watchers)) {
        watches++;
        connections.add(watcher);
      }
    }
    return { connections: connections.size, paths: this.#data.size, watches };
  }

  /** Every path in the data table with who watches it. */
  *dataWatches(): IterableIterator<readonly [string, readonly Watcher[]]> {
    for (const [path, watchers] of this.#data) yield [path, [...each(watchers)]];
  }

  #fireParent(path: string, zxid: Zxid, aclId: AclId): void {
    if (this.#child.size === 0) return;
    const type = EventType.nodeChildrenChanged;
    this.#fireChild({ type, path: parentPath(path), zxid, aclId }, null);
  }

  /** Tells data watchers, then recursive ones above; returns those told when there were any. */
  #fireData(event: WatchedEvent): Set<Watcher> | null {
    if (this.#data.size === 0) return null;
    let told: Set<Watcher> | null = null;
    const here = this.#data.get(event.path);
    if (here !== undefined) {
      told = new Set(each(here));
      const isShared = here instanceof Set;
      for (const watcher of told) {
        if (isShared) this.#consumeData(watcher, event.path, here);
        else this.#consume(watcher, event.path, WatchMode.data);
        watcher.notify(event);
      }
      if (isShared && here.size === 0) this.#data.delete(event.path);
    }
    if (this.#recursiveCount > 0) told = this.#fireRecursive(event, told);
    if (told !== null) this.#counter?.onFired(event.type, told.size);
    return told;
  }

  #fireRecursive(event: WatchedEvent, toldHere: Set<Watcher> | null): Set<Watcher> | null {
    let told = toldHere;
    let path = event.path;
    while (path !== '/') {
      path = parentPath(path);
      const here = this.#data.get(path);
      if (here === undefined) continue;
      for (const watcher of each(here)) {
        const isRecursive = (watcher.watches.get(path) ?? 0) & WatchMode.persistentRecursive;
        if (!isRecursive || told?.has(watcher)) continue;
        told ??= new Set();
        told.add(watcher);
        watcher.notify(event);
      }
    }
    return told;
  }

  #fireChild(event: WatchedEvent, told: Set<Watcher> | null): void {
    const here = this.#child.get(event.path);
    if (here === undefined) return;
    const watchers = [...each(here)];
    this.#counter?.onFired(event.type, watchers.length);
    for (const watcher of watchers) {
      this.#consume(watcher, event.path, WatchMode.child);
      if (!told?.has(watcher)) watcher.notify(event);
    }
  }

  /**
   * The same as `#consume`, for one of many who watch the path: with no more than a data watch, as
   * most have, its entry goes without looking up again what is at hand.
   */
  #consumeData(watcher: Watcher, path: string, here: Set<Watcher>): void {
    const { watches } = watcher;
    if (watches.get(path) !== WatchMode.data) {
      this.#consume(watcher, path, WatchMode.data);
      return;
    }
    watches.delete(path);
    if (watches.size === 0) this.#watchers.delete(watcher);
    here.delete(watcher);
    this.#watchCount--;
  }

  #consume(watcher: Watcher, path: string, mode: WatchMode): void {
    const before = watcher.watches.get(path) ?? 0;
    if (before & mode) this.#change(watcher, path, { before, after: before & ~mode });
  }

  #change(watcher: Watcher, path: string, modes: { before: number; after: number }): void {
    const { before, after } = modes;
    if (before & ~after & WatchMode.persistentRecursive) this.#recursiveCount--;
    if (after === 0) watcher.watches.delete(path);
    else watcher.watches.set(path, after);
    this.#settle(watcher, path, modes);
    if (watcher.watches.size === 0) this.#watchers.delete(watcher);
  }

  /** Makes the tables agree with the modes. */
  #settle(watcher: Watcher, path: string, { before, after }: { before: number; after: number }) {
    this.#settleIn(this.#data, watcher, path, hasMode(before, after, IN_DATA_TABLE));
    this.#settleIn(this.#child, watcher, path, hasMode(before, after, IN_CHILD_TABLE));
  }

  #settleIn(table: Table, watcher: Watcher, path: string, change: 'add' | 'remove' | 'keep') {
    if (change === 'keep') return;
    const here = table.get(path);
    if (change === 'add') {
      this.#watchCount++;
      if (here === undefined) table.set(path, watcher);
      else if (here instanceof Set) here.add(watcher);
      else table.set(path, new Set([here, watcher]));
      return;
    }
    this.#watchCount--;
    if (here instanceof Set) {
      here.delete(watcher);
      if (here.size === 0) table.delete(path);
    } else {
      table.delete(path);
    }
  }
}

function each(watchers: Watcher | Set<Watcher>): Iterable<Watcher> {
  return watchers instanceof Set ? watchers : [watchers];
}

function hasMode(before: number, after: number, table: number): 'add' | 'remove' | 'keep' {
  const was = (before & table) !== 0;
  const is = (after & table) !== 0;
  if (was === is) return 'keep';
  return is ? 'add' : 'remove';
}

function modesOf(type: number): number {
  switch (type) {
    case WatcherType.children:
      return WatchMode.child;
    case WatcherType.data:
      return WatchMode.data;
    case WatcherType.persistent:
      return WatchMode.persistent;
    case WatcherType.persistentRecursive:
      return WatchMode.persistentRecursive;
    default:
      return (
        WatchMode.data | WatchMode.child | WatchMode.persistent | WatchMode.persistentRecursive
      );
  }
}
