/**
 * ClientPort: the clients that are connected, by whichever door they came, and the one place where
 * bytes go between connections and the server machine.
 *
 * The replies of one turn leave with one write for each connection. When the system took the bytes
 * at once, their buffer is free for the next; when it did not, the client is slow: its buffer is
 * given away, and a client that stays slow is no longer read from.
 *
 * Clients come in also while the server serves nobody: four-letter words are answered then, and
 * whoever says anything else is cut off, to try another server.
 */

import type { X509Certificate } from 'node:crypto';
import { SteadyMap, SteadySet } from '../base/steady-map.ts';
import type { ClientConnection } from '../core/requests/client-connection.ts';
import type { TcpConnection } from '../io/net/tcp-connection.ts';
import type { TlsAcceptor } from '../io/net/tls-acceptor.ts';
import type { Id } from '../protocol/records/acl.ts';
import type { ClientServer } from './client-server.ts';
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
  opened(client: SessionlessClient): void;
  /** It has asked for a session, or is gone. */
  settled(client: SessionlessClient): void;
  /** It was cut off, as the server serves nobody. */
  refused(): void;
}

export interface SessionlessClient {
  /** Ends the connection; the reason is a fixed text. */
  close(reason: string): void;
}

/** Who a client is by its certificate. */
export interface CertificateUser {
  /** Null when it is refused. */
  identify(certificate: X509Certificate): Id[] | null;
}

export interface ClientPortParts {
  readonly server: ClientServer;
  readonly words: FirstBytes;
  readonly gate: Gate;
  readonly users: CertificateUser;
  readonly logger: Logger;
  /** Reads the clocks, before anything is given to the server. */
  enter(): void;
  /** Sends and starts what the server has decided. */
  leave(): void;
}

export class ClientPort {
  readonly #parts: ClientPortParts;
  readonly #clients = new SteadySet<Client>();
  readonly #byConnection = new SteadyMap<ClientConnection, Client>();
  #failedHandshakes = 0;

  constructor(parts: ClientPortParts) {
    this.#parts = parts;
  }

  /** TLS handshakes that came to nothing. */
  get failedHandshakes(): number {
    return this.#failedHandshakes;
  }

  /** Cuts off those who are connected. */
  close(): void {
    for (const client of this.#clients) client.destroy();
  }

  /** Sends the connection's output, and ends it if it is closing. */
  flush(connection: ClientConnection): void {
    const client = this.#byConnection.get(connection);
    if (client === undefined) this.#parts.server.release(connection);
    else client.flush(connection);
  }

  resume(connection: ClientConnection): void {
    this.#byConnection.get(connection)?.resume();
  }

  /** `tls`: the acceptor of whoever came by a door where TLS is spoken; null: none is. */
  accept(tcp: TcpConnection, tls: TlsAcceptor | null): void {
    const { server, gate, logger } = this.#parts;
    const { address } = tcp;
    const refusal = gate.admit(address);
    if (refusal !== null) {
      if (server.processor !== null) server.processor.stats.connectionsDropped++;
      logger.warn('connection refused', { address, reason: refusal });
      tcp.reset();
      return;
    }
    if (tls === null) return this.#open(tcp, null);
    tls.accept(tcp, {
      onAccepted: (secured) => this.#identify(secured),
      onFailed: (reason) => this.#fail(address, reason),
      onGone: () => gate.leave(address),
    });
  }

  #identify(tcp: TcpConnection): void {
    const { peerCertificate } = tcp;
    if (peerCertificate === undefined) return this.#open(tcp, null);
    const ids = this.#parts.users.identify(peerCertificate);
    if (ids !== null) return this.#open(tcp, ids);
    tcp.destroy();
    this.#fail(tcp.address, 'the certificate has no name that can be read');
  }

  #fail(address: string, reason: string): void {
    this.#failedHandshakes++;
    this.#parts.logger.warn('TLS handshake failed', { address, reason });
    this.#parts.gate.leave(address);
  }

  #open(tcp: TcpConnection, ids: readonly Id[] | null): void {
    const { gate } = this.#parts;
    const client = new Client(tcp, this.#parts, {
      ids,
      onConnected: (connection) => this.#byConnection.set(connection, client),
      onGone: (connection) => {
        this.#clients.delete(client);
        if (connection !== null) this.#byConnection.delete(connection);
        gate.settled(client);
        gate.leave(tcp.address);
      },
    });
    this.#clients.add(client);
    gate.opened(client);
    client.start();
  }
}

interface ClientHost {
  /** What its certificate says of it; null without one. */
  readonly ids: readonly Id[] | null;
  /** The server knows it from now on. */
  onConnected(connection: ClientConnection): void;
  onGone(connection: ClientConnection | null): void;
}

const NOTHING = new Uint8Array(0);

class Client implements SessionlessClient {
  readonly #tcp: TcpConnection;
  readonly #parts: ClientPortParts;
  readonly #host: ClientHost;
  /** Null until the server serves and knows it. */
  #connection: ClientConnection | null = null;
  /** What came before it was clear whether it is a four-letter word; null once it is. */
  #first: Uint8Array | null = NOTHING;
  #isWaitingForDrain = false;
  #isGone = false;

  constructor(tcp: TcpConnection, parts: ClientPortParts, host: ClientHost) {
    this.#tcp = tcp;
    this.#parts = parts;
    this.#host = host;
  }

  start(): void {
    this.#connect();
    this.#tcp.start(this);
  }

  destroy(): void {
    this.#tcp.destroy();
  }

  close(reason: string): void {
    const { server } = this.#parts;
    if (this.#connection === null || server.processor === null) return this.#tcp.destroy();
    server.processor.close(this.#connection, reason);
  }

  resume(): void {
    if (!this.#isWaitingForDrain) this.#tcp.resume();
  }

  flush(connection: ClientConnection): void {
    const writer = connection.output;
    if (writer !== null && writer.at > 0) {
      // Not taken at once: the memory belongs to the socket until it is.
      if (!this.#tcp.write(writer.bytes, writer.at)) connection.output = null;
    }
    this.#parts.server.release(connection);
    if (connection.isClosing) this.#end(connection);
    else if (this.#tcp.unsentBytes > UNSENT_BYTES_PAUSE) this.#awaitDrain(connection);
    else if (connection.frames.hasUnread) this.#continueSoon();
  }

  onBytes(chunk: Uint8Array): void {
    const bytes = this.#first === null ? chunk : this.#takeFirst(this.#first, chunk);
    if (bytes === null) return;
    const connection = this.#connect();
    if (connection === null) return this.#refuse();
    if (connection.isClosing) return;
    this.#parts.enter();
    const hadConnected = connection.hasConnected;
    this.#parts.server.receive(connection, bytes);
    if (!hadConnected && connection.hasConnected) this.#parts.gate.settled(this);
    if (connection.isThrottled) this.#tcp.pause();
    this.#parts.leave();
    if (connection.frames.hasUnread) connection.frames.keepUnread();
  }

  onDrain(): void {
    if (!this.#isWaitingForDrain) return;
    this.#isWaitingForDrain = false;
    this.#continue();
  }

  onClose(): void {
    this.#leave();
  }

  /** Null while the server serves nobody. */
  #connect(): ClientConnection | null {
    const { server, enter } = this.#parts;
    if (this.#connection !== null || !server.isServing) return this.#connection;
    enter();
    const { address, port, isEncrypted } = this.#tcp;
    this.#connection = server.connect({ address, port, isEncrypted });
    const { ids } = this.#host;
    if (ids !== null) this.#connection.authIds = [...this.#connection.authIds, ...ids];
    this.#host.onConnected(this.#connection);
    return this.#connection;
  }

  #refuse(): void {
    this.#parts.gate.refused();
    this.#parts.logger.debug('connection closed', {
      reason: 'no clients are served now',
      address: this.#tcp.address,
    });
    this.#leave();
    this.#tcp.destroy();
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
    const text = answer.text(bytes, this.#connection ?? undefined);
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
    const connection = this.#connection;
    if (this.#isGone || connection === null || connection.isClosing) return;
    this.#parts.enter();
    this.#parts.server.continue(connection);
    if (!connection.frames.hasUnread && !connection.isThrottled) this.#tcp.resume();
    this.#parts.leave();
  }

  #awaitDrain(connection: ClientConnection): void {
    const { remote } = connection;
    const { server, logger } = this.#parts;
    if (this.#tcp.unsentBytes > UNSENT_BYTES_MAX) {
      server.processor?.stats.countClose('slow reader');
      connection.lossReason = 'slow reader';
      logger.warn('connection closed', {
        reason: 'the client does not read its replies',
        address: remote.address,
        unsentBytes: this.#tcp.unsentBytes,
      });
      this.#tcp.destroy();
      return;
    }
    this.#isWaitingForDrain = true;
    this.#tcp.pause();
  }

  #end(connection: ClientConnection): void {
    const { logger } = this.#parts;
    const { closeReason: reason, remote, session } = connection;
    logger.debug('connection closed', { reason, address: remote.address, session: session?.id });
    this.#leave();
    this.#tcp.close(CLOSE_TIMEOUT_MS);
  }

  /** The server forgets the connection; the socket may still send what it has. */
  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    if (this.#connection !== null) {
      const { errorCode } = this.#tcp;
      if (errorCode !== null) this.#connection.lossReason = describeLoss(errorCode);
      this.#parts.enter();
      this.#parts.server.disconnect(this.#connection);
    }
    this.#host.onGone(this.#connection);
  }
}

/** Few fixed texts: they are counted. */
function describeLoss(errorCode: string): string {
  switch (errorCode) {
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection reset';
    case 'ETIMEDOUT':
      return 'connection timed out';
    default:
      return 'connection failed';
  }
}
