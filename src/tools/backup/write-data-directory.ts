/**
 * Makes a data directory of a database: one snapshot, and nothing else, so no log can change what
 * was restored. It is made beside, and takes its place when it is whole and durable; what was there
 * before stays under another name.
 */
import {
  chownSync,
  existsSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServerDatabase } from '../../core/requests/server-database.ts';
import { snapshotSourceOf } from '../../core/snapshot-source-of.ts';
import { snapshotName } from '../../core/storage/file-names.ts';
import { SnapshotEncoder } from '../../core/storage/snapshot-encoder.ts';
import type { DirectoryPaths } from '../../io/disk/directory-paths.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { findUser } from '../files/directory-use.ts';
import { makeDirectory } from '../files/make-directory.ts';
import { makeFile } from '../files/new-file.ts';
import { syncDirectory } from '../files/sync-directory.ts';
import { loadSnapshot } from '../snapshot/load-snapshot.ts';
import { ToolError } from '../tool-error.ts';

const SLICE_BYTES = 1 << 20;
/** Nobody else is to read what the ACLs keep from them. */
const PRIVATE = { mode: 0o700 } as const;

/** Throws when a server uses the directories, or (not `isForced`) when there are data. */
export function checkDirectories(paths: DirectoryPaths, isForced: boolean): void {
  for (const path of new Set([paths.snapshot, paths.log])) {
    if (!existsSync(path)) continue;
    const pid = findUser(realpathSync(path));
    if (pid !== null) throw new ToolError(`${path} is in use by process ${pid}: stop it first.`);
    if (isForced || readdirSync(path).length === 0) continue;
    throw new ToolError(
      `${path} is not empty: name an empty directory, or move the data aside with --force.`,
    );
  }
}

/** Where the data that were there are now. */
export async function writeDataDirectory(
  paths: DirectoryPaths,
  database: ServerDatabase,
): Promise<readonly string[]> {
  const made = `${paths.snapshot}.restoring`;
  rmSync(made, { recursive: true, force: true });
  const dataDir = dirname(paths.snapshot);
  makeDirectory(dataDir, PRIVATE);
  makeDirectory(made, PRIVATE);
  try {
    const file = join(made, snapshotName(database.tree.lastProcessedZxid, ''));
    await writeSnapshot(file, database);
    checkWritten(file, database);
    giveToOwner([made, file], dataDir);
    makeForOwner(dirname(paths.log), dataDir);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    throw error;
  }
  const moved = [...new Set([paths.log, paths.snapshot])].flatMap(moveAside);
  renameSync(made, paths.snapshot);
  makeForOwner(paths.log, dataDir);
  for (const path of new Set([paths.log, paths.snapshot])) syncDirectory(dirname(path));
  return moved;
}

async function writeSnapshot(path: string, database: ServerDatabase): Promise<void> {
  const choices = { serializeLastProcessedZxid: true, digestEnabled: true };
  const source = snapshotSourceOf(database, choices);
  const encoder = new SnapshotEncoder(source);
  const writer = new BinaryWriter(SLICE_BYTES * 2);
  await makeFile(path, (file) => {
    for (let hasMore = true; hasMore; ) {
      writer.clear();
      hasMore = encoder.next(writer, SLICE_BYTES);
      file.write(writer.written());
    }
  });
  source.release();
}

/** What a server will read is what was meant. */
function checkWritten(path: string, database: ServerDatabase): void {
  const { digest } = loadSnapshot(path).database.tree;
  if (digest.equals(database.tree.digest)) return;
  throw new ToolError(`${path} does not read as it was written: check the disk and the memory.`);
}

/** Root restores for the user of the server. */
function giveToOwner(made: readonly string[], dataDir: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dataDir);
  for (const path of made) chownSync(path, uid, gid);
}

function makeForOwner(path: string, dataDir: string): void {
  if (existsSync(path)) return;
  makeDirectory(path, PRIVATE);
  giveToOwner([path], dataDir);
}

function moveAside(path: string): string[] {
  if (!existsSync(path)) return [];
  if (readdirSync(path).length === 0) {
    rmSync(path, { recursive: true });
    return [];
  }
  let number = 1;
  while (existsSync(`${path}.before-restore-${number}`)) number++;
  const aside = `${path}.before-restore-${number}`;
  renameSync(path, aside);
  return [aside];
}
