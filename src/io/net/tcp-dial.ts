/**
 * TcpDial: one attempt to connect to another server. The host's name is looked up anew each time: a
 * server that moved is found at its new address. Looking up and connecting share one time limit, and
 * no attempt waits for another.
 */
import { connect, type LookupFunction, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SocketConnection } from './socket-connection.ts';
import type { TcpConnection } from './tcp-connection.ts';

export interface TcpDialOptions {
  readonly host: string;
  readonly port: number;
  readonly keepAlive: boolean;
  readonly timeoutMs: number;
  /** The system's when absent. */
  readonly lookup?: LookupFunction | undefined;
  /** Absent: not encrypted. */
  readonly secure?: SecureSocket | undefined;
}

/**
 * Begins TLS with the host on a socket that is connected. The result says `secureConnect` when the
 * host has proved who it is.
 */
export type SecureSocket = (connected: Socket, host: string) => TLSSocket;

/** Exactly one of the two is called, once, unless the attempt is cancelled. */
export interface TcpDialEvents {
  /** The receiver calls `start` on it before it returns, or ends it. */
  onConnected(connection: TcpConnection): void;
  /** A word such as ECONNREFUSED or ENOTFOUND where the system gave one. */
  onFailed(reason: string): void;
}

export class TcpDial {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  readonly #options: TcpDialOptions;
  readonly #events: TcpDialEvents;
  #isOver = false;

  constructor(options: TcpDialOptions, events: TcpDialEvents) {
    const { host, port, keepAlive, timeoutMs, lookup } = options;
    this.#options = options;
    this.#events = events;
    this.#socket = connect({ host, port, keepAlive, noDelay: true, ...(lookup && { lookup }) });
    // Nothing is read before the connection has its own way of reading.
    this.#socket.pause();
    this.#socket.once('connect', () => this.#onConnect());
    this.#socket.on('error', (error) => this.#fail(reasonOf(error)));
    this.#timer = setTimeout(() => this.#fail(`no connection in ${timeoutMs} ms`), timeoutMs);
  }

  /** Gives up; nobody is called any more. */
  cancel(): void {
    if (this.#isOver) return;
    this.#end();
    this.#socket.destroy();
  }

  #onConnect(): void {
    if (this.#isOver) return;
    const { localPort, remotePort, localAddress, remoteAddress } = this.#socket;
    // A port without a listener may be connected to itself when the system chooses it as ours, too.
    if (localPort === remotePort && localAddress === remoteAddress) {
      return this.#fail('connected to itself');
    }
    const { secure, host } = this.#options;
    if (secure === undefined) return this.#succeed(this.#socket);
    const secured = secure(this.#socket, host);
    secured.on('error', (error) => this.#fail(reasonOf(error)));
    secured.once('close', () => this.#fail('closed in the TLS handshake'));
    secured.once('secureConnect', () => this.#succeed(secured));
  }

  #succeed(socket: Socket): void {
    if (this.#isOver) return;
    this.#end();
    this.#events.onConnected(new SocketConnection(socket));
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#socket.destroy();
    this.#events.onFailed(reason);
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}

/** When all addresses of a name refuse, Node gives one error that holds theirs. */
function reasonOf(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [];
  const { code = '' } = { ...error, ...first } as { code?: string };
  return code === '' ? error.message : code;
}
