/** A network with its own queue and clock, for tests of what runs on it. */
import { Prng } from '../../../../src/base/prng.ts';
import { SimNetwork } from '../../../../src/sim/ensemble/net/sim-network.ts';
import { EventQueue } from '../../../../src/sim/event-queue.ts';
import { SimClock } from '../../../../src/sim/sim-clock.ts';

export class NetRig {
  readonly clock = new SimClock();
  readonly queue: EventQueue;
  readonly network: SimNetwork;

  constructor(seed = 1) {
    this.queue = new EventQueue(new Prng(seed));
    this.network = new SimNetwork({
      clock: this.clock,
      queue: this.queue,
      prng: new Prng(seed),
      delayUsMax: 500,
      rechunks: true,
    });
  }

  /** Until nothing more happens before then. */
  run(us = 60_000_000): void {
    const endUs = this.clock.nowUs + us;
    let isOver = false;
    this.queue.add(endUs, 'end', () => {
      isOver = true;
    });
    while (!isOver) {
      const event = this.queue.take();
      if (event === undefined) return;
      this.clock.moveTo(event.timeUs);
      event.action();
    }
  }
}
