/**
 * Witness: what a run has really agreed on, as nobody in it knows it. A zxid is proposed once, by
 * the leader of its epoch, so it stands for one txn and for all that came before: the histories of
 * all servers are branches of one tree. What a quorum has accepted is its trunk, which only grows.
 *
 * P5 one txn for a zxid; P11 and P14 each entry behind the one that it was proposed behind; P18 one
 * state for a zxid; P19 an epoch ends before its counter does, and the first number is no txn's.
 */
import type { ServerId } from '../../base/server-id.ts';
import { counterOf, describeZxid } from '../../base/zxid.ts';
import type { EnsembleConfig as Members } from '../../core/zab/members/ensemble-config.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { type LoggedTxn, readPayload } from '../disk/log-records.ts';
import type { TxnRecord } from '../history.ts';
import { ModelTree } from '../model/model-tree.ts';
import { Violated } from '../violated.ts';
import { ConfigHistory, type InForce } from './members/config-history.ts';

export interface ProposedTxn extends TxnRecord {
  readonly by: ServerId;
  /** Where the leader's history ended before it. */
  readonly parent: number;
  readonly payload: Uint8Array;
  readonly inForce: InForce;
}

export interface Proposing {
  readonly by: ServerId;
  readonly parent: number;
  readonly at: number;
  readonly us: number;
}

export interface WitnessOptions {
  readonly digestEnabled: boolean;
  readonly zxidCounterEnd?: number;
}

/** What lies behind it belongs to the next epoch. */
const COUNTER_END = 0xffffffff;

export class Witness {
  /** The trunk, in order. */
  readonly committed: ProposedTxn[] = [];
  /** The tree after the trunk. */
  readonly model = new ModelTree();
  readonly configs: ConfigHistory;
  readonly #txns = new Map<number, ProposedTxn>();
  readonly #committedZxids = new Set<number>([0]);
  /** The tree's digest after each txn, as the first server had it. */
  readonly #digests = new Map<number, { readonly sid: ServerId; readonly digest: bigint }>();
  readonly #createdBy = new Map<bigint, number>();
  readonly #digestEnabled: boolean;
  readonly #counterEnd: number;

  constructor({ digestEnabled, zxidCounterEnd = COUNTER_END }: WitnessOptions, members: Members) {
    this.configs = new ConfigHistory(members, (zxid) => this.isCommitted(zxid));
    this.#digestEnabled = digestEnabled;
    this.#counterEnd = zxidCounterEnd;
  }

  get lastCommitted(): number {
    return this.committed.at(-1)?.zxid ?? 0;
  }

  /** What counts by all that is committed. */
  get members(): Members {
    return this.configs.latest(this.inForceAt(this.lastCommitted)).config;
  }

  /** What counts for this entry. */
  inForceAt(zxid: number): InForce {
    return this.#txns.get(zxid)?.inForce ?? this.configs.first;
  }

  isCommitted(zxid: number): boolean {
    return this.#committedZxids.has(zxid);
  }

  isSessionCommitted(session: bigint): boolean {
    const zxid = this.#createdBy.get(session);
    return zxid !== undefined && this.isCommitted(zxid);
  }

  txn(zxid: number): ProposedTxn | undefined {
    return this.#txns.get(zxid);
  }

  onProposed(zxid: number, payload: Uint8Array, proposing: Proposing): void {
    const { by, parent, at, us } = proposing;
    const known = this.#txns.get(zxid);
    if (known !== undefined) {
      const message = `server ${by} proposes ${describeZxid(zxid)}, as ${known.by} did`;
      throw Violated.of('P5', message);
    }
    const counter = counterOf(zxid);
    if (counter === 0 || counter >= this.#counterEnd) {
      const message = `server ${by} proposes ${describeZxid(zxid)}, which is none of its epoch's`;
      throw Violated.of('P19', message);
    }
    const logged: LoggedTxn = readPayload(payload, 0, payload.length);
    const inForce = this.configs.next(this.inForceAt(parent), zxid, logged.txn);
    const isReconfig = logged.txn.type === OpCode.reconfig;
    const former = isReconfig ? { formerConfig: inForce.former?.configText ?? '' } : {};
    const proposed = { by, parent, payload, inForce, ...former };
    const txn = { ...logged, preparedAt: at, preparedUs: us, ...proposed };
    this.#txns.set(zxid, txn);
    if (txn.txn.type === OpCode.createSession) this.#createdBy.set(txn.clientId, zxid);
  }

  /** A learner's log goes on with this entry behind `after`. */
  onLogged(sid: ServerId, zxid: number, entry: { payload: Uint8Array; after: number }): void {
    const txn = this.#txns.get(zxid);
    const name = `server ${sid}, ${describeZxid(zxid)}`;
    if (txn === undefined) throw Violated.of('P5', `${name}: nobody proposed it`);
    if (!isSame(txn.payload, entry.payload)) throw Violated.of('P5', `${name}: another txn`);
    if (txn.parent === entry.after) return;
    const after = describeZxid(entry.after);
    throw Violated.of('P14', `${name} is logged behind ${after}, not ${describeZxid(txn.parent)}`);
  }

  /** Is `zxid` in the history that ends at `last`? */
  isIn(zxid: number, last: number): boolean {
    let at = last;
    while (at > zxid) at = this.#txns.get(at)?.parent ?? -1;
    return at === zxid;
  }

  /** Where the histories that end at these two part. */
  commonAncestor(one: number, other: number): number {
    let at = one;
    while (at > 0 && !this.isIn(at, other)) at = this.#txns.get(at)?.parent ?? 0;
    return at;
  }

  /** The entries of the history that ends at `last`, newest first, down to `after`. */
  *backFrom(last: number, after: number): Iterable<ProposedTxn> {
    for (let at = last; at > after; ) {
      const txn = this.#txns.get(at);
      if (txn === undefined) return;
      yield txn;
      at = txn.parent;
    }
  }

  /** The trunk grows up to this zxid. P10: what was committed before is in it. */
  commitThrough(sid: ServerId, zxid: number): void {
    const last = this.lastCommitted;
    if (zxid <= last && this.isCommitted(zxid)) return;
    const fresh = [...this.backFrom(zxid, last)].reverse();
    const base = fresh[0]?.parent ?? zxid;
    if (base !== last) {
      const message =
        `server ${sid} commits ${describeZxid(zxid)}, whose history goes back to ` +
        `${describeZxid(base)} without ${describeZxid(last)}, which was committed`;
      throw Violated.of('P10', message);
    }
    for (const txn of fresh) this.#grow(txn);
  }

  #grow(txn: ProposedTxn): void {
    try {
      this.model.apply(txn);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw Violated.of('P18', `txn ${describeZxid(txn.zxid)}: ${message}`);
    }
    if (txn.digest !== null && txn.digest !== this.model.digest) {
      throw Violated.of('P18', `txn ${describeZxid(txn.zxid)} says the digest is ${txn.digest}`);
    }
    this.committed.push(txn);
    this.#committedZxids.add(txn.zxid);
  }

  /** A server's tree after this txn, committed or not. */
  onState(sid: ServerId, zxid: number, digest: bigint): void {
    if (!this.#digestEnabled || zxid <= 0) return;
    const known = this.#digests.get(zxid);
    if (known === undefined) {
      if (!this.#txns.has(zxid)) {
        throw Violated.of('P5', `server ${sid} is at ${describeZxid(zxid)}, which never was`);
      }
      this.#digests.set(zxid, { sid, digest });
      return;
    }
    if (known.digest === digest) return;
    const message = `at ${describeZxid(zxid)} server ${sid} has ${digest}, ${known.sid} has ${known.digest}`;
    throw Violated.of('P18', message);
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
