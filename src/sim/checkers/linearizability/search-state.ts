/**
 * SearchState: how far the search has got. For each session the number of answered requests that are
 * placed, for each tail how much of it was done; and the tree that comes of it. All of it goes back
 * to any earlier mark.
 */
import type { Txn } from '../../../core/requests/txn.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { isWrite } from '../../clients/client-request.ts';
import { isContainer, isTtl } from '../../model/model-node.ts';
import { applyTxn } from '../../model/model-tree.ts';
import { type ClientOp, makesEphemeral, type SessionOps } from './client-op.ts';
import { type Footprint, type Footprints, meet, NO_FOOTPRINT, union } from './footprint.ts';
import { HashBuilder } from './hash.ts';
import type { Judged } from './judge-op.ts';
import { PlainTree } from './plain-tree.ts';

export type Move =
  | { readonly kind: 'known'; readonly session: number; readonly judged: Judged }
  | { readonly kind: 'tail'; readonly tail: number; readonly judged: Judged }
  /** It expires, or its end was asked for and not answered. */
  | { readonly kind: 'end'; readonly session: number }
  /** A container that is empty, a node whose time is over. */
  | { readonly kind: 'removal'; readonly path: string };

export interface FlatTail {
  readonly session: number;
  readonly after: number;
  readonly until: number;
  readonly ops: readonly ClientOp[];
}

export interface StateMark {
  readonly tree: number;
  readonly trail: number;
}

export interface SearchFacts {
  readonly sessions: readonly SessionOps[];
  readonly footprints: Footprints;
  /** Containers that never had a child go too. */
  readonly removesNeverUsed: boolean;
}

export class SearchState {
  readonly tree = new PlainTree();
  readonly sessions: readonly SessionOps[];
  readonly tails: readonly FlatTail[];
  readonly footprints: Footprints;
  /** How many answered requests are placed. */
  placed = 0;
  readonly #removesNeverUsed: boolean;
  /** In a row: placed and ended of each session; done, cut and late of each tail. */
  readonly #values: Int32Array;
  readonly #trail: number[] = [];
  #low = 0;
  #high = 0;

  constructor({ sessions, footprints, removesNeverUsed }: SearchFacts) {
    this.sessions = sessions;
    this.footprints = footprints;
    this.#removesNeverUsed = removesNeverUsed;
    this.tails = sessions.flatMap(({ tails }, session) =>
      tails.map((tail) => ({ ...tail, session })),
    );
    this.#values = new Int32Array(sessions.length * 2 + this.tails.length * 3);
    for (const [i, { ops }] of this.tails.entries()) this.#values[this.#cutAt(i)] = ops.length;
  }

  placedOf(session: number): number {
    return this.#values[session] ?? 0;
  }

  hasEnded(session: number): boolean {
    return this.#values[this.sessions.length + session] === 1;
  }

  doneOf(tail: number): number {
    return this.#values[this.#doneAt(tail)] ?? 0;
  }

  /** Of this tail no more than so many can have been done. */
  cutOf(tail: number): number {
    return this.#values[this.#cutAt(tail)] ?? 0;
  }

  nextKnown(session: number): ClientOp | undefined {
    return this.sessions[session]?.known[this.placedOf(session)];
  }

  canGo(path: string): boolean {
    const node = this.tree.get(path);
    if (node === null || node.children.size > 0) return false;
    if (isTtl(node.owner)) return true;
    return isContainer(node.owner) && (node.cversion > 0 || this.#removesNeverUsed);
  }

  /** What the end of a session removes. */
  footprintOfEnd(session: number): Footprint {
    const { id } = this.sessions[session] as SessionOps;
    const paths = this.tree.ephemeralsOf(id);
    return paths.map((path) => this.footprints.removal(path)).reduce(union, NO_FOOTPRINT);
  }

  /** To place the session's next answer would say of some tail that no more of it was done. */
  wouldCut(session: number): boolean {
    const op = this.nextKnown(session);
    if (op === undefined) return false;
    const placed = isWrite(op.ask) ? this.placedOf(session) : -1;
    return this.tails.some((tail, i) => {
      const isLate = this.#values[this.#lateAt(i)] === 1;
      const becomesLate =
        tail.until < op.from || (tail.session === session && tail.after <= placed);
      if (!isLate && !becomesLate) return false;
      const left = tail.ops.slice(this.doneOf(i), this.cutOf(i));
      return left.some(({ footprint }) => meet(footprint, op.footprint));
    });
  }

  get hash(): number {
    const { low, high } = this.tree.hash;
    return ((this.#low + low) >>> 0) * 0x200000 + ((this.#high + high) >>> 11);
  }

  get mark(): StateMark {
    return { tree: this.tree.mark, trail: this.#trail.length };
  }

  rollBack({ tree, trail }: StateMark): void {
    this.tree.rollBack(tree);
    while (this.#trail.length > trail) {
      const value = this.#trail.pop() ?? 0;
      const at = this.#trail.pop() ?? 0;
      if (at < this.sessions.length) this.placed += value - (this.#values[at] ?? 0);
      this.#write(at, value);
    }
  }

  /** Returns what it meets: itself, and what it says of tails. */
  make(move: Move): Footprint {
    switch (move.kind) {
      case 'known':
        return this.#makeKnown(move.session, move.judged.txns);
      case 'tail':
        return this.#makeTail(move.tail, move.judged.txns);
      case 'end':
        return this.#end(move.session);
      case 'removal':
        this.#apply([{ type: OpCode.delete, body: { path: move.path } }], 0n);
        return this.footprints.removal(move.path);
    }
  }

  #makeKnown(session: number, txns: readonly Txn[]): Footprint {
    const op = this.nextKnown(session);
    if (op === undefined) return NO_FOOTPRINT;
    const { id } = this.sessions[session] as SessionOps;
    const isEnd = op.ask.kind === 'closeSession';
    const footprint = isEnd ? this.footprintOfEnd(session) : op.footprint;
    this.#apply(txns, id);
    this.placed++;
    this.#set(session, this.placedOf(session) + 1);
    if (isWrite(op.ask)) this.#makeLate(session, this.placedOf(session));
    for (const [i, { until }] of this.tails.entries()) {
      if (until < op.from) this.#set(this.#lateAt(i), 1);
    }
    const own = isEnd ? union(footprint, this.#cutEphemerals(session)) : footprint;
    return union(own, this.#cutTails(footprint));
  }

  #makeTail(tail: number, txns: readonly Txn[]): Footprint {
    const { session, after, ops } = this.tails[tail] as FlatTail;
    const { id } = this.sessions[session] as SessionOps;
    const done = this.doneOf(tail);
    this.#apply(txns, id);
    this.#set(this.#doneAt(tail), done + 1);
    for (const [i, other] of this.tails.entries()) {
      if (i >= tail) break;
      if (other.session === session && other.after <= after) this.#set(this.#lateAt(i), 1);
    }
    return this.#cutTails(ops[done]?.footprint ?? NO_FOOTPRINT, { session, except: tail });
  }

  #end(session: number): Footprint {
    const { id } = this.sessions[session] as SessionOps;
    const footprint = this.footprintOfEnd(session);
    const paths2Delete = this.tree.ephemeralsOf(id);
    this.#apply([{ type: OpCode.closeSession, body: { paths2Delete } }], id);
    this.#set(this.sessions.length + session, 1);
    this.#makeLate(session, Number.POSITIVE_INFINITY);
    return union(this.#cutEphemerals(session), this.#cutTails(footprint, { session }));
  }

  #apply(txns: readonly Txn[], clientId: bigint): void {
    const applying = { nodes: this.tree, origin: { clientId, zxid: 0, time: 0 }, changes: [] };
    for (const txn of txns) applyTxn(applying, txn);
  }

  /** A later write of the session is placed: what is left of a tail can only have come before it. */
  #makeLate(session: number, placed: number): void {
    for (const [i, tail] of this.tails.entries()) {
      if (tail.session === session && tail.after < placed) this.#set(this.#lateAt(i), 1);
    }
  }

  /** Behind the end of its session nobody makes an ephemeral node for it. */
  #cutEphemerals(session: number): Footprint {
    let cut = NO_FOOTPRINT;
    for (const [i, tail] of this.tails.entries()) {
      if (tail.session !== session) continue;
      const at = tail.ops.findIndex((op, k) => k >= this.doneOf(i) && makesEphemeral(op));
      if (at >= 0) cut = union(cut, this.#cutTail(i, at));
    }
    return cut;
  }

  /**
   * What is late is only as good as done where no answer was placed since that it meets. What was
   * done without an answer can itself have been earlier: it only comes behind its own session's.
   */
  #cutTails(footprint: Footprint, by: { session?: number; except?: number } = {}): Footprint {
    let all = footprint;
    for (const [i, { ops, session }] of this.tails.entries()) {
      if (i === by.except || this.#values[this.#lateAt(i)] !== 1) continue;
      if (by.session !== undefined && by.session !== session) continue;
      for (let k = this.doneOf(i); k < this.cutOf(i); k++) {
        if (!meet((ops[k] as ClientOp).footprint, footprint)) continue;
        all = union(all, this.#cutTail(i, k));
      }
    }
    return all;
  }

  #cutTail(tail: number, at: number): Footprint {
    let cut = NO_FOOTPRINT;
    const { ops } = this.tails[tail] as FlatTail;
    for (let k = at; k < this.cutOf(tail); k++) cut = union(cut, (ops[k] as ClientOp).footprint);
    if (at < this.cutOf(tail)) this.#set(this.#cutAt(tail), at);
    return cut;
  }

  #doneAt(tail: number): number {
    return this.sessions.length * 2 + tail;
  }

  #cutAt(tail: number): number {
    return this.sessions.length * 2 + this.tails.length + tail;
  }

  #lateAt(tail: number): number {
    return this.sessions.length * 2 + this.tails.length * 2 + tail;
  }

  #set(at: number, value: number): void {
    const before = this.#values[at] ?? 0;
    if (before === value) return;
    this.#trail.push(at, before);
    this.#write(at, value);
  }

  #write(at: number, value: number): void {
    this.#mix(at, this.#values[at] ?? 0, -1);
    this.#values[at] = value;
    this.#mix(at, value, 1);
  }

  #mix(at: number, value: number, sign: 1 | -1): void {
    const { low, high } = new HashBuilder().number(at).number(value).hash;
    this.#low = (this.#low + sign * low) | 0;
    this.#high = (this.#high + sign * high) | 0;
  }
}
