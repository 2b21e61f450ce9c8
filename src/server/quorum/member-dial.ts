/**
 * MemberDial: dials another server until the connection is as good as one without authentication: at
 * its addresses, with what is to be said first, and by SASL where this server is to use it.
 */
import type { TcpConnection } from '../../io/net/tcp-connection.ts';
import { AddressDial, type AddressDialOptions } from './address-dial.ts';
import { DialledAuth } from './auth/dialled-auth.ts';
import type { QuorumAuth } from './auth/quorum-auth.ts';

const NOTHING = new Uint8Array(0);

export interface MemberDialOptions extends AddressDialOptions {
  /** Sent before anything else; absent: nothing. */
  readonly greeting?: Uint8Array;
  readonly auth: QuorumAuth | null;
}

/** Exactly one of the two is called, once and never before the constructor has returned. */
export interface MemberDialEvents {
  /** `bytes` came already. The receiver starts or ends the connection before it returns. */
  onConnected(connection: TcpConnection, bytes: Uint8Array): void;
  onFailed(reason: string): void;
}

export class MemberDial {
  readonly #options: MemberDialOptions;
  readonly #events: MemberDialEvents;
  #current: AddressDial | DialledAuth;

  constructor(options: MemberDialOptions, events: MemberDialEvents) {
    this.#options = options;
    this.#events = events;
    this.#current = new AddressDial(options, {
      onConnected: (tcp) => this.#onConnected(tcp),
      onFailed: (reason) => events.onFailed(reason),
    });
  }

  /** Gives up; nobody is called any more. */
  cancel(): void {
    this.#current.cancel();
  }

  #onConnected(tcp: TcpConnection): void {
    const { greeting = NOTHING, auth } = this.#options;
    if (greeting.length > 0) tcp.write(greeting);
    const startClient = auth?.startClient ?? null;
    if (auth === null || startClient === null) return this.#events.onConnected(tcp, NOTHING);
    this.#current = new DialledAuth(
      tcp,
      { sasl: startClient(), timeoutMs: auth.timeoutMs },
      {
        onPassed: (bytes) => this.#events.onConnected(tcp, bytes),
        onFailed: (reason) => this.#events.onFailed(`${tcp.address} ${reason}`),
      },
    );
  }
}
