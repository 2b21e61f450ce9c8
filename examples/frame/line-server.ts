/**
 * The smallest server there is, for what an example protects or feeds: one line of JSON in, one line
 * of JSON out, over a socket in a folder, so that it has the same address after a restart.
 */
import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { onceThere } from './once-there.ts';

/** Only one may serve an address; the socket of one that was killed is taken away. */
export function serveLines(path: string, answer: (request: unknown) => unknown): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    const lines = createInterface({ input: socket });
    // An error of the socket is one of its lines, too. Who asked is gone; the answer stands.
    for (const each of [socket, lines]) each.on('error', () => {});
    lines.on('line', (line) => {
      socket.end(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
    });
  });
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}

/**
 * One question, one answer. Waits for a server that is not there yet. When the connection ends
 * without an answer it rejects: what was asked for has been done, or not.
 */
export async function ask<Answer>(path: string, request: unknown): Promise<Answer> {
  const socket = await onceThere(() => dial(path));
  return new Promise((resolve, reject) => {
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      answer += text;
    });
    socket.on('error', reject);
    socket.on('end', () => {
      if (answer.endsWith('\n')) resolve(JSON.parse(answer) as Answer);
      else reject(new Error(`${path} has ended without an answer.`));
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

/** Resolves once it is connected. */
function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
