/**
 * DiskTurns: starts what a server machine asks of the disk: at once, or at the end of the turn of
 * the event loop, so that everything that arrives in one turn goes into one write of the log.
 */
import type { DiskDone, DiskOp } from '../../core/storage/disk.ts';
import type { DirectoryPaths } from '../../io/disk/directory-paths.ts';
import { FileDisk } from '../../io/disk/file-disk.ts';

export interface DiskUser {
  takeDiskOps(): readonly DiskOp[];
  /** What follows from it is carried out by `leave`, and started by the caller. */
  onDiskDone(done: DiskDone): void;
  /** Sends what was decided. */
  leave(): void;
}

/** What does the ops. Each that is started ends in one `onDone`, never within `start`. */
export interface Disk {
  start(ops: readonly DiskOp[]): void;
  /** Starts nothing more and tells nobody; resolves when nothing is under way, and no file open. */
  close(): Promise<void>;
}

/** Another disk than that of the system, as tests have it, which fails when they say so. */
export type CreateDisk = (paths: DirectoryPaths, onDone: (done: DiskDone) => void) => Disk;

export const createFileDisk: CreateDisk = (paths, onDone) => new FileDisk(paths, onDone);

export class DiskTurns {
  readonly #user: DiskUser;
  readonly #disk: Disk;
  #isPlanned = false;
  /** What has ended while the server stands still; null when it does not. */
  #held: DiskDone[] | null = null;
  #isClosed = false;

  constructor(paths: DirectoryPaths, user: DiskUser, createDisk: CreateDisk = createFileDisk) {
    this.#user = user;
    this.#disk = createDisk(paths, (done) => {
      if (this.#held !== null) this.#held.push(done);
      else this.#onDone(done);
    });
  }

  start(): void {
    if (this.#held === null && !this.#isClosed) this.#disk.start(this.#user.takeDiskOps());
  }

  startSoon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.start();
    });
  }

  /** Nothing is started, and nobody hears what ends, until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held;
    this.#held = null;
    for (const done of held ?? []) this.#onDone(done);
    this.start();
  }

  /** Nothing is started any more; resolves when the directory is somebody else's. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#disk.close();
  }

  #onDone(done: DiskDone): void {
    this.#user.onDiskDone(done);
    // The replies come after the next write of the log is on its way: the disk does not wait for them.
    this.start();
    this.#user.leave();
  }
}
