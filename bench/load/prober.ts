// Sends one small read about every millisecond and keeps the longest wait of each phase: what a
// client sees while the server grows, collects garbage or writes a snapshot.

import {
  createHistogram,
  type IntervalHistogram,
  monitorEventLoopDelay,
  type RecordableHistogram,
} from 'node:perf_hooks';
import { encodeGetData } from './frames.ts';
import type { ProbeJob, ProbePhase } from './job.ts';
import { LoadConnection } from './load-connection.ts';

const PERIOD_MS = 1;
const NANOSECONDS = 1e6;
const MICROSECONDS = 1000;

export class Prober {
  readonly #job: ProbeJob;
  readonly #request: Buffer;
  readonly #waits: RecordableHistogram = createHistogram();
  readonly #ownDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: PERIOD_MS });
  readonly #phases: ProbePhase[] = [];
  #phase = 'start';
  #sentAt = 0;
  #isEnded = false;
  #settle: ((phases: readonly ProbePhase[]) => void) | undefined;

  constructor(job: ProbeJob) {
    this.#job = job;
    this.#request = encodeGetData({ xid: 1, path: job.path });
  }

  async run(): Promise<readonly ProbePhase[]> {
    const connection = await LoadConnection.open({ port: this.#job.port });
    this.#ownDelay.enable();
    return new Promise((resolve, reject) => {
      this.#settle = resolve;
      connection.onLost = (reason) => reject(new Error(reason));
      const probe = (): void => {
        this.#sentAt = performance.now();
        connection.send(this.#request);
      };
      connection.onFrames = () => {
        const microseconds = (performance.now() - this.#sentAt) * MICROSECONDS;
        this.#waits.record(Math.max(1, Math.round(microseconds)));
        if (this.#isEnded) connection.close().then(() => this.#finish(), reject);
        else setTimeout(probe, PERIOD_MS);
      };
      probe();
    });
  }

  enterPhase(name: string): void {
    this.#keepPhase();
    this.#phase = name;
  }

  end(): void {
    this.#isEnded = true;
  }

  #finish(): void {
    this.#keepPhase();
    this.#ownDelay.disable();
    this.#settle?.(this.#phases);
  }

  #keepPhase(): void {
    this.#phases.push({
      name: this.#phase,
      probes: this.#waits.count,
      medianMs: this.#waits.percentile(50) / MICROSECONDS,
      longestMs: this.#waits.max / MICROSECONDS,
      ownDelayMs: this.#ownDelay.max / NANOSECONDS,
    });
    this.#waits.reset();
    this.#ownDelay.reset();
  }
}
