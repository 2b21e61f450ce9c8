/** recentEvents: what Forensics has kept, as plain values that go into JSON. The last come first. */
import { describeSessionId } from '../../base/session-id.ts';
import type { ServerStats } from '../../core/requests/connection-stats.ts';
import type { SessionEnding } from '../../core/requests/stats/session-endings.ts';
import type { RecentEvents, RecentSessionEnding } from '../../protocol/admin.ts';
import { readClocks } from '../clocks.ts';
import { describeCause } from './describe-ending.ts';

export function recentEvents(stats: ServerStats): RecentEvents {
  const { monotonicMs, wallMs } = readClocks();
  return {
    sessionEndings: stats.sessionEndings.recent().map(recentEnding),
    stalls: stats.stalls.recent().map(({ endedMs, durationMs, cause }) => {
      return { endedMs: Math.round(wallMs - monotonicMs + endedMs), durationMs, cause };
    }),
    slowRequests: stats.slowRequests.recent().map((request) => {
      return { ...request, sessionId: describeSessionId(request.sessionId) };
    }),
  };
}

function recentEnding(ending: SessionEnding): RecentSessionEnding {
  const { sessionId, connection, ...rest } = ending;
  return {
    ...rest,
    sessionId: describeSessionId(sessionId),
    because: describeCause(ending.cause),
    remote: connection === null ? null : `${connection.remote.address}:${connection.remote.port}`,
    connectionEnded: connection?.lost ?? null,
  };
}
