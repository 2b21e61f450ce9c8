/**
 * StallWatch: notices that the process stood still (ZooKeeper's JvmPauseMonitor): a timer that comes
 * too late, and a look before sessions are expired, so that a session which nobody could hear is not
 * blamed on its client. Why it stood still is known a moment later: collections are told afterwards.
 */
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { Stall, StallCause } from '../../core/requests/stats/stalls.ts';

const INTERVAL_MS = 50;
/** Timers of a busy server are late by some milliseconds. */
const STALL_MS = 100;
const COLLECTIONS_MAX = 64;
const COLLECTION_MS_MIN = 5;

export interface StallListener {
  /** At once: the cause is not known yet. */
  onStall(stall: Stall): void;
  /** A moment later, when its cause is known. */
  onSettled(stall: Stall): void;
}

export class StallWatch {
  readonly #listener: StallListener;
  readonly #timer: NodeJS.Timeout;
  readonly #observer: PerformanceObserver;
  #collections: PerformanceEntry[] = [];
  #lookedMs = performance.now();
  #processor = process.cpuUsage();
  #unsettled: { readonly stall: Stall; readonly busyMs: number }[] = [];

  constructor(listener: StallListener) {
    this.#listener = listener;
    this.#observer = new PerformanceObserver((list) => this.#onCollections(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#timer = setInterval(() => this.#onTimer(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** To be called before anything is decided by how much time has passed. */
  look(): void {
    const endedMs = performance.now();
    const durationMs = endedMs - this.#lookedMs - INTERVAL_MS;
    this.#lookedMs = endedMs;
    if (durationMs < STALL_MS) return;
    const { user, system } = process.cpuUsage(this.#processor);
    const stall: Stall = { endedMs, durationMs, cause: 'unknown' };
    this.#unsettled.push({ stall, busyMs: (user + system) / 1000 });
    this.#listener.onStall(stall);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#observer.disconnect();
  }

  #onTimer(): void {
    const unsettled = this.#unsettled;
    this.#unsettled = [];
    for (const { stall, busyMs } of unsettled) {
      stall.cause = this.#causeOf(stall, busyMs);
      this.#listener.onSettled(stall);
    }
    this.look();
    this.#processor = process.cpuUsage();
  }

  #onCollections(entries: readonly PerformanceEntry[]): void {
    const long = entries.filter(({ duration }) => duration >= COLLECTION_MS_MIN);
    if (long.length > 0)
      this.#collections = [...this.#collections, ...long].slice(-COLLECTIONS_MAX);
  }

  #causeOf({ endedMs, durationMs }: Stall, busyMs: number): StallCause {
    const begunMs = endedMs - durationMs - INTERVAL_MS;
    const collectedMs = this.#collections
      .filter(({ startTime }) => startTime >= begunMs && startTime <= endedMs)
      .reduce((sum, { duration }) => sum + duration, 0);
    return causeOfStall({ durationMs, collectedMs, busyMs });
  }
}

interface StallFigures {
  readonly durationMs: number;
  /** In collections of garbage. */
  readonly collectedMs: number;
  /** On a processor. */
  readonly busyMs: number;
}

/** What most of the time went to. */
export function causeOfStall({ durationMs, collectedMs, busyMs }: StallFigures): StallCause {
  if (collectedMs >= durationMs / 2) return 'collection';
  return busyMs >= durationMs / 2 ? 'work' : 'halted';
}
