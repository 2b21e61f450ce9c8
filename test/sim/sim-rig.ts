/** A disk, a queue and a clock, for tests of the simulator's parts. */
import { Prng } from '../../src/base/prng.ts';
import { writeTxn } from '../../src/core/requests/txn.ts';
import type { DiskAction, DiskDone, DiskOp } from '../../src/core/storage/disk.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import { DiskFaults } from '../../src/sim/disk/disk-faults.ts';
import { SimDisk } from '../../src/sim/disk/sim-disk.ts';
import { EventQueue } from '../../src/sim/event-queue.ts';
import { SimClock } from '../../src/sim/sim-clock.ts';

export type RigAction = DiskAction & { readonly lane?: DiskOp['lane'] };

export class SimRig {
  readonly clock = new SimClock();
  readonly queue: EventQueue;
  readonly faults: DiskFaults;
  readonly disk: SimDisk;
  readonly done: DiskDone[] = [];
  #lastId = 0;

  constructor(seed = 1, { forceSync = true, syncError = 0 } = {}) {
    const rates = { eio: 0, syncError, slow: 0, slowUsMax: 1000 };
    this.queue = new EventQueue(new Prng(seed));
    this.faults = new DiskFaults(new Prng(seed), rates);
    this.disk = new SimDisk({
      clock: this.clock,
      queue: this.queue,
      faults: this.faults,
      prng: new Prng(seed),
      hasSeparateLogDirectory: true,
      forceSync,
    });
    this.disk.onDone = (_op, done) => this.done.push(done);
  }

  /** In the lane of the log, whose writes must be records, unless it names another. */
  start(action: RigAction): void {
    const op: DiskOp = { id: ++this.#lastId, lane: 'log', ...action };
    this.disk.start([op]);
  }

  /** Until nothing more happens. */
  settle(): void {
    for (let event = this.queue.take(); event !== undefined; event = this.queue.take()) {
      this.clock.moveTo(event.timeUs);
      event.action();
    }
  }

  run(...actions: readonly RigAction[]): void {
    for (const action of actions) {
      this.start(action);
      this.settle();
    }
  }
}

/** The record of an error txn, as it stands in a log. */
export function logRecord(zxid: number): Uint8Array {
  const payload = new BinaryWriter();
  const origin = { clientId: 5n, cxid: zxid, zxid, time: 1 };
  writeTxn(payload, origin, { txn: { type: OpCode.error, body: { err: -101 } }, digest: null });
  const bytes = payload.take();
  const writer = new BinaryWriter();
  writer.long(0n);
  writer.buffer(bytes);
  writer.byte(0x42);
  return writer.take();
}
