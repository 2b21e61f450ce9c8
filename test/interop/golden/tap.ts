// A TCP proxy between two servers that shows what passes, chunk by chunk, and changes nothing.

import { connect, createServer, type Socket } from 'node:net';
import type { Side } from './quorum-splitter.ts';

export interface TapOptions {
  readonly port: number;
  readonly targetPort: number;
  /** Called once for each direction of each connection: what it gives is shown the chunks. */
  readonly watch: (side: Side) => (chunk: Buffer) => void;
}

export interface Tap {
  stop(): Promise<void>;
}

const pipe = (from: Socket, to: Socket, show: (chunk: Buffer) => void): void => {
  from.on('data', (chunk: Buffer) => {
    show(chunk);
    to.write(chunk);
  });
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
};

export const startTap = ({ port, targetPort, watch }: TapOptions): Promise<Tap> =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const listener = createServer((dialler) => {
      const acceptor = connect(targetPort, '127.0.0.1');
      sockets.add(dialler).add(acceptor);
      pipe(dialler, acceptor, watch('dialler'));
      pipe(acceptor, dialler, watch('acceptor'));
    });
    const stop = (): Promise<void> =>
      new Promise((done) => {
        listener.close(() => done());
        for (const socket of sockets) socket.destroy();
      });
    listener.once('error', reject);
    listener.listen(port, '127.0.0.1', () => resolve({ stop }));
  });
