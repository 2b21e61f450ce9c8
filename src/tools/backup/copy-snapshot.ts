/** Copies a snapshot into a chain, and reads the copy to its end: what is kept is whole. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Zxid } from '../../base/zxid.ts';
import { zxidOfSnapshotName } from '../../core/storage/file-names.ts';
import type { SnapshotSink } from '../../core/storage/snapshot-source.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { StatPersisted } from '../../protocol/records/stat.ts';
import { makeFile, type NewFile } from '../files/new-file.ts';
import { readSnapshot } from '../snapshot/load-snapshot.ts';
import { withPath } from '../system-error.ts';
import type { BackedUpSnapshot } from './manifest.ts';

const PIECE_BYTES = 1 << 20;

/** Throws ToolError when the snapshot is damaged, and the system's error when it is gone. */
export async function copySnapshot(source: string, directory: string): Promise<BackedUpSnapshot> {
  const path = join(directory, basename(source));
  // One that no manifest names may be left from a run that was cut short.
  rmSync(path, { force: true });
  const descriptor = openSync(source, 'r');
  try {
    const madeMs = withPath(source, () => fstatSync(descriptor).mtimeMs);
    const read = (piece: Uint8Array) => withPath(source, () => readSync(descriptor, piece));
    const copied = await makeFile(path, (file) => copyBytes(read, file));
    return describeCopy(path, { ...copied, madeMs });
  } finally {
    closeSync(descriptor);
  }
}

interface Copied {
  readonly bytes: number;
  readonly sha256: string;
}

function copyBytes(read: (piece: Uint8Array) => number, file: NewFile): Copied {
  const hash = createHash('sha256');
  const piece = new Uint8Array(PIECE_BYTES);
  for (;;) {
    const count = read(piece);
    if (count === 0) return { bytes: file.bytes, sha256: hash.digest('hex') };
    hash.update(piece.subarray(0, count));
    file.write(piece.subarray(0, count));
  }
}

/** A whole snapshot that is in its place, as the manifest has it. */
export function describeCopy(
  path: string,
  { bytes, sha256, madeMs }: Copied & { readonly madeMs: number },
): BackedUpSnapshot {
  const name = basename(path);
  const zxid = zxidOfSnapshotName(name) ?? -1;
  const figures = new SnapshotFigures();
  try {
    const { digest } = readSnapshot(path, figures);
    const wholeZxid = Math.max(zxid, figures.lastZxid, digest?.zxid ?? -1);
    // When its last txn was made no node may tell: a deletion leaves no time.
    const timeMs = Math.max(figures.timeMs, Math.floor(madeMs));
    return { name, bytes, sha256, zxid, wholeZxid, timeMs };
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/** The latest zxid and time of all nodes. */
class SnapshotFigures implements SnapshotSink {
  lastZxid: Zxid = -1;
  timeMs = 0;

  session(): void {}

  acl(): void {}

  node(reader: BinaryReader): void {
    reader.ustring();
    reader.buffer();
    reader.long();
    const { mzxid, pzxid, mtime } = StatPersisted.read(reader);
    this.lastZxid = Math.max(this.lastZxid, mzxid, pzxid);
    this.timeMs = Math.max(this.timeMs, mtime);
  }
}
