/**
 * SwitchedDisk: the system's disk with a switch: full, whatever has to write bytes fails with
 * ENOSPC, and nothing is written.
 */
import { type CreateDisk, createFileDisk, type Disk } from '../../server/disk/disk-turns.ts';

type DiskOp = Parameters<Disk['start']>[0][number];
type DiskDone = Parameters<Parameters<CreateDisk>[1]>[0];

const NEEDS_SPACE: ReadonlySet<DiskOp['kind']> = new Set<DiskOp['kind']>([
  'createFile',
  'writeFile',
  'patchFile',
  'openSnapshot',
  'writeSnapshot',
]);

export class SwitchedDisk implements Disk {
  readonly #disk: Disk;
  readonly #isFull: () => boolean;
  readonly #onDone: (done: DiskDone) => void;
  #isClosed = false;

  constructor(disk: Disk, isFull: () => boolean, onDone: (done: DiskDone) => void) {
    this.#disk = disk;
    this.#isFull = isFull;
    this.#onDone = onDone;
  }

  start(ops: readonly DiskOp[]): void {
    const isRefused = (op: DiskOp) => this.#isFull() && NEEDS_SPACE.has(op.kind);
    for (const op of ops.filter(isRefused)) this.#refuse(op);
    const rest = ops.filter((op) => !isRefused(op));
    if (rest.length > 0) this.#disk.start(rest);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#disk.close();
  }

  #refuse({ id, kind }: DiskOp): void {
    // Never within `start`.
    setImmediate(() => {
      if (this.#isClosed) return;
      const message = `ENOSPC: no space left on device, ${kind}`;
      this.#onDone({ id, ok: false, code: 'ENOSPC', message });
    });
  }
}

/** For a server, whose disk is full while `isFull` says so. */
export function createSwitchedDisk(isFull: () => boolean): CreateDisk {
  return (paths, onDone) => new SwitchedDisk(createFileDisk(paths, onDone), isFull, onDone);
}
