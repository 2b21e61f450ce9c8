/**
 * Lives of a member on the simulator's disk, each ended by a kill or a power failure that keeps of
 * unsynced sectors and directory entries what it likes: txns, cuts, adoptions, snapshots, purges,
 * epochs. What recovery finds is one of the histories that may be there, whole.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { epochOf, makeZxid, type Zxid } from '../../../src/base/zxid.ts';
import { PeerHistory } from '../../../src/core/peer-history.ts';
import { zxidOfSnapshotName } from '../../../src/core/storage/file-names.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { serverOptions } from '../../scenario/scenario-options.ts';
import { SimRig } from '../../sim/sim-rig.ts';
import { HistoryRun, payloadOf, RECOVERY, txnOf } from '../history-run.ts';

/** A txn, and its bytes of data, by which those of different leaders are told apart. */
interface Entry {
  readonly zxid: Zxid;
  readonly bytes: number;
}

const EPOCH_ACCEPTED = 1000;
const keyOf = ({ zxid, bytes }: Entry) => `${zxid.toString(16)}:${bytes}`;

/** A snapshot of these txns, as a leader sends it. */
function snapshotOf(entries: readonly Entry[]): Uint8Array {
  const leader = new HistoryRun();
  for (const { zxid, bytes } of entries) {
    const { origin, txn } = txnOf(zxid, bytes);
    leader.history.database.apply(origin, txn);
  }
  const writer = new BinaryWriter();
  const sending = leader.history.snapshotBytes();
  sending.next(writer, 1e9);
  sending.release();
  return writer.take();
}

/** Over all lives of one directory. */
interface GivenZxids {
  last: number;
  highest: Zxid;
}

class Life {
  readonly rig: SimRig;
  readonly prng: Prng;
  readonly epochs: GivenZxids;
  readonly history: PeerHistory;
  /** What the history is to be, and how many of it are applied, and on the disk for certain. */
  entries: Entry[] = [];
  applied = 0;
  durable = 0;
  recovered = 0;
  /** Until the change under way is done, the one before may be there: this much of it at least. */
  before: { readonly entries: readonly Entry[]; readonly least: number } | null = null;
  /** As far as it was said that they are on the disk: what recovery concludes is not there yet. */
  accepted = 0;
  current = 0;

  constructor(rig: SimRig, prng: Prng, epochs: GivenZxids) {
    this.rig = rig;
    this.prng = prng;
    this.epochs = epochs;
    const defaults = serverOptions();
    const result = PeerHistory.recover({
      options: {
        ...defaults,
        storage: {
          ...defaults.storage,
          preAllocSizeKiB: prng.pick([0, 4, 64]),
          snapCount: prng.pick([5, 12, 1000]),
          txnLogSizeLimitInKb: prng.pick([-1, 1]),
          snapshotCompression: prng.pick(['', '', 'gz'] as const),
        },
      },
      prng: prng.fork(),
      reader: rig.disk,
      recovery: { ...RECOVERY, hasSeparateLogDirectory: true },
    });
    if (!result.ok) assert.fail(`refused: ${result.file} at ${result.offset}: ${result.reason}`);
    this.history = result.history;
    rig.disk.journal.settle(this.history.lastZxid);
    rig.disk.onDone = (_op, done) => {
      for (const event of this.history.onDiskDone(done)) this.#on(event);
    };
  }

  #on(event: ReturnType<PeerHistory['onDiskDone']>[number]): void {
    assert.notEqual(event.kind, 'failed', JSON.stringify(event));
    if (event.kind === 'synced') {
      this.durable = this.entries.findLastIndex(({ zxid }) => zxid <= event.through) + 1;
      while (this.applied < this.durable) this.#apply(this.entries[this.applied++]);
    }
    if (event.kind === 'ready' && this.before === null) {
      this.durable = Math.max(this.durable, this.recovered);
    }
    if (event.kind === 'truncated' || event.kind === 'adopted') {
      this.before = null;
      const count = this.entries.findLastIndex(({ zxid }) => zxid <= event.zxid) + 1;
      this.durable = count;
      this.applied = count;
    }
    if (event.kind === 'epochSaved') this[event.which] = event.epoch;
  }

  #apply(entry: Entry | undefined): void {
    assert.ok(entry);
    const { origin, txn } = txnOf(entry.zxid, entry.bytes);
    this.history.database.apply(origin, txn);
    this.history.committed(entry.zxid, payloadOf(entry.zxid, entry.bytes));
  }

  append(): void {
    const last = this.history.lastZxid;
    const isNewEpoch = this.prng.chance(0.1);
    // The zxids that were cut are not given again.
    const isUsed = last < this.epochs.highest;
    const zxid = isNewEpoch || isUsed ? makeZxid(++this.epochs.last, 1) : last + 1;
    this.epochs.highest = zxid;
    this.#append(zxid);
  }

  #append(zxid: Zxid): void {
    const bytes = this.prng.between(1, 600);
    this.history.append(zxid, payloadOf(zxid, bytes));
    this.entries.push({ zxid, bytes });
  }

  truncate(): void {
    const count = this.prng.below(this.entries.length + 1);
    const zxid = this.entries[count - 1]?.zxid ?? 0;
    // Below the snapshot that a history began with, and those that a purge has left, is nothing.
    const snapshots = this.rig.disk.list('snapshot').map(zxidOfSnapshotName);
    const hasBase = snapshots.some((snapshot) => snapshot !== null && snapshot <= zxid);
    if (zxid < this.history.historyFrom || !hasBase) return;
    this.#change(this.entries.slice(0, count), zxid);
    this.history.truncate(zxid);
  }

  adopt(): void {
    const kept = this.entries.slice(0, this.prng.below(this.entries.length + 1));
    // A zxid is given once, and says all that was before it: the epoch is one that never was.
    const epoch = ++this.epochs.last;
    const counters = Array.from({ length: this.prng.below(6) }, (_, i) => i + 1);
    const leaders = counters.map((counter) => ({
      zxid: makeZxid(epoch, counter),
      bytes: 700 + epoch,
    }));
    this.epochs.highest = Math.max(this.epochs.highest, leaders.at(-1)?.zxid ?? 0);
    const entries = [...kept, ...leaders];
    const zxid = entries.at(-1)?.zxid ?? 0;
    const stream = this.history.beginSnapshot();
    const bytes = snapshotOf(entries);
    assert.equal(stream.push(bytes, 0, bytes.length), bytes.length);
    this.#change(entries, zxid);
    this.history.adoptSnapshot(stream, zxid);
  }

  #change(entries: readonly Entry[], zxid: Zxid): void {
    const kept = this.entries.findLastIndex((entry) => entry.zxid <= zxid) + 1;
    this.before = { entries: this.entries, least: Math.min(kept, this.durable) };
    this.entries = [...entries];
    this.durable = entries.length;
    this.applied = entries.length;
  }

  /** One of the things that happen; the disk's completions are the most of them. */
  happen(): void {
    const { prng, history, rig } = this;
    const isWhole = this.before === null;
    const choice = prng.below(100);
    if (choice < 30) this.append();
    else if (choice < 34 && isWhole) this.truncate();
    else if (choice < 38 && isWhole) this.adopt();
    else if (choice < 41) history.takeSnapshot();
    else if (choice < 43) history.purge();
    else if (choice < 46) history.onTick();
    else if (choice < 48 && history.isSettled) {
      const epoch = Math.max(epochOf(history.lastZxid), history.epochs.current);
      history.saveCurrentEpoch(epoch);
    } else {
      rig.disk.start(history.takeDiskOps());
      const event = rig.queue.take();
      if (event === undefined) return;
      rig.clock.moveTo(event.timeUs);
      event.action();
    }
    rig.disk.start(history.takeDiskOps());
  }
}

/** What a recovery has found. */
function found(history: PeerHistory): string[] {
  const { tree } = history.database;
  return tree
    .childNames(tree.root)
    .filter((name) => name !== 'zookeeper')
    .map((name) => ({ zxid: Number.parseInt(name, 16), id: tree.findPath(`/${name}`) }))
    .sort((a, b) => a.zxid - b.zxid)
    .map(({ zxid, id }) => keyOf({ zxid, bytes: tree.dataLengthOf(id) }));
}

function isPrefix(keys: readonly string[], entries: readonly Entry[], least: number): boolean {
  if (keys.length < least || keys.length > entries.length) return false;
  return keys.every((key, i) => key === keyOf(entries[i] as Entry));
}

/** The entries that were found, which must be a history that may be there. */
function checkFound(life: Life, again: PeerHistory): Entry[] {
  const keys = found(again);
  const { entries, durable, before } = life;
  const isNew = isPrefix(keys, entries, durable);
  const isOld = before !== null && isPrefix(keys, before.entries, before.least);
  const describe = () => {
    const differsAt = entries.findIndex((entry, i) => keys[i] !== keyOf(entry));
    const old = before && { ...before, entries: before.entries.length };
    const facts = { found: keys.length, wanted: entries.length, durable, differsAt, old };
    return JSON.stringify({ ...facts, tail: keys.slice(-3), ends: entries.slice(-3).map(keyOf) });
  };
  assert.ok(isNew || isOld, describe());
  const chosen = isNew ? entries : (before?.entries ?? []);
  assert.ok(again.epochs.accepted >= life.accepted && again.epochs.current >= life.current);
  return chosen.slice(0, keys.length);
}

function runSeed(seed: number): { readonly cuts: number; readonly adoptions: number } {
  const prng = new Prng(seed);
  const rig = new SimRig(seed);
  rig.disk.plant('snapshot', 'acceptedEpoch', Buffer.from(String(EPOCH_ACCEPTED)));
  rig.disk.plant('snapshot', 'currentEpoch', Buffer.from('0'));
  const epochs = { last: 0, highest: 0 };
  let life = new Life(rig, prng.fork(), epochs);
  let cuts = 0;
  let adoptions = 0;
  for (let crashes = prng.between(1, 5); crashes > 0; crashes--) {
    for (let steps = prng.below(250); steps > 0; steps--) {
      const wasChanging = life.before !== null;
      life.happen();
      if (wasChanging && life.before === null) cuts++;
    }
    if (life.before !== null) adoptions++;
    rig.disk.crash(prng.pick(['kill', 'powerLoss', 'powerLoss'] as const));
    const again = new Life(rig, prng.fork(), epochs);
    again.entries = checkFound(life, again.history);
    again.applied = again.entries.length;
    again.recovered = again.entries.length;
    again.accepted = life.accepted;
    again.current = life.current;
    life = again;
  }
  return { cuts, adoptions };
}

test('history: 150 seeds of lives, cuts, adoptions and crashes → a whole history, every time', () => {
  let done = 0;
  let brokenOff = 0;
  for (let seed = 1; seed <= 150; seed++) {
    try {
      const { cuts, adoptions } = runSeed(seed);
      done += cuts;
      brokenOff += adoptions;
    } catch (error) {
      assert.fail(`seed ${seed}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  assert.ok(done > 150 && brokenOff > 50, `${done} changes done, ${brokenOff} broken off`);
});
