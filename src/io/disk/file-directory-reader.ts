/**
 * FileDirectoryReader: synchronous reading of a data directory, for recovery before there is anyone
 * to keep waiting. It keeps the file it read last open; `close` it at the end.
 */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type DirectoryPaths, filePath } from './directory-paths.ts';
import type { DirectoryName } from './disk-op.ts';

export class FileDirectoryReader {
  readonly #paths: DirectoryPaths;
  #openPath = '';
  #descriptor = -1;

  constructor(paths: DirectoryPaths) {
    this.#paths = paths;
  }

  list(directory: DirectoryName): readonly string[] {
    try {
      return readdirSync(this.#paths[directory]);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  }

  size(directory: DirectoryName, name: string): number {
    return fstatSync(this.#open(directory, name)).size;
  }

  read(directory: DirectoryName, name: string, at: { position: number; into: Uint8Array }): number {
    const descriptor = this.#open(directory, name);
    const { position, into } = at;
    let filled = 0;
    while (filled < into.length) {
      const left = into.length - filled;
      const count = readSync(descriptor, into, filled, left, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  readGzip(directory: DirectoryName, name: string): Uint8Array {
    return gunzipSync(readFileSync(filePath(this.#paths, directory, name)));
  }

  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
    this.#openPath = '';
  }

  #open(directory: DirectoryName, name: string): number {
    const path = filePath(this.#paths, directory, name);
    if (path !== this.#openPath) {
      this.close();
      this.#descriptor = openSync(path, 'r');
      this.#openPath = path;
    }
    return this.#descriptor;
  }
}
