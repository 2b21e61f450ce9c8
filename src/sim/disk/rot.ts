/**
 * Rot: damage to files at rest, with the way to undo it. Only what the watermark vouches for is
 * hit, and snapshots: beyond the watermark nobody can tell a rotten record from a torn one.
 */
import type { Prng } from '../../base/prng.ts';
import { decodeWatermark } from '../../core/storage/watermark.ts';
import type { SimDisk } from './sim-disk.ts';
import type { SimFile } from './sim-file.ts';

export interface Rot {
  readonly text: string;
  /** The damaged file has not been removed, or been replaced by another, since. */
  isThere(): boolean;
  undo(): void;
}

export type RotKind = 'flip' | 'zeroPage' | 'garbage' | 'cut';

const RECORD_END = 0x42;
const LOG_HEADER_BYTES = 16;
const KINDS: readonly RotKind[] = ['flip', 'zeroPage', 'garbage'];

interface Victim {
  readonly directory: 'log' | 'snapshot';
  readonly name: string;
  readonly file: SimFile;
  /** Only bytes before this are hit. */
  readonly end: number;
}

/** Null where there is nothing to hit. */
export function rotOneFile(disk: SimDisk, prng: Prng, kinds = KINDS): Rot | null {
  const victims = [...rottenLogs(disk), ...rottenSnapshots(disk)];
  if (victims.length === 0) return null;
  const { directory, name, file, end } = prng.pick(victims);
  const before = file.bytes.slice();
  const kind = prng.pick(kinds);
  // Where an epoch ends nothing tells of a log that ends with a record: as in ZooKeeper.
  const drawn = prng.below(end);
  const isBehindRecord = before[drawn - 1] === RECORD_END || drawn <= LOG_HEADER_BYTES;
  const at = kind === 'cut' && isBehindRecord ? drawn + 1 : drawn;
  const damaged = damage(before, { kind, at, end, prng });
  file.write(0, damaged);
  file.resize(damaged.length);
  file.sync();
  const undo = () => {
    file.write(0, before);
    file.sync();
  };
  const isThere = () => disk.file(directory, name) === file;
  return { text: `${kind} in ${name} at ${at} of ${end}`, isThere, undo };
}

function damage(
  before: Uint8Array,
  { kind, at, end, prng }: { kind: RotKind; at: number; end: number; prng: Prng },
): Uint8Array {
  if (kind === 'cut') return before.slice(0, at);
  const after = before.slice();
  if (kind === 'flip') {
    after[at] = (after[at] ?? 0) ^ (1 << prng.below(8));
  } else {
    const page = prng.pick([512, 4096]);
    const start = at - (at % page);
    const stop = Math.min(start + page, end);
    if (kind === 'zeroPage') after.fill(0, start, stop);
    else for (let i = start; i < stop; i++) after[i] = prng.below(256);
  }
  return after;
}

function rottenLogs(disk: SimDisk): Victim[] {
  const mark = disk.file('log', 'zooid.watermark');
  const watermark = mark === undefined ? null : decodeWatermark(mark.bytes);
  if (watermark === null) return [];
  const victims: Victim[] = [];
  for (const name of disk.list('log')) {
    const file = disk.file('log', name);
    if (!name.startsWith('log.') || file === undefined || file.size === 0) continue;
    const zxid = Number.parseInt(name.slice(4), 16);
    if (zxid < watermark.fileZxid) victims.push({ directory: 'log', name, file, end: file.size });
    else if (zxid === watermark.fileZxid && watermark.offset > 0) {
      const end = Math.min(watermark.offset, file.size);
      victims.push({ directory: 'log', name, file, end });
    }
  }
  return victims;
}

function rottenSnapshots(disk: SimDisk): Victim[] {
  return disk.list('snapshot').flatMap((name) => {
    const file = disk.file('snapshot', name);
    if (!name.startsWith('snapshot.') || file === undefined || file.size === 0) return [];
    return [{ directory: 'snapshot', name, file, end: file.size }];
  });
}
