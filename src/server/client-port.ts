/**
 * ClientPort: the listening socket for clients, and the one place where bytes go between
 * connections and the server machine.
 *
 * The replies of one turn leave with one write for each connection. When the system took the bytes
 * at once, their buffer is free for the next; when it did not, the client is slow: its buffer is
 * given away, and a client that stays slow is no longer read from.
 */
import type { ClientConnection } from '../core/requests/client-connection.ts';
import type { StandaloneServer } from '../core/standalone-server.ts';
import type { TcpConnection } from '../io/net/tcp-connection.ts';
import { TcpListener, type TcpListenerOptions } from '../io/net/tcp-listener.ts';
import type { Logger } from './logging/logger.ts';

/** Unsent bytes of one connection above which it is not read from. */
const UNSENT_BYTES_PAUSE = 1_048_576;
/** Unsent bytes above which it is cut off: a client that never reads must not fill the memory. */
const UNSENT_BYTES_MAX = 67_108_864;
/** How long a connection that is closing may take to read its last replies. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface FirstBytes {
  /** The answer to a four-letter word, null when the bytes are none. */
  answer(bytes: Uint8Array): FourLetterAnswer | null;
}

export interface FourLetterAnswer {
  /** Bytes that must have come before there is an answer. */
  readonly bytesNeeded: number;
  /** `connection` is the one that asks. */
  text(bytes: Uint8Array, connection?: ClientConnection): string;
}

/** Who may connect, and for how long without a session. */
export interface Gate {
  /** Null, or the reason why not. */
  admit(address: string): string | null;
  /** One that was admitted has gone. */
  leave(address: string): void;
  /** It is connected and has no session yet. */
  opened(connection: ClientConnection): void;
  /** It has asked for a session, or is gone. */
  settled(connection: ClientConnection): void;
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
  readonly #listener: TcpListener;
  readonly #clients = new Map<ClientConnection, Client>();

  constructor(parts: ClientPortParts, options: TcpListenerOptions) {
    this.#parts = parts;
    this.#listener = new TcpListener(options, {
      onConnection: (tcp) => this.#accept(tcp),
      onError: (error) => parts.logger.error('accept failed', { error }),
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  listen(): Promise<void> {
    return this.#listener.listen();
  }

  /** Takes no more connections and cuts off those there are. */
  close(): void {
    this.#listener.close();
    for (const client of this.#clients.values()) client.destroy();
  }

  /** Sends the connection's output, and ends it if it is closing. */
  flush(connection: ClientConnection): void {
    const client = this.#clients.get(connection);
    if (client === undefined) this.#parts.server.processor.output.release(connection);
    else client.flush();
  }

  resume(connection: ClientConnection): void {
    this.#clients.get(connection)?.resume();
  }

  #accept(tcp: TcpConnection): void {
    const { server, gate, logger } = this.#parts;
    const { address, port } = tcp;
    const refusal = gate.admit(address);
    if (refusal !== null) {
      server.processor.stats.connectionsDropped++;
      logger.warn('connection refused', { address, reason: refusal });
      tcp.reset();
      return;
    }
    this.#parts.enter();
    const connection = server.connect({ address, port });
    gate.opened(connection);
    const onGone = () => {
      this.#clients.delete(connection);
      gate.settled(connection);
      gate.leave(address);
    };
    const client = new Client({ tcp, connection, onGone }, this.#parts);
    this.#clients.set(connection, client);
    tcp.start(client);
  }
}

interface ClientParts {
  readonly tcp: TcpConnection;
  readonly connection: ClientConnection;
  onGone(): void;
}

const NOTHING = new Uint8Array(0);

class Client {
  readonly #tcp: TcpConnection;
  readonly #connection: ClientConnection;
  readonly #parts: ClientPortParts;
  readonly #onGone: () => void;
  /** What came before it was clear whether it is a four-letter word; null once it is. */
  #first: Uint8Array | null = NOTHING;
  #isWaitingForDrain = false;
  #isGone = false;

  constructor({ tcp, connection, onGone }: ClientParts, parts: ClientPortParts) {
    this.#tcp = tcp;
    this.#connection = connection;
    this.#parts = parts;
    this.#onGone = onGone;
  }

  destroy(): void {
    this.#tcp.destroy();
  }

  resume(): void {
    if (!this.#isWaitingForDrain) this.#tcp.resume();
  }

  flush(): void {
    const { output } = this.#parts.server.processor;
    const writer = this.#connection.output;
    if (writer !== null && writer.at > 0) {
      // Not taken at once: the memory belongs to the socket until it is.
      if (!this.#tcp.write(writer.bytes, writer.at)) this.#connection.output = null;
    }
    output.release(this.#connection);
    if (this.#connection.isClosing) this.#end();
    else if (this.#tcp.unsentBytes > UNSENT_BYTES_PAUSE) this.#awaitDrain();
    else if (this.#connection.frames.hasUnread) this.#continueSoon();
  }

  onBytes(chunk: Uint8Array): void {
    const bytes = this.#first === null ? chunk : this.#takeFirst(this.#first, chunk);
    if (bytes === null || this.#connection.isClosing) return;
    this.#parts.enter();
    const hadConnected = this.#connection.hasConnected;
    this.#parts.server.receive(this.#connection, bytes);
    if (!hadConnected && this.#connection.hasConnected) this.#parts.gate.settled(this.#connection);
    if (this.#connection.isThrottled) this.#tcp.pause();
    this.#parts.leave();
    if (this.#connection.frames.hasUnread) this.#connection.frames.keepUnread();
  }

  onDrain(): void {
    if (!this.#isWaitingForDrain) return;
    this.#isWaitingForDrain = false;
    this.#continue();
  }

  onClose(): void {
    this.#leave();
  }

  /** The first bytes of a connection may be a four-letter word; null while or when they are. */
  #takeFirst(before: Uint8Array, chunk: Uint8Array): Uint8Array | null {
    const bytes = new Uint8Array(before.length + chunk.length);
    bytes.set(before);
    bytes.set(chunk, before.length);
    this.#first = bytes;
    if (bytes.length < 4) return null;
    const answer = this.#parts.words.answer(bytes);
    if (answer === null) {
      this.#first = null;
      return bytes;
    }
    if (bytes.length < answer.bytesNeeded) return null;
    this.#tcp.pause();
    this.#parts.enter();
    const text = answer.text(bytes, this.#connection);
    this.#leave();
    this.#tcp.write(Buffer.from(text));
    this.#tcp.end(CLOSE_TIMEOUT_MS);
    return null;
  }

  /** Frames that were left because of too much output, when some of that has gone. */
  #continueSoon(): void {
    this.#tcp.pause();
    setImmediate(() => this.#continue());
  }

  #continue(): void {
    if (this.#isGone) return;
    this.#parts.enter();
    this.#parts.server.processor.continue(this.#connection);
    if (!this.#connection.frames.hasUnread && !this.#connection.isThrottled) this.#tcp.resume();
    this.#parts.leave();
  }

  #awaitDrain(): void {
    if (this.#tcp.unsentBytes > UNSENT_BYTES_MAX) {
      this.#parts.server.processor.stats.countClose('slow reader');
      this.#parts.logger.warn('connection closed', {
        reason: 'the client does not read its replies',
        address: this.#connection.remote.address,
        unsentBytes: this.#tcp.unsentBytes,
      });
      this.#tcp.destroy();
      return;
    }
    this.#isWaitingForDrain = true;
    this.#tcp.pause();
  }

  #end(): void {
    const { logger } = this.#parts;
    const { closeReason: reason, remote, session } = this.#connection;
    logger.debug('connection closed', { reason, address: remote.address, session: session?.id });
    this.#leave();
    this.#tcp.close(CLOSE_TIMEOUT_MS);
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
