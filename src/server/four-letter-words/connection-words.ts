/** Words about connections, and the line that describes one. */
import type { ClientConnection } from '../../core/requests/client-connection.ts';
import { formatHex, formatSessionId } from './java-format.ts';
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
  for (const { stats } of processor.connections) stats.reset();
  return lines('Connection stats reset.');
});

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
  const { stats, waiting, writesSubmitted, writesDone } = connection;
  // The selector's interest in Java: 1 is reading, 0 is neither reading nor writing.
  const interest = connection === asker || connection.isThrottled ? 0 : 1;
  const queued = writesSubmitted - writesDone + waiting.length;
  const counts = `queued=${queued},recved=${stats.received},sent=${stats.sent}`;
  const session = isBrief ? '' : describeSession(connection);
  return ` ${describeRemote(connection)}[${interest}](${counts}${session})`;
}

function describeSession({ session, stats }: ClientConnection): string {
  if (session === null) return '';
  const { latency, lastCxid } = stats;
  const minimum = Math.floor(Math.max(latency.min, 0));
  return [
    `,sid=${formatSessionId(session.id)}`,
    `lop=${stats.lastOperation}`,
    `est=${Math.floor(stats.establishedMs)}`,
    `to=${session.timeoutMs}`,
    ...(lastCxid < 0 ? [] : [`lcxid=0x${formatHex(lastCxid)}`]),
    `lzxid=0x${formatHex(stats.lastZxid)}`,
    `lresp=${Math.floor(stats.lastResponseMs)}`,
    `llat=${Math.round(stats.lastLatencyMs)}`,
    `minlat=${minimum}`,
    `avglat=${Math.floor(latency.average)}`,
    `maxlat=${Math.ceil(latency.max)}`,
  ].join(',');
}

export function describeRemote({ remote: { address, port } }: ClientConnection): string {
  return address.includes(':') ? `/[${address}]:${port}` : `/${address}:${port}`;
}
