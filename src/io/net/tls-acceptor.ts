/**
 * TlsAcceptor: makes accepted connections encrypted ones. The handshake and the check of the other
 * side's certificate are those of Node's TLS server, which is given the connections by hand: this
 * one has its own listeners, limits and log.
 *
 * Where plain connections are taken as well (port unification), the first byte tells: no message
 * of ZooKeeper's begins as a handshake record does.
 *
 * Only for those who speak TLS: this module loads `node:tls`.
 */
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  createServer,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import { SocketConnection } from './socket-connection.ts';
import { HANDSHAKE_RECORD, type TcpConnection } from './tcp-connection.ts';

const TOO_MANY = 'too many TLS handshakes at a time';

export interface TlsAcceptorOptions {
  /** `requestCert` and `rejectUnauthorized` are meant as `createServer` has them. */
  readonly tls: TlsOptions;
  readonly handshakeTimeoutMs: number;
  /** Handshakes at a time, and as many of whom it is not known yet whether they speak TLS. */
  readonly handshakesMax: number;
  /** For one too many the oldest is cut off, not the new one refused. */
  readonly isOldestDropped?: boolean | undefined;
  /** Plain connections are welcome, too, and who sends nothing for so long is one; null: only TLS. */
  readonly plainAfterMs: number | null;
  /** Why a certificate that is trusted is refused all the same, or null. */
  verify?(certificate: X509Certificate, address: string): Promise<string | null>;
}

/** Exactly one of them is called, once, unless the acceptor is closed before. */
export interface TlsAcceptEvents {
  /** The receiver calls `start` on it before it returns, or ends it. */
  onAccepted(connection: TcpConnection): void;
  /** It is cut off. */
  onFailed(reason: string): void;
  /** It has gone, and nobody knows whether it would have spoken TLS. */
  onGone(): void;
}

interface Handshake {
  readonly tcp: TcpConnection;
  readonly events: TlsAcceptEvents;
}

export class TlsAcceptor {
  readonly #options: TlsAcceptorOptions;
  readonly #server: Server;
  /** Those that are under way. */
  readonly #handshakes = new Map<Socket, Handshake>();
  /** Of whom it is not known yet whether they speak TLS. */
  readonly #undecided = new Map<TcpConnection, TlsAcceptEvents>();
  #exceededCount = 0;

  constructor(options: TlsAcceptorOptions) {
    this.#options = options;
    this.#server = createServer({ ...options.tls, handshakeTimeout: options.handshakeTimeoutMs });
    this.#server.on('secureConnection', (socket) => void this.#onSecured(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#onError(error, socket));
  }

  get handshakeCount(): number {
    return this.#handshakes.size;
  }

  /** Refused for too many handshakes. */
  get exceededCount(): number {
    return this.#exceededCount;
  }

  /** Keys and certificates for whoever comes from now on. Throws as `createSecureContext` does. */
  renew(options: SecureContextOptions): void {
    this.#server.setSecureContext(options);
  }

  /** The connection is not started yet. */
  accept(tcp: TcpConnection, events: TlsAcceptEvents): void {
    const { plainAfterMs } = this.#options;
    if (plainAfterMs === null) return this.#begin(tcp, events);
    if (this.#undecided.size >= this.#options.handshakesMax) this.#dropUndecided();
    this.#undecided.set(tcp, events);
    const decide = () => {
      clearTimeout(timer);
      return this.#undecided.delete(tcp);
    };
    const timer = setTimeout(() => {
      if (decide()) events.onAccepted(tcp);
    }, plainAfterMs);
    tcp.start({
      onBytes: (bytes) => {
        if (!decide()) return;
        if (bytes[0] === HANDSHAKE_RECORD) return this.#begin(tcp, events, bytes.slice());
        events.onAccepted(tcp);
        tcp.replay(bytes);
      },
      onDrain() {},
      onClose: () => {
        if (decide()) events.onGone();
      },
    });
  }

  /** Cuts off whoever is in a handshake; nobody is told. */
  close(): void {
    for (const tcp of this.#undecided.keys()) tcp.destroy();
    this.#undecided.clear();
    for (const socket of this.#handshakes.keys()) socket.destroy();
    this.#handshakes.clear();
  }

  #begin(tcp: TcpConnection, events: TlsAcceptEvents, first?: Uint8Array): void {
    if (this.#handshakes.size >= this.#options.handshakesMax) {
      this.#exceededCount++;
      if (!this.#options.isOldestDropped) {
        tcp.destroy();
        return events.onFailed(TOO_MANY);
      }
      this.#dropHandshake();
    }
    const socket = tcp.detach();
    this.#handshakes.set(socket, { tcp, events });
    if (first !== undefined) socket.unshift(first);
    this.#server.emit('connection', socket);
  }

  /** Who only holds a place gives way to who comes. */
  #dropUndecided(): void {
    const [oldest] = this.#undecided;
    if (oldest === undefined) return;
    const [tcp, events] = oldest;
    this.#undecided.delete(tcp);
    tcp.destroy();
    events.onFailed('too many connections without a word');
  }

  #dropHandshake(): void {
    const [oldest] = this.#handshakes;
    if (oldest === undefined) return;
    const [socket, { events }] = oldest;
    this.#handshakes.delete(socket);
    socket.destroy();
    events.onFailed(TOO_MANY);
  }

  async #onSecured(socket: TLSSocket): Promise<void> {
    const refusal = await this.#verify(socket, this.#handshakes.get(wrappedBy(socket))?.tcp);
    const handshake = this.#take(socket);
    if (handshake === undefined) return void socket.destroy();
    const { tcp, events } = handshake;
    if (socket.destroyed) return events.onFailed('closed in the TLS handshake');
    if (refusal === null) return events.onAccepted(new SocketConnection(socket, tcp));
    socket.destroy();
    events.onFailed(refusal);
  }

  /** Why not, or null. Who need not show a certificate must still show a good one. */
  async #verify(socket: TLSSocket, tcp: TcpConnection | undefined): Promise<string | null> {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return null;
    if (!socket.authorized) return describeError(socket.authorizationError);
    return (await this.#options.verify?.(certificate, tcp?.address ?? '')) ?? null;
  }

  #onError(error: Error, socket: TLSSocket): void {
    socket.destroy();
    // A certificate that is not trusted ends the connection without an error of its own.
    const reason = describeError(socket.authorizationError ?? error);
    this.#take(socket)?.events.onFailed(reason);
  }

  #take(secured: TLSSocket): Handshake | undefined {
    const socket = wrappedBy(secured);
    const handshake = this.#handshakes.get(socket);
    this.#handshakes.delete(socket);
    return handshake;
  }
}

/** Node has no public name for it. */
function wrappedBy(secured: TLSSocket): Socket {
  return (secured as unknown as { _parent: Socket })._parent;
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'it does not speak TLS';
  return code ?? error.message;
}
