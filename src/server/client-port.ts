/**
 * ClientPort: the listening socket for clients, and the one place where bytes go between sockets
 * and the server machine.
 *
 * The replies of one turn leave with one write for each connection. When the kernel took the bytes
 * at once, their buffer is free for the next; when it did not, the client is slow: its buffer is
 * given away, and a client that stays slow is no longer read from.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { ClientConnection } from '../core/requests/client-connection.ts';
import type { StandaloneServer } from '../core/standalone-server.ts';
import type { Logger } from './logging/logger.ts';

/** Unsent bytes of one connection above which it is not read from. */
const UNSENT_BYTES_PAUSE = 1_048_576;
/** Unsent bytes above which it is cut off: a client that never reads must not fill the memory. */
const UNSENT_BYTES_MAX = 67_108_864;
/** How long a connection that is closing may take to read its last replies. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface ClientPortOptions {
  readonly port: number;
  /** Null for all addresses. */
  readonly address: string | null;
  /** -1 for the system's own. */
  readonly backlog: number;
  readonly keepAlive: boolean;
}

export interface FirstBytes {
  /** The answer to a four-letter word, null when the bytes are none. */
  answer(bytes: Uint8Array): FourLetterAnswer | null;
}

export interface FourLetterAnswer {
  /** Bytes that must have come before there is an answer. */
  readonly bytesNeeded: number;
  text(bytes: Uint8Array): string;
}

/** Who may connect: null, or the reason why not. */
export interface Gate {
  admit(address: string): string | null;
  leave(address: string): void;
}

export interface ClientPortParts {
  readonly server: StandaloneServer;
  readonly words: FirstBytes;
  readonly gate: Gate;
  readonly logger: Logger;
  /** Reads the clocks, before anything is given to the server. */
  enter(): void;
  /** Sends and starts what the server has decided. */
  leave(): void;
}

export class ClientPort {
  readonly #parts: ClientPortParts;
  readonly #options: ClientPortOptions;
  readonly #listener: Server;
  readonly #sockets = new Map<ClientConnection, ClientSocket>();

  constructor(parts: ClientPortParts, options: ClientPortOptions) {
    this.#parts = parts;
    this.#options = options;
    const { keepAlive } = options;
    this.#listener = createServer({ noDelay: true, keepAlive, allowHalfOpen: false }, (socket) =>
      this.#accept(socket),
    );
  }

  /** The port that it listens on: the system's choice where 0 was asked for. */
  get port(): number {
    const address = this.#listener.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  listen(): Promise<void> {
    const { port, address, backlog } = this.#options;
    return new Promise((resolve, reject) => {
      this.#listener.once('error', reject);
      const options = {
        port,
        ...(address !== null && { host: address }),
        ...(backlog > 0 && { backlog }),
      };
      this.#listener.listen(options, () => {
        this.#listener.off('error', reject);
        this.#listener.on('error', (error) => this.#parts.logger.error('accept failed', { error }));
        resolve();
      });
    });
  }

  /** Takes no more connections and cuts off those there are. */
  close(): void {
    this.#listener.close();
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  /** Sends the connection's output, and ends it if it is closing. */
  flush(connection: ClientConnection): void {
    const socket = this.#sockets.get(connection);
    if (socket === undefined) this.#parts.server.processor.output.release(connection);
    else socket.flush();
  }

  resume(connection: ClientConnection): void {
    this.#sockets.get(connection)?.resume();
  }

  #accept(socket: Socket): void {
    const { server, gate, logger } = this.#parts;
    const address = plainAddress(socket.remoteAddress ?? '');
    const refusal = gate.admit(address);
    if (refusal !== null) {
      server.processor.stats.connectionsDropped++;
      logger.warn('connection refused', { address, reason: refusal });
      socket.resetAndDestroy();
      return;
    }
    this.#parts.enter();
    const connection = server.connect({ address, port: socket.remotePort ?? 0 });
    const onGone = () => {
      this.#sockets.delete(connection);
      gate.leave(address);
    };
    this.#sockets.set(connection, new ClientSocket(socket, connection, this.#parts, onGone));
  }
}

/** An IPv4 address that came in by an IPv6 socket, as IPv4. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

class ClientSocket {
  readonly #socket: Socket;
  readonly #connection: ClientConnection;
  readonly #parts: ClientPortParts;
  readonly #onGone: () => void;
  /** What came before it was clear whether it is a four-letter word; null once it is. */
  #first: Uint8Array | null = new Uint8Array(0);
  #isWaitingForDrain = false;
  #isGone = false;

  constructor(
    socket: Socket,
    connection: ClientConnection,
    parts: ClientPortParts,
    onGone: () => void,
  ) {
    this.#socket = socket;
    this.#connection = connection;
    this.#parts = parts;
    this.#onGone = onGone;
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrain());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#leave());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  resume(): void {
    if (!this.#isWaitingForDrain) this.#socket.resume();
  }

  flush(): void {
    const { output } = this.#parts.server.processor;
    const writer = this.#connection.output;
    if (writer !== null && writer.at > 0 && !this.#socket.destroyed) {
      this.#socket.write(writer.written());
      // Not sent at once: the memory belongs to the socket until it is.
      if (this.#socket.writableLength > 0) this.#connection.output = null;
    }
    output.release(this.#connection);
    if (this.#connection.isClosing) return this.#end();
    if (this.#socket.writableLength > UNSENT_BYTES_PAUSE) this.#awaitDrain();
    else if (this.#connection.frames.hasUnread) this.#continueSoon();
  }

  #onData(chunk: Uint8Array): void {
    const bytes = this.#first === null ? chunk : this.#takeFirst(chunk);
    if (bytes === null || this.#connection.isClosing) return;
    this.#parts.enter();
    this.#parts.server.receive(this.#connection, bytes);
    if (this.#connection.isThrottled) this.#socket.pause();
    this.#parts.leave();
  }

  /** The first bytes of a connection may be a four-letter word; null while or when they are. */
  #takeFirst(chunk: Uint8Array): Uint8Array | null {
    const before = this.#first ?? new Uint8Array(0);
    const bytes = before.length === 0 ? chunk : Buffer.concat([before, chunk]);
    this.#first = bytes;
    if (bytes.length < 4) return null;
    const answer = this.#parts.words.answer(bytes);
    if (answer === null) {
      this.#first = null;
      return bytes;
    }
    if (bytes.length < answer.bytesNeeded) return null;
    this.#socket.pause();
    this.#parts.enter();
    const text = answer.text(bytes);
    this.#leave();
    this.#socket.end(text, () => this.#socket.destroy());
    return null;
  }

  /** Frames that were left because of too much output, when some of that has gone. */
  #continueSoon(): void {
    this.#connection.frames.keepUnread();
    this.#socket.pause();
    setImmediate(() => this.#continue());
  }

  #continue(): void {
    if (this.#isGone) return;
    this.#parts.enter();
    this.#parts.server.processor.continue(this.#connection);
    if (!this.#connection.frames.hasUnread && !this.#connection.isThrottled) this.#socket.resume();
    this.#parts.leave();
  }

  #awaitDrain(): void {
    if (this.#socket.writableLength > UNSENT_BYTES_MAX) {
      this.#parts.server.processor.stats.countClose('slow reader');
      this.#parts.logger.warn('connection closed', {
        reason: 'the client does not read its replies',
        address: this.#connection.remote.address,
        unsentBytes: this.#socket.writableLength,
      });
      this.#socket.destroy();
      return;
    }
    if (this.#isWaitingForDrain) return;
    this.#isWaitingForDrain = true;
    this.#connection.frames.keepUnread();
    this.#socket.pause();
  }

  #onDrain(): void {
    if (!this.#isWaitingForDrain) return;
    this.#isWaitingForDrain = false;
    this.#continue();
  }

  #end(): void {
    const { logger } = this.#parts;
    const { closeReason: reason, remote, session } = this.#connection;
    logger.debug('connection closed', { reason, address: remote.address, session: session?.id });
    this.#leave();
    this.#socket.end();
    this.#socket.setTimeout(CLOSE_TIMEOUT_MS, () => this.#socket.destroy());
  }

  /** The server forgets the connection; the socket may still send what it has. */
  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#parts.enter();
    this.#parts.server.disconnect(this.#connection);
    this.#onGone();
  }
}
