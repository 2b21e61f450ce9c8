/** Where the directories of the storage machine are, and the one way to a file in them. */
import { join } from 'node:path';
import type { DirectoryName } from './disk-op.ts';

/** `log` and `snapshot` are the `version-2` directories; they may be the same. */
export type DirectoryPaths = Readonly<Record<DirectoryName, string>>;

const VERSION_DIRECTORY = 'version-2';

export function directoryPaths(dataDir: string, dataLogDir: string): DirectoryPaths {
  return {
    log: join(dataLogDir, VERSION_DIRECTORY),
    snapshot: join(dataDir, VERSION_DIRECTORY),
    dataLogDir,
  };
}

export function filePath(paths: DirectoryPaths, directory: DirectoryName, name: string): string {
  return join(paths[directory], name);
}
