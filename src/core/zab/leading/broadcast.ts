/**
 * Broadcast: what is proposed in this epoch, who has it on disk, and what is committed: in order, as
 * far as a quorum has it. Syncs are answered in their place between the commits.
 */
import { assert } from '../../../base/assert.ts';
import type { ServerId } from '../../../base/server-id.ts';
import { type Epoch, makeZxid, type Zxid } from '../../../base/zxid.ts';
import { QuorumPacketType } from '../../../protocol/records/quorum.ts';
import { AckTable } from '../ack-table.ts';
import type { LearnerHandler } from '../learner-handler.ts';
import type { EnsembleConfig } from '../members/ensemble-config.ts';
import type { EnsembleConfigs } from '../members/ensemble-configs.ts';
import type { Entry, ZabHistory } from '../zab-history.ts';
import { ConfigChange, type PendingConfig } from './config-change.ts';
import type { LeaderHost } from './leader-host.ts';
import type { LeadershipCheck } from './leadership-check.ts';
import type { Learners } from './learners.ts';
import { type PendingSync, SyncQueue } from './sync-queue.ts';

export interface BroadcastParts {
  readonly myid: ServerId;
  readonly configs: EnsembleConfigs;
  readonly history: ZabHistory;
  readonly learners: Learners;
  /** Null: syncs are answered without it. */
  readonly check: LeadershipCheck | null;
  readonly host: Pick<
    LeaderHost,
    'commit' | 'onSyncAnswered' | 'seeConfig' | 'activateConfig' | 'handOver'
  >;
}

export class Broadcast {
  lastProposed: Zxid;
  lastCommitted: Zxid;
  /** Bytes of proposals; -1 until there is one. */
  readonly proposalSizes = { last: -1, min: -1, max: -1 };
  readonly #myid: ServerId;
  readonly #configs: EnsembleConfigs;
  readonly #history: ZabHistory;
  readonly #learners: Learners;
  readonly #host: BroadcastParts['host'];
  readonly #change: ConfigChange;
  readonly #syncs: SyncQueue;
  #isSending = false;
  #acks: AckTable;
  #hasNewAcks = false;
  #outstanding: Entry[] = [];
  #isOpen = false;
  #nowMs = 0;

  constructor(parts: BroadcastParts) {
    this.#myid = parts.myid;
    this.#configs = parts.configs;
    this.#history = parts.history;
    this.#learners = parts.learners;
    this.#host = parts.host;
    this.#change = new ConfigChange(parts);
    this.#syncs = new SyncQueue(parts.check);
    this.#acks = new AckTable(parts.configs.quorums);
    this.lastProposed = parts.history.lastZxid;
    this.lastCommitted = parts.history.lastZxid;
  }

  /** Proposed, and not yet committed. */
  get outstanding(): readonly Entry[] {
    return this.#outstanding;
  }

  get pendingSyncCount(): number {
    return this.#syncs.size;
  }

  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** A quorum has this server's history; what its learners go by counts from now on. */
  begin(epoch: Epoch): void {
    this.#isOpen = true;
    this.lastProposed = makeZxid(epoch, 0);
    // A reconfiguration that was not completed is: a quorum of each has acknowledged NEWLEADER.
    this.#change.activate(this.#configs.lastSeen);
    this.#acks = new AckTable(this.#configs.quorums);
  }

  /** Nothing is committed any more. */
  end(): void {
    this.#isOpen = false;
  }

  /** The entry is in the leader's log, on its way to the disk. */
  propose(entry: Entry, config: EnsembleConfig | null): void {
    assert(entry.zxid === this.lastProposed + 1, 'proposals are in order');
    this.lastProposed = entry.zxid;
    this.#outstanding.push(entry);
    this.#countSize(entry.payload.length);
    if (config !== null) {
      this.#change.begin({ zxid: entry.zxid, config });
      this.#acks.beginSpan(entry.zxid, this.#configs.quorums);
    }
    this.#learners.propose(entry);
  }

  #countSize(bytes: number): void {
    const sizes = this.proposalSizes;
    sizes.last = bytes;
    if (sizes.min < 0 || bytes < sizes.min) sizes.min = bytes;
    if (bytes > sizes.max) sizes.max = bytes;
  }

  /** The server has everything up to here on its disk. Counts with the next `commitReady`. */
  ack(sid: ServerId, zxid: Zxid): void {
    this.#acks.set(sid, zxid);
    this.#hasNewAcks = true;
  }

  /** The server is gone: what it acknowledged does not count any more. */
  forgetAcks(sid: ServerId): void {
    this.#acks.remove(sid);
  }

  /** The one place where entries are committed: in order, as far as a quorum has them on disk. */
  commitReady(): void {
    if (!this.#hasNewAcks || !this.#isOpen) return;
    this.#hasNewAcks = false;
    const through = Math.min(this.#acks.quorumZxid(), this.lastProposed);
    const pending = this.#change.dueBy(through);
    if (pending !== null) {
      this.#commitThrough(pending.zxid - 1);
      this.#commitConfig(pending);
      if (!this.#isOpen) return;
    }
    this.#commitThrough(through);
  }

  #commitThrough(through: Zxid): void {
    const count = this.#outstanding.findIndex(({ zxid }) => zxid > through);
    const ready = count < 0 ? this.#outstanding : this.#outstanding.slice(0, count);
    const last = ready.at(-1);
    if (last === undefined) return;
    this.#outstanding = count < 0 ? [] : this.#outstanding.slice(count);
    for (const { zxid, payload } of ready) this.#history.committed(zxid, payload);
    this.lastCommitted = last.zxid;
    this.#sendCommits(ready);
    this.#host.commit(last.zxid);
  }

  /** Whoever leads from now on commits what comes after it. */
  #commitConfig(pending: PendingConfig): void {
    const { zxid } = pending;
    const entry = this.#outstanding.shift();
    assert(entry?.zxid === zxid, 'entries are committed in order');
    this.#history.committed(zxid, entry.payload);
    this.lastCommitted = zxid;
    const designated = this.#change.designatedLeader(pending);
    this.#answerBefore(zxid);
    this.#learners.activate(entry, designated);
    this.#sendCommits([]);
    this.#host.commit(zxid);
    this.#change.complete(this.lastProposed, this.#nowMs);
    this.#acks.beginSpan(this.lastProposed + 1, this.#configs.quorums);
    if (designated === this.#myid) return;
    this.#isOpen = false;
    this.#host.handOver(designated);
  }

  isStuck(sinceMs: number): boolean {
    return this.#change.isStuck(this.lastCommitted, sinceMs);
  }

  // --- Syncs --------------------------------------------------------------------------------------

  /** All that this learner asked before is proposed: behind the last of it comes the answer. */
  sync(learner: LearnerHandler): void {
    const lastZxid = this.#lastZxid;
    this.#syncs.push({ afterZxid: lastZxid, lastZxid, learner });
    this.answerSyncs();
  }

  /** A client of this server asks, whose last write is this one. */
  syncOwn(afterZxid: Zxid): void {
    const lastZxid = this.#lastZxid;
    this.#syncs.push({ afterZxid, lastZxid, learner: null });
    this.answerSyncs();
  }

  get #lastZxid(): Zxid {
    return this.#outstanding.at(-1)?.zxid ?? this.lastCommitted;
  }

  /** Of a learner that is gone. */
  forgetSyncs(learner: LearnerHandler): void {
    this.#syncs.forget(learner);
  }

  /** Those that are due by now; something may have confirmed that this server leads. */
  answerSyncs(): void {
    if (this.#isOpen && !this.#isSending) this.#sendCommits([]);
  }

  /** Commits to the learners. A sync is answered behind the last before it: in its turn. */
  #sendCommits(ready: readonly Entry[]): void {
    this.#isSending = true;
    let sent = 0;
    for (;;) {
      const sync = this.#syncs.due(this.lastCommitted);
      const behind = sync === null ? -1 : ready.findIndex(({ zxid }) => zxid > sync.afterZxid);
      const end = behind < 0 ? ready.length : behind;
      if (end > sent) this.#learners.commit(ready.slice(sent, end));
      sent = Math.max(sent, end);
      if (sync === null) break;
      this.#answer(sync);
    }
    this.#isSending = false;
  }

  /** Syncs that come before an entry which is committed, and not by `#sendCommits`. */
  #answerBefore(committed: Zxid): void {
    for (;;) {
      const sync = this.#syncs.due(committed);
      if (sync === null || sync.lastZxid === committed) return;
      this.#answer(sync);
    }
  }

  #answer({ learner, afterZxid }: PendingSync): void {
    this.#syncs.dropFirst();
    if (learner !== null) return learner.send(QuorumPacketType.SYNC, 0);
    if (afterZxid > 0) this.#host.commit(afterZxid);
    this.#host.onSyncAnswered();
  }
}
