/** P1: at most one leader is established in an epoch. P2: on no disk an epoch goes down. */
import type { ServerId } from '../../../base/server-id.ts';
import { describeZxid, epochOf } from '../../../base/zxid.ts';
import { Violated } from '../../violated.ts';

export interface DiskEpochs {
  readonly accepted: number;
  readonly current: number;
}

export class EpochChecker {
  readonly #leaders = new Map<number, ServerId>();
  readonly #disks = new Map<ServerId, DiskEpochs>();

  get last(): number {
    return Math.max(0, ...this.#leaders.keys());
  }

  onLeading(sid: ServerId, epoch: number): void {
    const other = this.#leaders.get(epoch);
    if (other !== undefined) {
      throw Violated.of('P1', `servers ${other} and ${sid} lead in epoch ${epoch}`);
    }
    this.#leaders.set(epoch, sid);
  }

  /** What is on stable storage now. */
  onDisk(sid: ServerId, epochs: DiskEpochs): void {
    const { accepted, current } = epochs;
    const before = this.#disks.get(sid);
    this.#disks.set(sid, epochs);
    if (current > accepted) {
      throw Violated.of('P2', `server ${sid}: current ${current}, accepted ${accepted}`);
    }
    if (before === undefined) return;
    if (accepted >= before.accepted && current >= before.current) return;
    const was = `accepted ${before.accepted}, current ${before.current}`;
    throw Violated.of('P2', `server ${sid}: ${was} become ${accepted} and ${current}`);
  }

  onWiped(sid: ServerId): void {
    this.#disks.delete(sid);
  }

  /** Whoever is ready to vote has an epoch that is not below its history. */
  onVoting(sid: ServerId, current: number, lastZxid: number): void {
    if (lastZxid <= 0 || epochOf(lastZxid) <= current) return;
    const message = `server ${sid} votes with ${describeZxid(lastZxid)} in epoch ${current}`;
    throw Violated.of('P2', message);
  }
}
