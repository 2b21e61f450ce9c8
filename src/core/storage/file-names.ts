/**
 * The names in a data directory. Hex is lower case without padding. Java takes a file for a log or
 * a snapshot by what stands before the first dot, so `tmp.` and `zooid.` names are nothing to it.
 */
import type { Zxid } from '../../base/zxid.ts';
import type { SnapshotCompression } from './disk.ts';

export const WATERMARK_NAME = 'zooid.watermark';
/** The operator's permission to start empty (`db.autocreate=false`); lies in dataLogDir itself. */
export const INITIALIZE_NAME = 'initialize';
const UNFINISHED_LOG_PREFIX = 'tmp.log.';
const UNFINISHED_SNAPSHOT_PREFIX = 'tmp.snapshot.';

export function logName(firstZxid: Zxid): string {
  return `log.${firstZxid.toString(16)}`;
}

/** Where a log is made before it has its header. */
export function unfinishedLogName(firstZxid: Zxid): string {
  return `${UNFINISHED_LOG_PREFIX}${firstZxid.toString(16)}`;
}

export function isUnfinishedLogName(name: string): boolean {
  return name.startsWith(UNFINISHED_LOG_PREFIX);
}

export function snapshotName(zxid: Zxid, compression: SnapshotCompression): string {
  return `snapshot.${zxid.toString(16)}${compression === '' ? '' : `.${compression}`}`;
}

/** Where a snapshot is written before it is whole. */
export function unfinishedSnapshotName(zxid: Zxid): string {
  return `${UNFINISHED_SNAPSHOT_PREFIX}${zxid.toString(16)}`;
}

export function isUnfinishedSnapshotName(name: string): boolean {
  return name.startsWith(UNFINISHED_SNAPSHOT_PREFIX);
}

/** Null for names that are no log. */
export function zxidOfLogName(name: string): Zxid | null {
  return zxidAfter('log', name);
}

/** Null for names that are no snapshot, `.gz` and `.snappy` included. */
export function zxidOfSnapshotName(name: string): Zxid | null {
  return zxidAfter('snapshot', name);
}

function zxidAfter(prefix: string, name: string): Zxid | null {
  const parts = name.split('.');
  const hex = parts[1];
  if (parts[0] !== prefix || hex === undefined || parts.length > 3) return null;
  if (!/^[0-9a-fA-F]{1,16}$/.test(hex)) return null;
  const zxid = Number.parseInt(hex, 16);
  return Number.isSafeInteger(zxid) ? zxid : null;
}

export function isGzipName(name: string): boolean {
  return name.endsWith('.gz');
}

export function isSnappyName(name: string): boolean {
  return name.endsWith('.snappy');
}
