/** Ports in a row, for servers whose ports follow one. */
import { connect } from 'node:net';
import { findFreePort } from '../interop/running-server.ts';

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}

/** The first of so many in a row. */
export async function findFreePorts(count: number): Promise<number> {
  for (;;) {
    const base = await findFreePort();
    const ports = Array.from({ length: count }, (_, at) => base + at);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return base;
  }
}
