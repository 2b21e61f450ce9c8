/**
 * loadNewestSnapshot: the newest snapshot that loads, of the hundred newest that look whole, as
 * Java tries them. A snapshot that fails is passed over with a warning: the logs reach back
 * further, and if they do not, their gap is found (also with what is told of those passed over).
 */
import type { Zxid } from '../../base/zxid.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { type DirectoryReader, INSPECTED_BYTES } from './disk.ts';
import { isGzipName, isSnappyName, zxidOfSnapshotName } from './file-names.ts';
import type { PassedOver } from './passed-over-snapshots.ts';
import { decodeSnappyStream } from './snappy.ts';
import { decodeSnapshot, type SnapshotBytes, type SnapshotOutcome } from './snapshot-decoder.ts';
import { isPlausibleSnapshot } from './snapshot-format.ts';
import type { RecoverySink } from './snapshot-source.ts';

const SNAPSHOTS_TRIED_MAX = 100;
const PROGRESS_NODES = 200_000;

export interface LoadedSnapshot {
  readonly name: string;
  readonly zxid: Zxid;
  readonly nodes: number;
  /** The newer ones. */
  readonly passedOver: readonly PassedOver[];
}

interface Loading {
  readonly sink: RecoverySink;
  readonly warnings: string[];
  onNodes(file: string, nodes: number): void;
}

/** There are snapshots, and none can be used: to start empty would lose everything. */
export class SnapshotRefusal extends Error {
  readonly file: string;

  constructor(file: string, reason: string) {
    super(reason);
    this.file = file;
  }
}

/** Null when there is none at all. Throws SnapshotRefusal. */
export function loadNewestSnapshot(
  reader: DirectoryReader,
  loading: Loading,
): LoadedSnapshot | null {
  const names = snapshotNames(reader);
  const plausible = names.filter(({ name }) => isPlausible(reader, name, loading.warnings));
  const cut: PassedOver[] = names
    .filter((each) => !plausible.includes(each))
    .map((each) => ({ ...each, isWhole: false }));
  const failed: PassedOver[] = [];
  for (const { name, zxid } of plausible.slice(0, SNAPSHOTS_TRIED_MAX)) {
    loading.sink.reset(zxid);
    const outcome = load(reader, name, loading);
    if (outcome.ok) {
      loading.sink.snapshotLoaded(outcome.trailer);
      const passedOver = [...failed, ...cut].filter((each) => each.zxid > zxid);
      return { name, zxid, nodes: outcome.nodes, passedOver };
    }
    loading.warnings.push(`${name}: not used: at ${outcome.offset}: ${outcome.reason}`);
    failed.push({ name, zxid, isWhole: !outcome.isCut });
  }
  const newest = names[0];
  // A cut-off snapshot.0 is what a crash in the very first moments leaves.
  if (newest !== undefined && (newest.zxid > 0 || plausible.length > 0)) {
    throw new SnapshotRefusal(newest.name, 'no snapshot could be loaded');
  }
  return null;
}

/** Newest first. */
function snapshotNames(reader: DirectoryReader): { name: string; zxid: Zxid }[] {
  const names = [];
  for (const name of [...reader.list('snapshot')].sort()) {
    const zxid = zxidOfSnapshotName(name);
    if (zxid !== null) names.push({ name, zxid });
  }
  return names.sort((a, b) => b.zxid - a.zxid);
}

function isPlausible(reader: DirectoryReader, name: string, warnings: string[]): boolean {
  if (looksWhole(reader, name)) return true;
  warnings.push(`${name}: not used: it was not written to its end`);
  return false;
}

function looksWhole(reader: DirectoryReader, name: string): boolean {
  const inspected = (position: number): Uint8Array => {
    const into = new Uint8Array(INSPECTED_BYTES);
    return into.subarray(0, reader.read('snapshot', name, { position, into }));
  };
  try {
    const size = reader.size('snapshot', name);
    const head = inspected(0);
    const tail = inspected(Math.max(0, size - INSPECTED_BYTES));
    return isPlausibleSnapshot({ name, size, head, tail });
  } catch (error) {
    // What cannot be read is not cut off: loading it fails in the same way, and says why.
    if (!(error instanceof Error && 'code' in error)) throw error;
    return true;
  }
}

type Outcome = Extract<SnapshotOutcome, { ok: true }> | (Failure & { readonly isCut: boolean });
type Failure = Extract<SnapshotOutcome, { ok: false }>;

function load(reader: DirectoryReader, name: string, loading: Loading): Outcome {
  let nextProgress = PROGRESS_NODES;
  loading.onNodes(name, 0);
  try {
    const outcome = decodeSnapshot(snapshotBytes(reader, name), loading.sink, (nodes) => {
      if (nodes < nextProgress) return;
      nextProgress += PROGRESS_NODES;
      loading.onNodes(name, nodes);
    });
    return outcome.ok ? outcome : { ...outcome, isCut: false };
  } catch (error) {
    // The system's and zlib's errors have a code; anything else is a bug.
    const isExpected = error instanceof JuteError || (error instanceof Error && 'code' in error);
    if (!isExpected) throw error;
    return { ok: false, offset: 0, reason: error.message, isCut: isCut(name, error) };
  }
}

/** Compressed files do not show it at their end: zlib does, and of Java's snappy nobody knows. */
function isCut(name: string, error: Error): boolean {
  return isSnappyName(name) || ('code' in error && error.code === 'Z_BUF_ERROR');
}

/** Uncompressed. May throw the system's and zlib's errors, and a JuteError. */
export function snapshotBytes(reader: DirectoryReader, name: string): SnapshotBytes {
  if (isGzipName(name)) return bytesInMemory(reader.readGzip('snapshot', name));
  const size = reader.size('snapshot', name);
  if (isSnappyName(name)) {
    const into = new Uint8Array(size);
    const count = reader.read('snapshot', name, { position: 0, into });
    return bytesInMemory(decodeSnappyStream(into.subarray(0, count)));
  }
  return { size, read: (position, into) => reader.read('snapshot', name, { position, into }) };
}

function bytesInMemory(whole: Uint8Array): SnapshotBytes {
  return {
    size: whole.length,
    read(position, into) {
      const part = whole.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
  };
}
