/**
 * HistoryStorage: a Storage whose history can be cut (TRUNC) and replaced (SNAP) while it runs, and
 * the epochs beside it. For that the Storage is closed, the files are changed, and another one goes
 * on from there; what is appended meanwhile is kept for it.
 */
import { assert, present } from '../../../base/assert.ts';
import { ByteSlabs } from '../../../base/byte-slabs.ts';
import { describeZxid, type Epoch, type Zxid } from '../../../base/zxid.ts';
import type { BinaryWriter } from '../../../protocol/jute/binary-writer.ts';
import type { DirectoryReader, DiskAction, DiskDone, DiskOp } from '../disk.ts';
import type { RecoveryResult } from '../recovery.ts';
import type { SnapshotSource } from '../snapshot-source.ts';
import {
  type OpIds,
  Storage,
  type StorageEvent,
  type StorageOptions,
  type StorageStart,
} from '../storage.ts';
import { type EpochName, type EpochSaved, type Epochs, EpochWriter } from './epoch-files.ts';
import { HistoryChange } from './history-change.ts';

export type HistoryStorageEvent =
  | StorageEvent
  | EpochSaved
  /** Disk and memory end at `zxid`: where they were to be cut, or before if there is no such txn. */
  | { readonly kind: 'truncated'; readonly zxid: Zxid; readonly warnings: readonly string[] }
  /** The snapshot that was received is on the disk, and nothing of the old history follows it. */
  | { readonly kind: 'adopted'; readonly zxid: Zxid };

type Events = HistoryStorageEvent[];

export interface HistoryStorageParts {
  readonly options: StorageOptions;
  readonly reader: DirectoryReader;
  /** After a cut: memory from the disk, so that they are the same whatever was in it. */
  recover(): RecoveryResult;
}

const NO_EVENTS: readonly HistoryStorageEvent[] = [];

export class HistoryStorage {
  readonly #parts: HistoryStorageParts;
  readonly #opIds: OpIds = { last: 0 };
  readonly #epochs: EpochWriter;
  readonly #payloads = new ByteSlabs();
  #storage: Storage;
  #change: HistoryChange | null = null;
  /** The ids of the op in the epochs' lane and of the change's own; 0 when none is under way. */
  #epochOpId = 0;
  #changeOpId = 0;
  #isClosing = false;
  #isStorageClosing = false;
  /** The storage has closed, and the epochs may still have to. */
  #isStorageClosed = false;
  #hasFailed = false;

  constructor(parts: HistoryStorageParts, start: StorageStart, epochs: Epochs) {
    this.#parts = parts;
    this.#epochs = new EpochWriter(epochs);
    this.#storage = new Storage(parts.options, start, this.#opIds);
  }

  /** As they are on the disk. */
  get epochs(): Epochs {
    return this.#epochs.epochs;
  }

  /** False until recovery's repairs are done, and while the history is cut or replaced. */
  get isReady(): boolean {
    return this.#storage.isReady && this.#change === null && !this.#hasFailed;
  }

  /** The last txn of the history, perhaps on its way to the disk; -1 for no data at all. */
  get lastZxid(): Zxid {
    const change = this.#change;
    return change?.isCollecting ? change.lastAppended : this.#storage.lastAppended;
  }

  get lastSynced(): Zxid {
    return this.#change?.syncedBefore ?? this.#storage.lastSynced;
  }

  get isSettled(): boolean {
    return this.isReady && this.#epochs.isIdle && this.lastSynced === this.lastZxid;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get isSnapshotDue(): boolean {
    return this.isReady && this.#storage.isSnapshotDue;
  }

  get isSnapshotting(): boolean {
    return this.#storage.isSnapshotting;
  }

  append(zxid: Zxid, payload: Uint8Array): void {
    if (this.#change?.isCollecting) this.#change.append(zxid, payload);
    else this.#storage.append(zxid, payload);
  }

  /** A txn that `encode` writes; the result is a copy of its payload. */
  appendEncoded(zxid: Zxid, encode: (writer: BinaryWriter) => void): Uint8Array {
    assert(this.#change === null, 'the history is being changed');
    const writer = this.#storage.beginTxn(zxid);
    const start = writer.at;
    encode(writer);
    const payload = this.#payloads.copy(writer.bytes, start, writer.at);
    this.#storage.endTxn();
    return payload;
  }

  /** Ends in `epochSaved`. A current epoch is saved after all that was appended, cut or adopted. */
  saveEpoch(which: EpochName, epoch: Epoch): void {
    this.#epochs.save(which, epoch, which === 'current' ? this.lastZxid : -1);
  }

  /** At boot: saves an epoch that follows from the others and the history, not later than those. */
  repairEpoch(which: EpochName): void {
    this.saveEpoch(which, this.#epochs.epochs[which]);
  }

  /** False, the source released, when it cannot now. */
  takeSnapshot(source: SnapshotSource): boolean {
    if (this.isReady) return this.#storage.takeSnapshot(source);
    source.release();
    return false;
  }

  startPurge(retainCount: number): boolean {
    return this.isReady && this.#storage.startPurge(retainCount);
  }

  onTick(): void {
    this.#storage.onTick();
  }

  /** Ends in `truncated`, or in `failed` when every snapshot is newer. */
  truncate(zxid: Zxid): void {
    this.#beginChange(new HistoryChange(zxid, this.lastSynced, null));
  }

  /** The history becomes what the source has. Ends in `adopted`. */
  adopt(source: SnapshotSource): void {
    this.#beginChange(new HistoryChange(source.zxid, this.lastSynced, source));
  }

  /** Ends in `closed`. A change that is under way is given up where that is soonest. */
  close(): void {
    assert(!this.#isClosing, 'closing already');
    this.#isClosing = true;
    const stage = this.#change?.stage;
    if (stage === 'wait') this.#dropChange();
    if (stage !== 'cut' && stage !== 'clear') this.#closeStorage();
  }

  takeOps(): readonly DiskOp[] {
    if (this.#hasFailed) return [];
    const stage = this.#change?.stage;
    const isChanging = stage === 'cut' || stage === 'clear';
    const ops = isChanging ? this.#takeChangeOps() : this.#storage.takeOps();
    const action = this.#nextEpochAction();
    if (action === null) return ops;
    this.#epochOpId = ++this.#opIds.last;
    return [...ops, { id: this.#epochOpId, lane: 'epoch', ...action }];
  }

  onDiskDone(done: DiskDone): readonly HistoryStorageEvent[] {
    if (this.#hasFailed) return NO_EVENTS;
    const events: Events = [];
    if (done.id === this.#epochOpId) this.#onEpochDone(done, events);
    else if (done.id === this.#changeOpId) this.#onChangeDone(done, events);
    else {
      for (const event of this.#storage.onDiskDone(done)) this.#onStorageEvent(event, events);
      this.#maybeBeginClose();
    }
    return events;
  }

  // --- Epochs -----------------------------------------------------------------------------------

  #nextEpochAction(): DiskAction | null {
    if (this.#epochOpId !== 0) return null;
    return this.#epochs.nextAction(this.isReady ? this.lastSynced : -1);
  }

  #onEpochDone(done: DiskDone, events: Events): void {
    this.#epochOpId = 0;
    if (!done.ok) return this.#fail('epoch files', `${done.code}: ${done.message}`, events);
    const event = this.#epochs.onDone();
    if (event !== null) events.push(event);
    this.#maybeClosed(events);
  }

  // --- The storage --------------------------------------------------------------------------------

  #onStorageEvent(event: StorageEvent, events: Events): void {
    const change = this.#change;
    switch (event.kind) {
      case 'closed':
        return this.#onStorageClosed(events);
      case 'failed':
        return this.#fail(event.file, event.reason, events);
      case 'synced':
        // Of a history that is being cut or replaced nothing is acknowledged any more.
        if (change === null || !change.isCollecting) events.push(event);
        return;
      case 'ready':
        if (change?.stage === 'write') this.#onWritten(change, events);
        else events.push(event);
        return;
      case 'snapshotDone':
        events.push(event);
        if (change?.stage === 'write') this.#onWritten(change, events);
        return;
      default:
        events.push(event);
    }
  }

  #closeStorage(): void {
    if (!this.#isStorageClosing) this.#storage.close();
    this.#isStorageClosing = true;
  }

  #onStorageClosed(events: Events): void {
    if (this.#change !== null && !this.#isClosing) return this.#beginCut(this.#change, events);
    this.#dropChange();
    this.#isStorageClosed = true;
    this.#maybeClosed(events);
  }

  #maybeClosed(events: Events): void {
    if (!this.#isStorageClosed || this.#epochOpId !== 0) return;
    this.#epochs.dropWaiting(this.lastSynced);
    if (this.#epochs.isIdle) events.push({ kind: 'closed' });
  }

  #fail(file: string, reason: string, events: Events): void {
    this.#hasFailed = true;
    this.#dropChange();
    events.push({ kind: 'failed', file, reason });
  }

  // --- Cutting and replacing ----------------------------------------------------------------------

  #beginChange(change: HistoryChange): void {
    assert(this.#change === null, 'one change of the history at a time');
    assert(!this.#isClosing && !this.#hasFailed, 'the history is closed');
    this.#change = change;
    this.#maybeBeginClose();
  }

  #maybeBeginClose(): void {
    const change = this.#change;
    if (change?.stage !== 'wait' || !this.#storage.isReady) return;
    // What is cut must have been logged; what is replaced need not have.
    const isLogWaiting = this.#storage.awaitsSnapshot && this.#storage.isSnapshotting;
    if (change.kind === 'truncate' && isLogWaiting) return;
    change.stage = 'close';
    this.#closeStorage();
  }

  #beginCut(change: HistoryChange, events: Events): void {
    const objection = change.beginCut(this.#parts.reader);
    if (objection !== '') return this.#fail('history', objection, events);
    if (change.isStageDone) this.#onFilesChanged(change, events);
  }

  #takeChangeOps(): readonly DiskOp[] {
    const action = this.#change?.nextAction() ?? null;
    if (action === null) return [];
    this.#changeOpId = ++this.#opIds.last;
    return [{ id: this.#changeOpId, lane: 'log', ...action }];
  }

  #onChangeDone(done: DiskDone, events: Events): void {
    this.#changeOpId = 0;
    const change = present(this.#change);
    if (!done.ok) return this.#fail('history', `${done.code}: ${done.message}`, events);
    change.onDone();
    if (change.isStageDone) this.#onFilesChanged(change, events);
  }

  #onFilesChanged(change: HistoryChange, events: Events): void {
    if (change.stage === 'clear') this.#endChange(change, events);
    else if (this.#isClosing) this.#onStorageClosed(events);
    else if (change.kind === 'truncate') this.#reload(change, events);
    else this.#beginAnew(change);
  }

  #reload(change: HistoryChange, events: Events): void {
    const start = this.#parts.recover();
    if (!start.ok) return this.#fail(start.file, start.reason, events);
    const ends = start.lastZxid;
    // What was appended meanwhile is to follow the very txn.
    const isFitting = ends === change.zxid || (ends < change.zxid && !change.hasAppended);
    if (!isFitting) return this.#fail('history', `it ends at ${describeZxid(ends)}`, events);
    change.endsAt = ends;
    change.warnings = start.warnings;
    this.#reopen(change, start);
  }

  #beginAnew(change: HistoryChange): void {
    const { zxid: lastZxid, nextSequence: watermarkSequence } = change;
    this.#reopen(change, { lastZxid, snapshotZxid: null, repairs: [], watermarkSequence });
    this.#storage.takeSnapshot(present(change.takeSource()));
  }

  #reopen(change: HistoryChange, start: StorageStart): void {
    this.#storage = new Storage(this.#parts.options, start, this.#opIds);
    this.#isStorageClosing = false;
    change.stage = 'write';
    for (const { zxid, payload } of change.takeAppended()) this.#storage.append(zxid, payload);
  }

  /** The new storage has what it begins with on the disk. */
  #onWritten(change: HistoryChange, events: Events): void {
    if (change.kind === 'adopt') change.beginClear(this.#parts.options.forceSync);
    if (change.isStageDone) this.#endChange(change, events);
  }

  #endChange({ kind, endsAt: zxid, warnings }: HistoryChange, events: Events): void {
    this.#change = null;
    if (kind === 'adopt') events.push({ kind: 'adopted', zxid });
    else events.push({ kind: 'truncated', zxid, warnings });
    if (this.#isClosing) this.#closeStorage();
  }

  #dropChange(): void {
    this.#change?.giveUp();
    this.#change = null;
  }
}
