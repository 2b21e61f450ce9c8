/**
 * TcpListener: accepts connections and hands out their bytes. No stream, no event emitter and no
 * buffer for each read reaches the layer above.
 */
import { createServer, type Server } from 'node:net';
import { BareConnection } from './bare-connection.ts';
import { type BareHandle, takeHandles } from './bare-handles.ts';
import { SocketConnection } from './socket-connection.ts';
import type { TcpConnection } from './tcp-connection.ts';

export interface TcpListenerOptions {
  /** 0 for one of the system's choice. */
  readonly port: number;
  /** Null for all addresses. */
  readonly address: string | null;
  /** -1 for the system's own. */
  readonly backlog: number;
  readonly keepAlive: boolean;
  /** Sockets of Node's, also where less would do; false by default. */
  readonly hasSockets?: boolean;
}

export interface TcpListenerEvents {
  /** The acceptor sets the connection's handlers before it returns, or resets it. */
  onConnection(connection: TcpConnection): void;
  /** Accepting failed for once, as for want of file descriptors; it goes on. */
  onError(error: Error): void;
}

export class TcpListener {
  readonly #options: TcpListenerOptions;
  readonly #events: TcpListenerEvents;
  readonly #server: Server;

  constructor(options: TcpListenerOptions, events: TcpListenerEvents) {
    this.#options = options;
    this.#events = events;
    const { keepAlive } = options;
    // Paused, so that nothing is read before the connection has its own way of reading.
    this.#server = createServer({ noDelay: true, keepAlive, pauseOnConnect: true }, (socket) =>
      this.#events.onConnection(new SocketConnection(socket)),
    );
  }

  /** The port that it listens on. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  /** Rejects with the system's error when the port cannot be had. */
  listen(): Promise<void> {
    const { port, address, backlog } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      const options = {
        port,
        ...(address !== null && { host: address }),
        ...(backlog > 0 && { backlog }),
      };
      this.#server.listen(options, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#events.onError(error));
        if (!this.#options.hasSockets) takeHandles(this.#server, (handle) => this.#accept(handle));
        resolve();
      });
    });
  }

  /** Accepts no more; the connections there are go on. */
  close(): void {
    this.#server.close();
  }

  /** As Node's own server does it, but for the socket. */
  #accept(handle: BareHandle): void {
    handle.setNoDelay(true);
    if (this.#options.keepAlive) handle.setKeepAlive(true, 0);
    this.#events.onConnection(new BareConnection(handle));
  }
}
