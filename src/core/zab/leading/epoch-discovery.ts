/**
 * EpochDiscovery: which epoch this leader leads in. A quorum of voters tells the highest epoch that
 * each has accepted; the next one is accepted here, and when it is on the disk by a quorum.
 */
import type { ServerId } from '../../../base/server-id.ts';
import { counterOf, EPOCH_MAX, type Epoch, type Zxid } from '../../../base/zxid.ts';
import type { EnsembleConfigs } from '../members/ensemble-configs.ts';
import type { ZabHistory } from '../zab-history.ts';

/**
 * A learner may claim an accepted epoch that is further ahead by this part of all that are left:
 * neither one packet nor ten thousand can use them up.
 */
const EPOCH_STEP_PART = 1000;

export class EpochDiscovery {
  /** -1 until a quorum has told what it accepted. */
  epoch: Epoch = -1;
  /** The epoch is on this server's disk: it may be shown. */
  isSaved = false;
  readonly #configs: EnsembleConfigs;
  readonly #history: ZabHistory;
  /** Voters that have told their accepted epoch, and that have accepted the new one. */
  readonly #reported = new Set<ServerId>();
  readonly #acks = new Set<ServerId>();
  readonly #initialEpoch: Epoch;
  #highestAccepted: Epoch;

  constructor(configs: EnsembleConfigs, history: ZabHistory) {
    this.#configs = configs;
    this.#history = history;
    this.#initialEpoch = history.epochs.current;
    this.#highestAccepted = history.epochs.accepted;
  }

  get isChosen(): boolean {
    return this.epoch >= 0;
  }

  /** No epoch that any server has accepted may come near the last one by a single step. */
  isBelievable(acceptedEpoch: Epoch): boolean {
    const { accepted } = this.#history.epochs;
    return acceptedEpoch <= accepted + Math.ceil((EPOCH_MAX - accepted) / EPOCH_STEP_PART);
  }

  report(sid: ServerId, acceptedEpoch: Epoch): void {
    this.#highestAccepted = Math.max(this.#highestAccepted, acceptedEpoch);
    this.#reported.add(sid);
  }

  forget(sid: ServerId): void {
    this.#reported.delete(sid);
    this.#acks.delete(sid);
  }

  /** Chosen now, by a quorum; `exhausted` where there is no epoch to choose. */
  maybeChoose(): 'chosen' | 'exhausted' | null {
    if (this.isChosen || !this.#configs.haveQuorums(this.#reported)) return null;
    if (this.#highestAccepted >= EPOCH_MAX) return 'exhausted';
    this.epoch = this.#highestAccepted + 1;
    this.#history.saveAcceptedEpoch(this.epoch);
    return 'chosen';
  }

  /** A voter has it on its disk. */
  ack(sid: ServerId): void {
    this.#acks.add(sid);
  }

  get isAccepted(): boolean {
    return this.#configs.haveQuorums(this.#acks);
  }

  /** A server whose history is ahead of this one's must lead itself. A marker counts for nothing. */
  isAhead(currentEpoch: Epoch, zxid: Zxid): boolean {
    if (currentEpoch !== this.#initialEpoch) return currentEpoch > this.#initialEpoch;
    return zxid > this.#history.lastZxid && counterOf(zxid) !== 0;
  }
}
