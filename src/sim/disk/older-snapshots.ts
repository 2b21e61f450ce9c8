/** The same disk without the newest snapshots: for recovering from each that is retained (D9). */
import type { DirectoryReader } from '../../core/storage/disk.ts';

export function withoutSnapshots(
  reader: DirectoryReader,
  hidden: ReadonlySet<string>,
): DirectoryReader {
  return {
    list: (directory) => reader.list(directory).filter((name) => !hidden.has(name)),
    size: (directory, name) => reader.size(directory, name),
    read: (directory, name, at) => reader.read(directory, name, at),
    readGzip: (directory, name) => reader.readGzip(directory, name),
  };
}
