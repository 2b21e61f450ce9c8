/** A snapshot file as a database; a damaged one is refused with the place of the damage. */
import { basename, dirname } from 'node:path';
import type { Zxid } from '../../base/zxid.ts';
import { DatabaseRecovery } from '../../core/database-recovery.ts';
import type { ServerDatabase } from '../../core/requests/server-database.ts';
import { zxidOfSnapshotName } from '../../core/storage/file-names.ts';
import { decodeSnapshot } from '../../core/storage/snapshot-decoder.ts';
import { snapshotBytes } from '../../core/storage/snapshot-loading.ts';
import type { SnapshotSink, SnapshotTrailer } from '../../core/storage/snapshot-source.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { readerOf } from '../files/directory-reader.ts';
import { isSystemError } from '../system-error.ts';
import { ToolError } from '../tool-error.ts';

/** Whether nodes have a TTL is for the reader to say; what else there is does not depend on it. */
export const TREE_OPTIONS = {
  digestEnabled: true,
  extendedTypesEnabled: true,
  emulate353TtlNodes: false,
} as const;

export interface LoadedSnapshot {
  readonly database: ServerDatabase;
  /** As the file's name says; -1 when it says none. */
  readonly zxid: Zxid;
}

export function loadSnapshot(path: string): LoadedSnapshot {
  const zxid = zxidOfSnapshotName(basename(path)) ?? -1;
  const recovery = new DatabaseRecovery(TREE_OPTIONS);
  recovery.reset(Math.max(zxid, 0));
  recovery.snapshotLoaded(readSnapshot(path, recovery));
  return { database: recovery.database, zxid };
}

export function readSnapshot(path: string, sink: SnapshotSink): SnapshotTrailer {
  const reader = readerOf(dirname(path));
  try {
    const outcome = decodeSnapshot(snapshotBytes(reader, basename(path)), sink);
    if (outcome.ok) return outcome.trailer;
    throw damaged(path, `at offset ${outcome.offset}: ${outcome.reason}`);
  } catch (error) {
    if (error instanceof JuteError) throw damaged(path, error.message);
    if (isSystemError(error) && error.code.startsWith('Z_')) throw damaged(path, error.message);
    throw error;
  } finally {
    reader.close();
  }
}

function damaged(path: string, reason: string): ToolError {
  return new ToolError(`${path} is no whole snapshot: ${reason}; take an older or a newer one.`);
}
