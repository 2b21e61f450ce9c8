/**
 * RelayConnection: one connection through a relay: the socket of whoever dialled, and once there is a
 * way a socket to the server.
 */
import { connect, type Socket } from 'node:net';
import { cutOff } from './cut-off.ts';
import { FirstBytes, type Introduction } from './first-bytes.ts';
import { RelayPipe } from './relay-pipe.ts';

/** What the relay says of the connection at the moment. */
export interface RelayRules {
  /** The server's port; null when there is none yet, `refused` when there will be none. */
  readonly target: number | null | 'refused';
  readonly delayMs: number;
  isHeld(caller: bigint | null): boolean;
}

export interface RelayConnectionParts {
  readonly dialler: Socket;
  readonly rules: RelayRules;
  /** Who dials says so first: no rule can be applied before. */
  readonly caller: Introduction | null;
  /** The server's answer says it. */
  readonly session: Introduction | null;
  onClose(): void;
}

const HOST = '127.0.0.1';

export class RelayConnection {
  /** Null until it is known, and when it is no session's. */
  session: bigint | null = null;
  readonly #parts: RelayConnectionParts;
  readonly #dialler: Socket;
  readonly #toServer: RelayPipe;
  #server: Socket | null = null;
  #fromServer: RelayPipe | null = null;
  #caller: bigint | null = null;
  #isIntroduced: boolean;

  constructor(parts: RelayConnectionParts) {
    this.#parts = parts;
    this.#dialler = parts.dialler;
    this.#isIntroduced = parts.caller === null;
    const first = parts.caller === null ? null : this.#awaitCaller(parts.caller);
    this.#toServer = new RelayPipe(this.#dialler, (bytes) => first?.push(bytes));
    this.#dialler.once('end', () => first?.end());
    this.#dialler.once('close', () => this.#onSocketClosed());
  }

  /** The rules are others now, or it has just begun. */
  update(): void {
    if (!this.#isIntroduced || this.#dialler.destroyed) return;
    const { rules } = this.#parts;
    const isHeld = rules.isHeld(this.#caller);
    if (!isHeld && this.#server === null) {
      if (rules.target === 'refused') return this.reset();
      if (rules.target !== null) this.#dial(rules.target);
    }
    for (const pipe of [this.#toServer, this.#fromServer]) {
      pipe?.delay(rules.delayMs);
      pipe?.hold(isHeld);
    }
  }

  /** Cuts it off at both ends, at once. */
  reset(): void {
    cutOff(this.#dialler);
    if (this.#server !== null) cutOff(this.#server);
  }

  #awaitCaller(introduction: Introduction): FirstBytes {
    return new FirstBytes(introduction, (caller) => {
      this.#caller = caller;
      this.#isIntroduced = true;
      // What has been said so far is on its way into the pipe.
      queueMicrotask(() => this.update());
    });
  }

  #dial(port: number): void {
    const server = connect({ port, host: HOST, noDelay: true, allowHalfOpen: true });
    const { session } = this.#parts;
    const first = session && new FirstBytes(session, (id) => this.#onSession(id));
    this.#server = server;
    this.#fromServer = new RelayPipe(server, (bytes) => first?.push(bytes));
    this.#fromServer.connect(this.#dialler);
    this.#toServer.connect(server);
    server.once('close', () => this.#onSocketClosed());
  }

  #onSession(id: bigint | null): void {
    this.session = id;
  }

  #onSocketClosed(): void {
    const isServerOpen = this.#server !== null && !this.#server.closed;
    if (!this.#dialler.closed || isServerOpen) return;
    this.#toServer.close();
    this.#fromServer?.close();
    this.#parts.onClose();
  }
}
