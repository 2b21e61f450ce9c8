/** StableImage: what is on stable storage of a disk, for a recovery to read while it is in use. */
import type { DirectoryName, DirectoryReader } from '../../core/storage/disk.ts';
import { DiskError } from './disk-error.ts';
import type { SimDirectory } from './sim-directory.ts';
import { readStoredGzip } from './stored-gzip.ts';

export class StableImage implements DirectoryReader {
  readonly #directories: Readonly<Record<DirectoryName, SimDirectory>>;

  constructor(directories: Readonly<Record<DirectoryName, SimDirectory>>) {
    this.#directories = directories;
  }

  list(directory: DirectoryName): readonly string[] {
    return [...this.#directories[directory].stableEntries().keys()].reverse();
  }

  size(directory: DirectoryName, name: string): number {
    return this.#bytes(directory, name).length;
  }

  read(directory: DirectoryName, name: string, at: { position: number; into: Uint8Array }): number {
    const part = this.#bytes(directory, name).subarray(at.position);
    const wanted = part.subarray(0, at.into.length);
    at.into.set(wanted);
    return wanted.length;
  }

  readGzip(directory: DirectoryName, name: string): Uint8Array {
    const bytes = readStoredGzip(this.#bytes(directory, name));
    if (bytes === null) throw new DiskError('Z_DATA_ERROR', `${name} is no whole gzip file`);
    return bytes;
  }

  #bytes(directory: DirectoryName, name: string): Uint8Array {
    const file = this.#directories[directory].stableEntries().get(name);
    if (file === undefined) throw new DiskError('ENOENT', `ENOENT: no such file ${name}`);
    return file.stableBytes;
  }
}
