// The moment a starting server first answers a request: a raw client tries from the start on, again
// after each refusal, until a read of the root is answered. A server that accepts the connection
// and closes it because it is still loading (as Java does) has not answered.

import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeConnect, encodeGetData, REPLY_HEADER_BYTES } from '../load/frames.ts';

const RETRY_MS = 2;
/** Java can leave a connection that arrives while it starts without an answer for ever, so that the
 * next attempt must not wait for this one. */
const OVERLAP_MS = 20;
/** After this the attempts grow rarer with the time passed (1 % of it), or their own cost to a
 * server that is loading for seconds would be measured. */
const GENTLE_AFTER_MS = 200;
const ATTEMPT_MS = 2000;
const DEADLINE_MS = 120_000;
const SESSION_TIMEOUT_MS = 10_000;
const CONNECT_REPLY_BYTES = 41;

const hello = encodeConnect(SESSION_TIMEOUT_MS);
const read = encodeGetData({ xid: 1, path: '/' });

/** Whether one attempt got its answer. */
const attempt = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    let received = 0;
    let isAsked = false;
    const settle = (isAnswered: boolean): void => {
      socket.destroy();
      resolve(isAnswered);
    };
    socket.setTimeout(ATTEMPT_MS, () => settle(false));
    socket.once('connect', () => {
      // With nobody listening, a connection can meet itself when the system picks this very port as
      // its source; it would then keep the server from binding.
      if (socket.localPort === port) settle(false);
      else socket.write(hello);
    });
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (!isAsked && received >= CONNECT_REPLY_BYTES) {
        isAsked = true;
        socket.write(read);
      }
      if (received >= CONNECT_REPLY_BYTES + REPLY_HEADER_BYTES) settle(true);
    });
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });

/** Resolves with the milliseconds since `startedAt` (of performance.now()). */
export const firstAnswer = async (port: number, startedAt: number): Promise<number> => {
  let answeredAt: number | undefined;
  while (answeredAt === undefined) {
    if (performance.now() - startedAt > DEADLINE_MS) {
      throw new Error(`No answer on port ${port} within ${DEADLINE_MS} ms.`);
    }
    const attempted = attempt(port).then((isAnswered) => {
      if (isAnswered) answeredAt ??= performance.now();
    });
    const patience = Math.max(1, (performance.now() - startedAt) / GENTLE_AFTER_MS);
    await Promise.race([attempted, delay(OVERLAP_MS * patience)]);
    if (answeredAt === undefined) await delay(RETRY_MS * patience);
  }
  return answeredAt - startedAt;
};
