/** recentEvents: what Forensics has kept, as plain values that go into JSON. The last come first. */
import type { ServerStats } from '../../core/requests/connection-stats.ts';
import type { SessionEndCause, SessionEnding } from '../../core/requests/stats/session-endings.ts';
import type { SlowRequestCause } from '../../core/requests/stats/slow-requests.ts';
import type { StallCause } from '../../core/requests/stats/stalls.ts';
import { readClocks } from '../clocks.ts';
import { formatSessionId } from '../four-letter-words/java-format.ts';
import { describeCause } from './describe-ending.ts';

export interface RecentEvents {
  readonly sessionEndings: readonly RecentSessionEnding[];
  readonly stalls: readonly RecentStall[];
  readonly slowRequests: readonly RecentSlowRequest[];
}

/** Times are wall-clock milliseconds. */
export interface RecentSessionEnding {
  /** As `cons` shows it: hexadecimal, with `0x`. */
  readonly sessionId: string;
  readonly endedMs: number;
  readonly cause: SessionEndCause;
  /** The cause in words. */
  readonly because: string;
  readonly timeoutMs: number;
  /** Null where it is not known. */
  readonly silentMs: number | null;
  readonly stalledMs: number;
  /** `address:port`; null when the session had no connection here. */
  readonly remote: string | null;
  /** How its connection ended, when it ended before the session did. */
  readonly connectionEnded: { readonly reason: string; readonly agoMs: number } | null;
}

export interface RecentStall {
  readonly endedMs: number;
  readonly durationMs: number;
  readonly cause: StallCause;
}

export interface RecentSlowRequest {
  readonly answeredMs: number;
  readonly operation: string;
  readonly sessionId: string;
  readonly latencyMs: number;
  readonly cause: SlowRequestCause;
}

export function recentEvents(stats: ServerStats): RecentEvents {
  const { monotonicMs, wallMs } = readClocks();
  return {
    sessionEndings: stats.sessionEndings.recent().map(recentEnding),
    stalls: stats.stalls.recent().map(({ endedMs, durationMs, cause }) => {
      return { endedMs: Math.round(wallMs - monotonicMs + endedMs), durationMs, cause };
    }),
    slowRequests: stats.slowRequests.recent().map((request) => {
      return { ...request, sessionId: formatSessionId(request.sessionId) };
    }),
  };
}

function recentEnding(ending: SessionEnding): RecentSessionEnding {
  const { sessionId, connection, ...rest } = ending;
  return {
    ...rest,
    sessionId: formatSessionId(sessionId),
    because: describeCause(ending.cause),
    remote: connection === null ? null : `${connection.remote.address}:${connection.remote.port}`,
    connectionEnded: connection?.lost ?? null,
  };
}
