/** Ways of reading a data directory that miss what is wrong with it: for mutants. */
import type { DirectoryReader } from '../../core/storage/disk.ts';
import type { SimDisk } from '../disk/sim-disk.ts';

/** The end of the whole records of a log, by their lengths alone. */
function endOfRecords(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 16;
  while (at + 13 <= bytes.length) {
    const length = view.getInt32(at + 8);
    if (length <= 0 || at + 13 + length > bytes.length) break;
    if (bytes[at + 12 + length] !== 0x42) break;
    at += 13 + length;
  }
  return at;
}

/** Java's way: a zero length is the end of the file, whatever comes behind it. */
export function readerThatStopsAtZeros(disk: SimDisk): DirectoryReader {
  const endOf = (name: string): number => {
    const bytes = disk.file('log', name)?.bytes ?? new Uint8Array(0);
    return Math.min(endOfRecords(bytes), bytes.length);
  };
  return {
    list: (directory) => withoutWatermark(disk.list(directory)),
    size: (directory, name) => (name.startsWith('log.') ? endOf(name) : disk.size(directory, name)),
    read(directory, name, at) {
      if (!name.startsWith('log.')) return disk.read(directory, name, at);
      const left = Math.max(0, endOf(name) - at.position);
      const into = at.into.subarray(0, left);
      return disk.read(directory, name, { position: at.position, into });
    },
    readGzip: (directory, name) => disk.readGzip(directory, name),
  };
}

/** What was synced once is not known: all that is damaged near the end counts as torn. */
export function readerWithoutWatermark(disk: SimDisk): DirectoryReader {
  return {
    list: (directory) => withoutWatermark(disk.list(directory)),
    size: (directory, name) => disk.size(directory, name),
    read: (directory, name, at) => disk.read(directory, name, at),
    readGzip: (directory, name) => disk.readGzip(directory, name),
  };
}

function withoutWatermark(names: readonly string[]): readonly string[] {
  return names.filter((name) => name !== 'zooid.watermark');
}
