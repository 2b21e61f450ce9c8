import { FileDirectoryReader } from '../../io/disk/file-directory-reader.ts';

/** Reads snapshots and logs of one directory, whatever its name. */
export function readerOf(directory: string): FileDirectoryReader {
  return new FileDirectoryReader({ snapshot: directory, log: directory, dataLogDir: directory });
}
