/**
 * What sources and collectors say to each other over TCP. The source says `{"source":…,"group":…}`,
 * the collector answers how many bytes of that log it has. Then the source sends what is behind those,
 * and the collector says again how many it has whenever more of them are safe. All of it is lines.
 */
import type { Socket } from 'node:net';

const NEWLINE = 10;

export interface Hello {
  readonly source: string;
  readonly group: string;
}

/** The lines that have come, some at a time, until the connection ends; half a line is left out. */
export async function* wholeLines(socket: Socket): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      const received = Buffer.concat([rest, chunk]);
      const end = received.lastIndexOf(NEWLINE) + 1;
      rest = received.subarray(end);
      if (end > 0) yield received.subarray(0, end);
    }
  } catch {
    // The other side was killed, or we have closed it: it is over either way.
  }
}
