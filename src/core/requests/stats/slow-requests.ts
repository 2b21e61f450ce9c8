/** SlowRequests: requests that were answered late, and what they waited for. */
import type { SessionId } from '../../../base/session-id.ts';

/**
 * `stall`: the server stood still. `log`: the log was written slowly. `quorum`: the other members.
 * `queue`: none of these; earlier requests.
 */
export const SLOW_REQUEST_CAUSES = ['stall', 'log', 'quorum', 'queue'] as const;
export type SlowRequestCause = (typeof SLOW_REQUEST_CAUSES)[number];

export interface SlowRequest {
  readonly operation: string;
  readonly sessionId: SessionId;
  readonly latencyMs: number;
  readonly cause: SlowRequestCause;
  /** Wall-clock milliseconds. */
  readonly answeredMs: number;
}

/** Since the last report. */
export interface SlowRequestReport {
  readonly count: number;
  readonly slowest: SlowRequest;
}

const RECENT_MAX = 64;

export class SlowRequests {
  /** From which on a request is slow; the driver's to set. */
  thresholdMs = Number.POSITIVE_INFINITY;
  readonly counts: Record<SlowRequestCause, number> = { stall: 0, log: 0, quorum: 0, queue: 0 };
  #recent: SlowRequest[] = [];
  #reportCount = 0;
  #slowest: SlowRequest | null = null;

  record(request: SlowRequest): void {
    this.counts[request.cause]++;
    this.#recent.push(request);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
    this.#reportCount++;
    if (request.latencyMs > (this.#slowest?.latencyMs ?? -1)) this.#slowest = request;
  }

  /** The last first. */
  recent(): readonly SlowRequest[] {
    return this.#recent.toReversed();
  }

  /** Null when there was none. */
  takeReport(): SlowRequestReport | null {
    if (this.#slowest === null) return null;
    const report = { count: this.#reportCount, slowest: this.#slowest };
    this.#slowest = null;
    this.#reportCount = 0;
    return report;
  }

  reset(): void {
    for (const cause of SLOW_REQUEST_CAUSES) this.counts[cause] = 0;
  }
}
