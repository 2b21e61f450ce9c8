/**
 * DiskTurns: starts what a server machine asks of the disk: at once, or at the end of the turn of
 * the event loop, so that everything that arrives in one turn goes into one write of the log.
 */
import type { DiskDone, DiskOp } from '../core/storage/disk.ts';
import type { DirectoryPaths } from '../io/disk/directory-paths.ts';
import { FileDisk } from '../io/disk/file-disk.ts';

export interface DiskUser {
  takeDiskOps(): readonly DiskOp[];
  /** The caller starts what follows from it. */
  onDiskDone(done: DiskDone): void;
}

export class DiskTurns {
  readonly #user: DiskUser;
  readonly #disk: FileDisk;
  #isPlanned = false;

  constructor(paths: DirectoryPaths, user: DiskUser) {
    this.#user = user;
    this.#disk = new FileDisk(paths, (done) => {
      user.onDiskDone(done);
      this.start();
    });
  }

  start(): void {
    this.#disk.start(this.#user.takeDiskOps());
  }

  startSoon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.start();
    });
  }
}
