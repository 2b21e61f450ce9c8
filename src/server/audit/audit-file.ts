/**
 * AuditFile: lines at the end of a file that is put away when it is large, as the appender RFAAUDIT of
 * ZooKeeper's logging configuration does it: `name.1` is the last that was put away.
 *
 * Nobody waits for it: what comes while the system writes is written with the next write.
 */
import { closeSync, fstatSync, openSync, renameSync, rmSync, write } from 'node:fs';
import type { Logger } from '../logging/logger.ts';

const FILE_BYTES_MAX = 10_485_760;
const FILES_MAX = 10;
/** Lines that wait for a disk which does not keep up; more are lost, and counted. */
const WAITING_BYTES_MAX = 67_108_864;

export interface AuditFileOptions {
  readonly path: string;
  readonly logger: Logger;
  /** 10 MiB when absent. */
  readonly fileBytesMax?: number;
}

export class AuditFile {
  readonly #options: AuditFileOptions;
  #descriptor: number;
  #size: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #lostLines = 0;
  #linesUnderWay = 0;
  #isWriting = false;
  #isFailing = false;
  #isClosed = false;
  #onIdle: (() => void)[] = [];

  /** Throws the system's error when the file cannot be opened. */
  constructor(options: AuditFileOptions) {
    this.#options = options;
    this.#descriptor = openSync(options.path, 'a');
    this.#size = fstatSync(this.#descriptor).size;
  }

  /** With its end of line. What comes after the end is for nobody. */
  add(line: string): void {
    if (this.#isClosed) return;
    if (this.#waitingBytes > WAITING_BYTES_MAX) {
      this.#lostLines++;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    if (this.#isWriting) return;
    this.#isWriting = true;
    // What one turn of the event loop has to say goes in one write.
    setImmediate(() => this.#write());
  }

  /** Resolves when all is written, and the file is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isWriting) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
    closeSync(this.#descriptor);
    this.#tellLost();
  }

  #write(): void {
    if (this.#size >= (this.#options.fileBytesMax ?? FILE_BYTES_MAX)) this.#putAway();
    const bytes = Buffer.from(this.#waiting.join(''));
    this.#linesUnderWay = this.#waiting.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writeAll(bytes);
  }

  #writeAll(bytes: Uint8Array): void {
    write(this.#descriptor, bytes, (error, written) => {
      if (error !== null) this.#onFailed(error);
      else {
        this.#size += written;
        if (written < bytes.length) return this.#writeAll(bytes.subarray(written));
        this.#onWritten();
      }
      if (this.#waiting.length > 0) return this.#write();
      this.#isWriting = false;
      for (const resolve of this.#onIdle.splice(0)) resolve();
    });
  }

  /** Said once, and not for each write. */
  #onFailed(error: Error): void {
    this.#lostLines += this.#linesUnderWay;
    if (!this.#isFailing) this.#report('the audit log is not written', error);
    this.#isFailing = true;
  }

  #onWritten(): void {
    this.#isFailing = false;
    this.#tellLost();
  }

  #tellLost(): void {
    if (this.#lostLines === 0) return;
    this.#options.logger.error('lines of the audit log are lost', { lines: this.#lostLines });
    this.#lostLines = 0;
  }

  /** Where that does not go, the file grows on, and it is tried again after as many bytes. */
  #putAway(): void {
    const { path } = this.#options;
    this.#size = 0;
    try {
      rmSync(`${path}.${FILES_MAX}`, { force: true });
      for (let at = FILES_MAX - 1; at >= 0; at--) {
        moveIfThere(at === 0 ? path : `${path}.${at}`, `${path}.${at + 1}`);
      }
      const descriptor = openSync(path, 'a');
      closeSync(this.#descriptor);
      this.#descriptor = descriptor;
    } catch (error) {
      this.#report('the audit log cannot be put away', error);
    }
  }

  #report(message: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.logger.error(message, { file: this.#options.path, reason });
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) throw error;
  }
}
