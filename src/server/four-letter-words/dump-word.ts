/**
 * `dump`: when which session expires, who owns which ephemerals, and when which connection would
 * be given up. Java keeps the last in buckets of their own; here a connection lives with its
 * session, so its bucket is derived from that.
 */

import type { Now } from '../../base/now.ts';
import { describeSessionId } from '../../base/session-id.ts';
import type { ClientConnection } from '../../core/requests/client-connection.ts';
import type { ServerDatabase } from '../../core/requests/server-database.ts';
import type { SessionBuckets } from '../client-server.ts';
import { describeRemote } from './connection-words.ts';
import { formatDate } from './java-format.ts';
import { joinLines, lines, type ServingContext, word } from './word-context.ts';

export const dump = word(
  (context) =>
    describeSessions(context) + describeEphemerals(context) + describeConnections(context),
);

/** Texts by the wall-clock time at which they expire. */
type Expiries = ReturnType<SessionBuckets['buckets']>;
type Buckets = readonly (readonly [number, readonly string[]])[];

function describeSessions(context: ServingContext): string {
  return `SessionTracker dump:\n${describeLocalSessions(context)}${describeOthers(context)}`;
}

function describeLocalSessions(context: ServingContext): string {
  if (!hasLocalSessions(context)) return '';
  const { processor } = context;
  const buckets = sessionTexts(processor.localSessionBuckets(), processor.now);
  return `Local ${describeBuckets('Session Sets', buckets)}`;
}

function hasLocalSessions({ config, server }: ServingContext): boolean {
  return server.ensemble !== null && config.quorum.localSessionsEnabled;
}

function describeOthers(context: ServingContext): string {
  const { server, processor } = context;
  if (server.sessions === null) return describeGlobalSessions(server.database);
  const local = new Set<unknown>(
    processor.localSessionBuckets().flatMap(([, sessions]) => sessions),
  );
  const buckets = server.sessions
    .buckets()
    .map(([endMs, sessions]) => [endMs, sessions.filter((each) => !local.has(each))] as const)
    .filter(([, sessions]) => sessions.length > 0);
  const title = hasLocalSessions(context) ? 'Global Session Sets' : 'Session Sets';
  return describeBuckets(title, sessionTexts(buckets, processor.now));
}

function sessionTexts(buckets: Expiries, { monotonicMs, wallMs }: Now): Buckets {
  return buckets.map(
    ([endMs, sessions]) =>
      [endMs - monotonicMs + wallMs, sessions.map(({ id }) => describeSessionId(id))] as const,
  );
}

/** A learner knows every session and expires none. */
function describeGlobalSessions({ sessionsWithTimeouts }: ServerDatabase): string {
  const listed = [...sessionsWithTimeouts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, timeoutMs]) => `${describeSessionId(id)}\t${timeoutMs}ms`);
  const title = `Global Sessions(${listed.length}):`;
  return joinLines([title, ...listed]);
}

function describeEphemerals({ server }: ServingContext): string {
  const { tree } = server.database;
  const owners = tree.ephemeralOwners();
  const listed = owners.flatMap((owner) => [
    `${describeSessionId(owner)}:`,
    ...tree.ephemeralsOf(owner).map((path) => `\t${path}`),
  ]);
  return lines('ephemeral nodes dump:', `Sessions with Ephemerals (${owners.length}):`, ...listed);
}

function describeConnections(context: ServingContext): string {
  const intervalMs = context.config.load.sessionlessCnxnTimeoutMs;
  const buckets = new Map<number, string[]>();
  for (const connection of context.processor.connections) {
    const endMs = (Math.floor(expiryMs(connection, context) / intervalMs) + 1) * intervalMs;
    const id = describeSessionId(connection.session?.id ?? 0n);
    const text = `ip: ${describeRemote(connection)} sessionId: ${id}`;
    const bucket = buckets.get(endMs);
    if (bucket === undefined) buckets.set(endMs, [text]);
    else bucket.push(text);
  }
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  return `Connections dump:\n${describeBuckets('Connections Sets', sorted)}`;
}

function expiryMs(connection: ClientConnection, { config, processor }: ServingContext): number {
  const { session, stats } = connection;
  if (session === null) return stats.establishedMs + config.load.sessionlessCnxnTimeoutMs;
  const { monotonicMs, wallMs } = processor.now;
  // Where the session is expired by another server, the connection is as good as just heard of.
  if (session.expiryBucketMs < 0) return wallMs + session.timeoutMs;
  return session.expiryBucketMs - monotonicMs + wallMs;
}

function describeBuckets(title: string, buckets: Buckets): string {
  const count = buckets.reduce((sum, [, texts]) => sum + texts.length, 0);
  const listed = buckets.flatMap(([endMs, texts]) => [
    `${texts.length} expire at ${formatDate(endMs)}:`,
    ...texts.map((text) => `\t${text}`),
  ]);
  return lines(`${title} (${buckets.length})/(${count}):`, ...listed);
}
