// One session of the load generator on one socket. All sockets of the process read into a single
// static buffer (`onread`): the callback finishes with the bytes before the next read, and no
// buffer is allocated per read. Requests leave as ready-made bytes in one write per batch.

import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { FrameCounter } from './frame-counter.ts';
import { encodeCloseSession, encodeConnect } from './frames.ts';

export interface LoadConnectionOptions {
  readonly port: number;
  readonly sessionTimeoutMs?: number;
  /** A source address; spreads many short connections over more than one range of ports. */
  readonly localAddress?: string;
}

const READ_BYTES = 256 * 1024;
const sharedReadBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
const DEFAULT_SESSION_TIMEOUT_MS = 40_000;
const closeFrame = encodeCloseSession(0x7fff_ffff);
/** Offset of the negotiated timeout in the ConnectResponse frame; 0 there means refused. */
const CONNECT_TIMEOUT_OFFSET = 8;
/** A ConnectResponse has no reply header: what the counter takes for err is part of the id. */
const CONNECT_FRAMES = 1;

export class LoadConnection {
  readonly #socket: Socket;
  #counter = new FrameCounter();
  #isConnected = false;
  #isClosing = false;
  #onConnected: (() => void) | undefined;
  /** Called with the number of frames that one read completed. */
  onFrames: (frames: number) => void = () => {};
  /** Called once when the connection ends although nobody closed it. */
  onLost: (reason: string) => void = () => {};

  constructor(options: LoadConnectionOptions) {
    const hello = encodeConnect(options.sessionTimeoutMs ?? DEFAULT_SESSION_TIMEOUT_MS);
    this.#socket = connect({
      host: '127.0.0.1',
      port: options.port,
      noDelay: true,
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      onread: {
        buffer: sharedReadBuffer,
        callback: (bytes: number) => {
          this.#onBytes(bytes);
          return true;
        },
      },
    });
    this.#socket.once('connect', () => this.#socket.write(hello));
    this.#socket.once('error', (error) => this.#lose(error.message));
    this.#socket.once('close', () => this.#lose('The server closed the connection.'));
  }

  /** Opens a connection and resolves once the session is established. */
  static open(options: LoadConnectionOptions): Promise<LoadConnection> {
    return new Promise((resolve, reject) => {
      const connection = new LoadConnection(options);
      connection.onLost = (reason) => reject(new Error(reason));
      connection.#onConnected = () => resolve(connection);
    });
  }

  get errors(): number {
    return this.#counter.errors;
  }

  get firstError(): number {
    return this.#counter.firstError;
  }

  send(requests: Buffer): void {
    this.#socket.write(requests);
  }

  /** Ends the session as a client does; the server closes the socket after its answer. */
  close(): Promise<void> {
    this.#isClosing = true;
    this.onFrames = () => {};
    return new Promise((resolve) => {
      if (this.#socket.destroyed) {
        resolve();
        return;
      }
      this.#socket.once('close', () => resolve());
      this.#socket.end(closeFrame);
    });
  }

  /** Drops the socket at once. */
  destroy(): void {
    this.#isClosing = true;
    this.#socket.destroy();
  }

  #onBytes(bytes: number): void {
    const frames = this.#counter.consume(sharedReadBuffer, bytes);
    if (this.#isConnected) {
      if (frames > 0) this.onFrames(frames);
      return;
    }
    if (frames < CONNECT_FRAMES) return;
    this.#isConnected = true;
    this.#counter = new FrameCounter();
    if (sharedReadBuffer.readInt32BE(CONNECT_TIMEOUT_OFFSET) <= 0) {
      this.#lose('The server refused the session.');
      this.#socket.destroy();
      return;
    }
    this.#onConnected?.();
  }

  #lose(reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.onLost(reason);
  }
}

/** Opens many sessions, a bounded number of them at a time, spread evenly over the servers. */
export const openConnections = async (
  count: number,
  ports: readonly number[],
): Promise<LoadConnection[]> => {
  const opened: LoadConnection[] = [];
  // Java's listen backlog is 50: a larger batch overflows it and waits for lost SYNs.
  const batchSize = 25;
  while (opened.length < count) {
    const size = Math.min(batchSize, count - opened.length);
    const batch = Array.from({ length: size }, (_, index) =>
      LoadConnection.open({ port: ports[(opened.length + index) % ports.length] ?? 0 }),
    );
    opened.push(...(await Promise.all(batch)));
  }
  return opened;
};

/** Closes many sessions, a bounded number of them at a time. */
export const closeConnections = async (connections: readonly LoadConnection[]): Promise<void> => {
  const batchSize = 100;
  for (let at = 0; at < connections.length; at += batchSize) {
    await Promise.all(connections.slice(at, at + batchSize).map((each) => each.close()));
  }
};
