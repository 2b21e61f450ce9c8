/**
 * HistoryChange: the steps of a history that is cut (TRUNC) or replaced (SNAP) on the disk.
 *
 *   wait     until the storage may be closed
 *   close    the storage finishes its log and its files
 *   cut      what is beyond the zxid goes: all of it, or of a history that is replaced the log
 *   write    a new storage settles: after its repairs, or with the received snapshot written
 *   clear    the received snapshot is vouched for; what snapshots are newer than it go, which until now
 *            were the history
 *
 * A history that is replaced ends when its snapshot is the newest: before that moment recovery
 * finds the old one, perhaps without what was never committed, and after it the new one, whole.
 */
import { assert } from '../../../base/assert.ts';
import type { Zxid } from '../../../base/zxid.ts';
import type { DirectoryReader, DiskAction } from '../disk.ts';
import type { SnapshotSource } from '../snapshot-source.ts';
import { ActionQueue } from './action-queue.ts';
import type { LoggedTxn } from './committed-log.ts';
import { planCut, saveAction } from './history-cut.ts';

export type ChangeStage = 'wait' | 'close' | 'cut' | 'write' | 'clear';

export class HistoryChange {
  readonly kind: 'truncate' | 'adopt';
  readonly zxid: Zxid;
  /** Where the history really ends: before `zxid` if it has no such txn. */
  endsAt: Zxid;
  /** What was synced before and will still be part of the history. */
  readonly syncedBefore: Zxid;
  stage: ChangeStage = 'wait';
  watermarkSequence = 0;
  /** Of the recovery after a cut. */
  warnings: readonly string[] = [];
  /** Of the new history; null for a cut, and once the storage has it. */
  #source: SnapshotSource | null;
  #appended: LoggedTxn[] = [];
  #lastAppended: Zxid;
  readonly #actions = new ActionQueue();
  #clearing: readonly DiskAction[] = [];

  constructor(zxid: Zxid, lastSynced: Zxid, source: SnapshotSource | null) {
    this.kind = source === null ? 'truncate' : 'adopt';
    this.zxid = zxid;
    this.endsAt = zxid;
    this.syncedBefore = Math.min(zxid, lastSynced);
    this.#source = source;
    this.#lastAppended = zxid;
  }

  /** There is no storage yet that txns could be appended to. */
  get isCollecting(): boolean {
    return this.stage === 'wait' || this.stage === 'close' || this.stage === 'cut';
  }

  get lastAppended(): Zxid {
    return this.#lastAppended;
  }

  append(zxid: Zxid, payload: Uint8Array): void {
    assert(zxid > this.#lastAppended, 'zxids go up');
    this.#lastAppended = zxid;
    this.#appended.push({ zxid, payload: payload.slice() });
  }

  get hasAppended(): boolean {
    return this.#appended.length > 0;
  }

  takeAppended(): readonly LoggedTxn[] {
    const appended = this.#appended;
    this.#appended = [];
    return appended;
  }

  takeSource(): SnapshotSource | null {
    const source = this.#source;
    this.#source = null;
    return source;
  }

  /**
   * The storage has closed. Why the history cannot be cut there, or empty; the system's error is
   * such a reason.
   */
  beginCut(reader: DirectoryReader): string {
    this.stage = 'cut';
    try {
      const plan = planCut(reader, this.zxid);
      this.watermarkSequence = plan.watermarkSequence;
      if (plan.fault !== '') return plan.fault;
      if (this.kind === 'truncate') {
        this.#actions.start([...plan.snapshots, ...plan.logs]);
        return plan.objection;
      }
      this.#actions.start(plan.logs);
      this.#clearing = plan.snapshots;
      return '';
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      return error.message;
    } finally {
      reader.close?.();
    }
  }

  /**
   * The received snapshot is on the disk. Before there is a log behind it nothing else says that there
   * was one: without a watermark a server that has lost it would begin with what it had before.
   */
  beginClear(isSynced: boolean): void {
    this.stage = 'clear';
    const { zxid } = this;
    const watermark = { sequence: this.nextSequence, fileZxid: zxid, offset: 0, zxid };
    const vouching: readonly DiskAction[] = [
      saveAction(watermark),
      { kind: 'syncDirectory', directory: 'log' },
    ];
    this.#actions.start([...(isSynced ? vouching : []), ...this.#clearing]);
  }

  /** Of the watermark that comes with a received snapshot. The log's own follow it. */
  get nextSequence(): number {
    return this.watermarkSequence + 1;
  }

  /** There is nothing left to do in this stage. */
  get isStageDone(): boolean {
    return this.#actions.isEmpty;
  }

  nextAction(): DiskAction | null {
    return this.#actions.nextAction();
  }

  onDone(): void {
    this.#actions.onDone();
  }

  /** At a clean stop: what is left is recovered from at the next start. */
  giveUp(): void {
    this.#source?.release();
    this.#source = null;
  }
}
