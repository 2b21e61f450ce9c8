/** Words about connections, and the line that describes one. */
import { describeSessionId } from '../../base/session-id.ts';
import type { ClientConnection } from '../../core/requests/client-connection.ts';
import type { RequestProcessor } from '../../core/requests/request-processor.ts';
import { formatHex, formatHostAndPort } from './java-format.ts';
import { lines, word } from './word-context.ts';

export const cons = word(
  ({ processor }, { connection: asker }) =>
    `${lines(
      ...Array.from(processor.connections, (connection) =>
        describeConnection(connection, { isBrief: false, asker }),
      ),
    )}\n`,
);

export const crst = word(({ processor }) => {
  resetConnections(processor);
  return lines('Connection stats reset.');
});

export function resetConnections({ connections }: RequestProcessor): void {
  for (const { stats } of connections) stats.reset();
}

interface Description {
  /** `stat` shows less than `cons`. */
  readonly isBrief: boolean;
  /** The connection of the word itself: nothing more is read from it. */
  readonly asker: ClientConnection | null;
}

export function describeConnection(
  connection: ClientConnection,
  { isBrief, asker }: Description,
): string {
  const figures = connectionFigures(connection, asker);
  const { interestOps, outstandingRequests, packetsReceived, packetsSent } = figures;
  const counts = `queued=${outstandingRequests},recved=${packetsReceived},sent=${packetsSent}`;
  const session = isBrief ? '' : describeSession(connection);
  return ` ${describeRemote(connection)}[${interestOps}](${counts}${session})`;
}

export interface ConnectionFigures {
  /** The selector's interest in Java: 1 is reading, 0 is neither reading nor writing. */
  readonly interestOps: number;
  readonly outstandingRequests: number;
  readonly packetsReceived: number;
  readonly packetsSent: number;
}

export function connectionFigures(
  connection: ClientConnection,
  asker: ClientConnection | null = null,
): ConnectionFigures {
  const { stats, waiting, writesSubmitted, writesDone } = connection;
  return {
    interestOps: connection === asker || connection.isThrottled ? 0 : 1,
    outstandingRequests: writesSubmitted - writesDone + waiting.length,
    packetsReceived: stats.received,
    packetsSent: stats.sent,
  };
}

/** As whole milliseconds, as Java has them. */
export interface SessionFigures {
  readonly lastOperation: string;
  readonly establishedMs: number;
  readonly lastCxid: number;
  readonly lastZxid: number;
  readonly lastResponseMs: number;
  readonly lastLatencyMs: number;
  readonly minLatencyMs: number;
  readonly averageLatencyMs: number;
  readonly maxLatencyMs: number;
}

export function sessionFigures({ stats }: ClientConnection): SessionFigures {
  const { latency } = stats;
  return {
    lastOperation: stats.lastOperation,
    establishedMs: Math.floor(stats.establishedMs),
    lastCxid: stats.lastCxid,
    lastZxid: stats.lastZxid,
    lastResponseMs: Math.floor(stats.lastResponseMs),
    lastLatencyMs: Math.round(stats.lastLatencyMs),
    minLatencyMs: Math.floor(Math.max(latency.min, 0)),
    averageLatencyMs: Math.floor(latency.average),
    maxLatencyMs: Math.ceil(latency.max),
  };
}

function describeSession(connection: ClientConnection): string {
  const { session } = connection;
  if (session === null) return '';
  const figures = sessionFigures(connection);
  const { lastCxid } = figures;
  return [
    `,sid=${describeSessionId(session.id)}`,
    `lop=${figures.lastOperation}`,
    `est=${figures.establishedMs}`,
    `to=${session.timeoutMs}`,
    ...(lastCxid < 0 ? [] : [`lcxid=0x${formatHex(lastCxid)}`]),
    `lzxid=0x${formatHex(figures.lastZxid)}`,
    `lresp=${figures.lastResponseMs}`,
    `llat=${figures.lastLatencyMs}`,
    `minlat=${figures.minLatencyMs}`,
    `avglat=${figures.averageLatencyMs}`,
    `maxlat=${figures.maxLatencyMs}`,
  ].join(',');
}

export function describeRemote({ remote: { address, port } }: ClientConnection): string {
  return `/${formatHostAndPort(address, port)}`;
}
