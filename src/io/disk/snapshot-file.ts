/**
 * SnapshotFile: the file of the one snapshot that is being written, through gzip if wanted. A write
 * has ended when its bytes may be reused.
 *
 * What is to be durable in the end is synced every few megabytes. A file system's journal writes
 * out all that is waiting before it lets the log's next sync end: with hundreds of megabytes
 * waiting, every client would.
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';

export interface SnapshotFileOptions {
  readonly compression: '' | 'gz';
  readonly sync: boolean;
}

const UNSYNCED_BYTES_MAX = 4 * 1024 * 1024;

export class SnapshotFile {
  readonly #handle: FileHandle;
  readonly #sync: boolean;
  readonly #gzip: Gzip | null;
  readonly #stream: WriteStream | null;
  /** Rejects when the compressed stream breaks; a write in progress would wait for ever. */
  readonly #streamEnd: Promise<void> | null;
  /** Before compression. */
  #position = 0;
  #syncedTo = 0;

  static async create(path: string, options: SnapshotFileOptions): Promise<SnapshotFile> {
    return new SnapshotFile(await open(path, 'w'), options);
  }

  private constructor(handle: FileHandle, options: SnapshotFileOptions) {
    this.#handle = handle;
    this.#sync = options.sync;
    if (options.compression === '') {
      this.#gzip = null;
      this.#stream = null;
      this.#streamEnd = null;
      return;
    }
    this.#gzip = createGzip();
    this.#stream = createWriteStream('', { fd: handle.fd, autoClose: false });
    this.#streamEnd = finished(this.#gzip.pipe(this.#stream));
    // It is awaited with the next write; until then a failure must not count as unhandled.
    this.#streamEnd.catch(() => {});
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#gzip === null) await writeAll(this.#handle, bytes, this.#position);
    else await this.#compress(this.#gzip, bytes);
    this.#position += bytes.length;
    if (!this.#sync || this.#position - this.#syncedTo < UNSYNCED_BYTES_MAX) return;
    this.#syncedTo = this.#position;
    await this.#handle.datasync();
  }

  async #compress(gzip: Gzip, bytes: Uint8Array): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      gzip.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    await Promise.race([written, this.#streamEnd]);
  }

  /** `sync` is false when the snapshot is given up. */
  async finish(sync: boolean): Promise<void> {
    try {
      if (this.#gzip !== null) {
        this.#gzip.end();
        await this.#streamEnd;
      }
      if (sync) await this.#handle.sync();
    } finally {
      await this.#handle.close();
    }
  }
}

/** A write may take less than it is given, at a full disk above all: the next one then fails. */
export async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const left = bytes.length - done;
    const { bytesWritten } = await handle.write(bytes, done, left, position + done);
    done += bytesWritten;
  }
}
