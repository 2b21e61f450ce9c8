/**
 * ProcessFigures: what the operating system and Node say about this process, for `mntr`. Each
 * figure is cheap to read: `mntr` is asked every few seconds, also with 10,000 connections.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

export class ProcessFigures {
  readonly #startedMs = performance.now();
  readonly #maxFileDescriptorCount = readMaxFileDescriptorCount();
  readonly #delay: IntervalHistogram;
  #utilizationStart = performance.eventLoopUtilization();

  constructor() {
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
  }

  get uptimeMs(): number {
    return performance.now() - this.#startedMs;
  }

  /** The soft limit; -1 where it is not known. */
  get maxFileDescriptorCount(): number {
    return this.#maxFileDescriptorCount;
  }

  /** -1 where it is not known. */
  get openFileDescriptorCount(): number {
    try {
      // Linux since 6.2 gives the number as the size; listing 10,000 names takes milliseconds.
      return statSync('/proc/self/fd').size || readdirSync('/proc/self/fd').length - 1;
    } catch {
      return -1;
    }
  }

  /** The share of time in which the event loop had work, since the start or `reset`. */
  get eventLoopUtilization(): number {
    return performance.eventLoopUtilization(this.#utilizationStart).utilization;
  }

  /** How late timers came, since the start or `reset`. */
  eventLoopDelayMs(percentile: number): number {
    if (this.#delay.count === 0) return 0;
    return Math.max(0, this.#delay.percentile(percentile) / 1e6 - RESOLUTION_MS);
  }

  reset(): void {
    this.#delay.reset();
    this.#utilizationStart = performance.eventLoopUtilization();
  }

  /** Ends the measuring. */
  close(): void {
    this.#delay.disable();
  }
}

/** The soft limit on open files; -1 where it is not known. */
export function readMaxFileDescriptorCount(): number {
  try {
    const [, soft] =
      /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? -1 : Number(soft);
  } catch {
    return -1;
  }
}
