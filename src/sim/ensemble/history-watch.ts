/**
 * Follows one life of a server's history, from outside: what it logs, applies, cuts and takes over
 * is compared with what the witness knows, in the step in which it happens.
 *
 * D10: what a leader says is cut, where that can be done at all. P8 and P14: entries come one behind the other. P12: nothing committed is cut off. Except that an
 * entry may be committed by others while it is on its way: then they have it.
 */
import type { ServerId } from '../../base/server-id.ts';
import { describeZxid } from '../../base/zxid.ts';
import type { PeerHistory } from '../../core/peer-history.ts';
import type { ServerDatabase } from '../../core/requests/server-database.ts';
import { Violated } from '../violated.ts';
import type { Witness } from './witness.ts';

export interface HistoryWatchParts {
  readonly sid: ServerId;
  readonly witness: Witness;
  readonly history: PeerHistory;
  at(): number;
  nowUs(): number;
  /** It applies a txn while it serves clients or is brought to its leader's history. */
  onApplied(zxid: number): void;
  /** It is about to be cut, or replaced. */
  onCut(zxid: number): void;
  /** A snapshot from the leader, or the cut, is on the disk. */
  onReplaced(zxid: number): void;
  /** A quorum of others has this committed entry. */
  isSafeWithout(zxid: number): boolean;
  /** Every file is as it was written, and a snapshot is old enough. */
  canCut(zxid: number): boolean;
}

export class HistoryWatch {
  readonly #parts: HistoryWatchParts;
  #database: ServerDatabase | null = null;
  /** Where it is being cut; null when it is not. */
  #cutAt: number | null = null;

  constructor(parts: HistoryWatchParts) {
    this.#parts = parts;
    this.#watchLog();
    this.#watchSync();
    this.followDatabase();
  }

  /** It may have another database after a step. */
  followDatabase(): void {
    const { sid, witness, history } = this.#parts;
    const { database } = history;
    if (database === this.#database) return;
    this.#database = database;
    const { tree } = database;
    witness.onState(sid, tree.lastProcessedZxid, tree.digest.toBigInt());
    const apply = database.apply.bind(database);
    database.apply = (origin, txn) => {
      const last = tree.lastProcessedZxid;
      if (origin.zxid <= last) {
        throw Violated.of('P8', `server ${sid} applies ${origin.zxid} after ${last}`);
      }
      const result = apply(origin, txn);
      this.#parts.onApplied(origin.zxid);
      witness.onState(sid, origin.zxid, tree.digest.toBigInt());
      return result;
    };
  }

  #watchLog(): void {
    const { sid, witness, history } = this.#parts;
    const append = history.append.bind(history);
    history.append = (zxid, payload) => {
      const after = Math.max(0, history.lastZxid);
      append(zxid, payload);
      witness.onLogged(sid, zxid, { payload, after });
    };
    const appendTxn = history.appendTxn.bind(history);
    history.appendTxn = (origin, txn, digest) => {
      const parent = Math.max(0, history.lastZxid);
      const payload = appendTxn(origin, txn, digest);
      const at = this.#parts.at();
      const us = this.#parts.nowUs();
      witness.onProposed(origin.zxid, payload.slice(), { by: sid, parent, at, us });
      return payload;
    };
  }

  #watchSync(): void {
    const { history } = this.#parts;
    const truncate = history.truncate.bind(history);
    history.truncate = (zxid) => {
      this.#checkCut(zxid);
      this.#parts.onCut(zxid);
      this.#cutAt = zxid;
      truncate(zxid);
    };
    const adopt = history.adoptSnapshot.bind(history);
    history.adoptSnapshot = (stream, zxid) => {
      this.#checkReplaced(zxid);
      this.#parts.onCut(zxid);
      adopt(stream, zxid);
      this.followDatabase();
    };
    const onDiskDone = history.onDiskDone.bind(history);
    history.onDiskDone = (done) => {
      const events = onDiskDone(done);
      this.followDatabase();
      for (const event of events) {
        // A server that fails begins anew, and may be lucky: then nobody else would see it.
        if (event.kind === 'failed' && done.ok) this.#checkFailed(event.reason);
        if (event.kind !== 'adopted' && event.kind !== 'truncated') continue;
        this.#cutAt = null;
        this.#parts.onReplaced(event.zxid);
      }
      return events;
    };
  }

  #checkFailed(reason: string): void {
    const zxid = this.#cutAt;
    if (zxid === null || !this.#parts.canCut(zxid)) return;
    const message = `server ${this.#parts.sid} is not cut at ${describeZxid(zxid)}: ${reason}`;
    throw Violated.of('D10', message);
  }

  #checkCut(zxid: number): void {
    const { sid, witness, history } = this.#parts;
    if (!witness.isIn(zxid, history.lastZxid)) {
      throw Violated.of('P12', `server ${sid} is cut at ${describeZxid(zxid)}, which it lacks`);
    }
    this.#checkReplaced(zxid);
  }

  #checkReplaced(zxid: number): void {
    const { sid, witness, history } = this.#parts;
    for (const txn of witness.backFrom(history.lastZxid, zxid)) {
      if (!witness.isCommitted(txn.zxid) || this.#parts.isSafeWithout(txn.zxid)) continue;
      const message = `server ${sid} is cut at ${describeZxid(zxid)} and loses ${describeZxid(txn.zxid)}`;
      throw Violated.of('P12', message);
    }
  }
}
