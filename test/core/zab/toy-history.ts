/**
 * ToyHistory: a history whose disk does what the test says. Appends and epochs wait until `sync`;
 * a snapshot is its list of zxids.
 */
import { assert } from '../../../src/base/assert.ts';
import { counterOf, type Epoch, epochOf, type Zxid } from '../../../src/base/zxid.ts';
import type {
  Entry,
  SnapshotReceiving,
  SnapshotSending,
  ZabHistory,
} from '../../../src/core/zab/zab-history.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';

export type ToyEvent =
  | { readonly kind: 'epochSaved'; readonly which: 'accepted' | 'current' }
  | { readonly kind: 'synced'; readonly through: Zxid }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'adopted' };

export function entryOf(zxid: Zxid): Entry {
  const writer = new BinaryWriter();
  writer.longFromNumber(zxid);
  return { zxid, payload: writer.take() };
}

export function isGapless(zxids: readonly Zxid[]): boolean {
  return zxids.every((zxid, i) => {
    const before = zxids[i - 1];
    if (before === undefined || zxid === before + 1) return true;
    return epochOf(zxid) > epochOf(before) && counterOf(zxid) === 1;
  });
}

class ToySnapshot implements SnapshotReceiving {
  isDone = false;
  zxids: Zxid[] = [];
  #bytes: number[] = [];

  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.isDone) {
      this.#bytes.push(bytes[at++] as number);
      this.#look();
    }
    return at - start;
  }

  #look(): void {
    if (this.#bytes.length < 4) return;
    const reader = new BinaryReader(Uint8Array.from(this.#bytes));
    const count = reader.int();
    if (reader.remaining < count * 8) return;
    this.zxids = Array.from({ length: count }, () => reader.longAsNumber());
    this.isDone = true;
  }
}

export class ToyHistory implements ZabHistory {
  epochs: { accepted: Epoch; current: Epoch };
  log: Entry[];
  committedEntries: Entry[] = [];
  readonly committedLog = { entries: () => this.committedEntries };
  lastSynced: Zxid;
  /** All but the last are empty. */
  slicesPerSnapshot = 1;
  readLogFrom: Zxid = Number.POSITIVE_INFINITY;
  /** What the disk still has to do, in order. */
  readonly #jobs: (() => ToyEvent)[] = [];

  constructor(zxids: readonly Zxid[] = [], epochs = { accepted: 0, current: 0 }) {
    this.log = zxids.map(entryOf);
    this.epochs = epochs;
    this.lastSynced = this.lastZxid;
    this.committedEntries = [...this.log];
  }

  get zxids(): Zxid[] {
    return this.log.map(({ zxid }) => zxid);
  }

  get lastZxid(): Zxid {
    return this.log.at(-1)?.zxid ?? 0;
  }

  get isSettled(): boolean {
    return this.#jobs.length === 0;
  }

  append(zxid: Zxid, payload: Uint8Array): void {
    assert(zxid > this.lastZxid, 'zxids go up');
    this.log.push({ zxid, payload });
    this.#jobs.push(() => {
      this.lastSynced = zxid;
      return { kind: 'synced', through: zxid };
    });
  }

  committed(zxid: Zxid, payload: Uint8Array): void {
    this.committedEntries.push({ zxid, payload });
  }

  saveAcceptedEpoch(epoch: Epoch): void {
    this.#saveEpoch('accepted', epoch);
  }

  saveCurrentEpoch(epoch: Epoch): void {
    this.#saveEpoch('current', epoch);
  }

  #saveEpoch(which: 'accepted' | 'current', epoch: Epoch): void {
    this.#jobs.push(() => {
      this.epochs = { ...this.epochs, [which]: epoch };
      return { kind: 'epochSaved', which };
    });
  }

  truncate(zxid: Zxid): void {
    this.#jobs.push(() => {
      this.log = this.log.filter((entry) => entry.zxid <= zxid);
      this.committedEntries = this.committedEntries.filter((entry) => entry.zxid <= zxid);
      this.lastSynced = this.lastZxid;
      return { kind: 'truncated' };
    });
  }

  beginSnapshot(): SnapshotReceiving {
    return new ToySnapshot();
  }

  adoptSnapshot(snapshot: SnapshotReceiving, zxid: Zxid): void {
    assert(snapshot instanceof ToySnapshot && snapshot.isDone, 'not a whole snapshot');
    // Whatever is in it, the history ends where the leader said that it does.
    const isHistory = snapshot.zxids.at(-1) === zxid && isGapless(snapshot.zxids);
    this.log = (isHistory ? snapshot.zxids : [zxid]).map(entryOf);
    this.committedEntries = [];
    this.lastSynced = zxid;
    this.#jobs.push(() => ({ kind: 'adopted' }));
  }

  snapshotBytes(): SnapshotSending {
    const zxids = this.committedEntries.map(({ zxid }) => zxid);
    let slicesLeft = this.slicesPerSnapshot;
    return {
      zxid: zxids.at(-1) ?? 0,
      next(writer: BinaryWriter) {
        if (slicesLeft === 0) return false;
        if (slicesLeft === 1) {
          writer.int(zxids.length);
          for (const zxid of zxids) writer.longFromNumber(zxid);
        }
        slicesLeft--;
        return true;
      },
      release() {},
    };
  }

  readLog(after: Zxid): readonly Entry[] | null {
    if (after < this.readLogFrom) return null;
    return this.log.filter(({ zxid }) => zxid > after);
  }

  /** Lets the disk do its next job; null when there is none. */
  sync(): ToyEvent | null {
    return this.#jobs.shift()?.() ?? null;
  }
}
