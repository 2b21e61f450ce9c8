// Ports for servers under test, given to one process at a time: two ensembles that chose the same
// port would join each other, as no server knows which ensemble another belongs to.

import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Below the ephemeral range: there, a retried connect to a port without a listener can meet itself
 * and take the port.
 */
const FIRST_PORT = 12_000;
const LAST_PORT = 31_999;
/** A file for each port given, with the pid of whom it is given to. */
const CLAIMS = join(tmpdir(), `zooid-ports-${userInfo().uid}`);
const mine = new Set<string>();

process.on('exit', () => {
  for (const claim of mine) rmSync(claim, { force: true });
});

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A process that was killed leaves its claims. */
function isForgotten(claim: string): boolean {
  try {
    process.kill(Number(readFileSync(claim, 'utf8')), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function tryClaim(port: number): boolean {
  const claim = join(CLAIMS, String(port));
  mkdirSync(CLAIMS, { recursive: true });
  try {
    if (isForgotten(claim)) rmSync(claim, { force: true });
    writeFileSync(claim, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  mine.add(claim);
  return true;
}

/** Whether this process has that port now, and nothing listens on it. */
export const takePort = async (port: number): Promise<boolean> => tryClaim(port) && canListen(port);

/** A port of 127.0.0.1 that nothing listens on and that no other test gets while this process runs. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await takePort(port)) return port;
  }
}

/** The first of so many in a row, for servers whose ports follow one. */
export async function findPortsInRow(count: number): Promise<number> {
  for (;;) {
    const base = randomInt(FIRST_PORT, LAST_PORT + 2 - count);
    const ports = Array.from({ length: count }, (_, at) => base + at);
    if ((await Promise.all(ports.map(takePort))).every(Boolean)) return base;
  }
}

/** Whether nobody there takes a connection. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}
