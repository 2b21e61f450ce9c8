/**
 * ElectionPeer: what the election port knows of one other server: the message that waits for it (a
 * newer one replaces it), the connection if there is one, and the attempts to get one. Nothing here
 * waits for another server (ZooKeeper's SendWorker and its queue of one).
 *
 * It dials only when it has something to say, as ZooKeeper does. A dial that fails is tried again,
 * less and less often, until the message is sent.
 */

import type { HostAndPort } from '../../core/zab/members/ensemble-server.ts';
import type { TcpConnection } from '../../io/net/tcp-connection.ts';
import { ElectionConnection } from './election-connection.ts';
import type { MemberDial, MemberDialEvents } from './member-dial.ts';

export interface RetryTimes {
  /** After the first failed dial; doubled after each. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** How long the other side may take to dial back. */
  readonly dialBackMs: number;
}

export interface ElectionPeerHost {
  /**
   * Begins an attempt at these addresses, and at those that the configuration has. It says who we
   * are.
   */
  dial(learned: readonly HostAndPort[], events: MemberDialEvents): MemberDial;
  /** Whether a connection that we dialled is ours to keep; if not, it is ended. */
  keeps(tcp: TcpConnection): boolean;
  /** Why it is no message, or null. */
  onMessage(bytes: Uint8Array): string | null;
  onUp(): void;
  onDown(): void;
  onMalformed(reason: string): void;
  /** The attempt failed; `failures` in a row. */
  onUnreachable(reason: string, failures: number): void;
}

const NOTHING = new Uint8Array(0);

export class ElectionPeer {
  readonly #host: ElectionPeerHost;
  readonly #retry: RetryTimes;
  #pending: Uint8Array | null = null;
  #lastSent: Uint8Array | null = null;
  #connection: ElectionConnection | null = null;
  #dial: MemberDial | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #reason = '';
  /** Where it said that it listens. */
  #learned: readonly HostAndPort[] = [];

  constructor(host: ElectionPeerHost, retry: RetryTimes) {
    this.#host = host;
    this.#retry = retry;
  }

  get isConnected(): boolean {
    return this.#connection !== null;
  }

  /** Nothing is under way and nothing waits. */
  get isIdle(): boolean {
    return this.#connection === null && this.#dial === null && this.#pending === null;
  }

  /** Why it could not be reached, `` when it was or when nobody has tried. */
  get unreachableReason(): string {
    return this.#failures > 0 && this.#connection === null ? this.#reason : '';
  }

  /** `frame`: length and message. It replaces one that still waits. */
  send(frame: Uint8Array): void {
    this.#pending = frame;
    this.#flush();
    if (this.#connection === null && this.#timer === null) this.connect();
  }

  /** Dials now, unless it is connected or being dialled. */
  connect(): void {
    if (this.#connection !== null || this.#dial !== null) return;
    this.#stopTimer();
    this.#dial = this.#host.dial(this.#learned, {
      onConnected: (tcp, bytes) => this.#onDialled(tcp, bytes),
      onFailed: (reason) => {
        this.#dial = null;
        this.#onFailure(reason);
      },
    });
  }

  /**
   * The other side asks to be dialled, since the larger id dials. Whatever there was is over: it
   * would not ask if it had a connection.
   */
  dialBack(addresses: readonly HostAndPort[]): void {
    if (addresses.length > 0) this.#learned = addresses;
    this.#failures = 0;
    this.#drop();
    this.#dial?.cancel();
    this.#dial = null;
    this.connect();
  }

  /** A connection on which both sides know each other; `bytes` came on it already. */
  adopt(tcp: TcpConnection, bytes: Uint8Array = NOTHING): void {
    this.#drop();
    this.#dial?.cancel();
    this.#dial = null;
    this.#stopTimer();
    this.#failures = 0;
    const connection = new ElectionConnection(tcp, {
      onMessage: (message) => this.#host.onMessage(message),
      onDrain: () => this.#flush(),
      onMalformed: (reason) => this.#host.onMalformed(reason),
      onClose: () => this.#onClose(connection),
    });
    this.#connection = connection;
    // The last message may have been lost with the former connection; it harms nobody twice.
    this.#pending ??= this.#lastSent;
    this.#flush();
    this.#host.onUp();
    connection.start(bytes);
  }

  /** Ends everything; nobody is told. */
  close(): void {
    this.#pending = null;
    this.#dial?.cancel();
    this.#stopTimer();
    this.#connection?.close();
    this.#connection = null;
  }

  #flush(): void {
    if (this.#pending === null || this.#connection === null || this.#connection.isStalled) return;
    const frame = this.#pending;
    this.#pending = null;
    this.#lastSent = frame;
    this.#connection.send(frame);
  }

  #onDialled(tcp: TcpConnection, bytes: Uint8Array): void {
    this.#dial = null;
    if (this.#host.keeps(tcp)) return this.adopt(tcp, bytes);
    if (this.#pending === null) return;
    this.#wait(this.#retry.dialBackMs, () => this.#onFailure('it does not dial back'));
  }

  #onFailure(reason: string): void {
    this.#failures++;
    this.#reason = reason;
    this.#host.onUnreachable(reason, this.#failures);
    if (this.#pending !== null) this.#connectLater();
  }

  #onClose(connection: ElectionConnection): void {
    if (connection !== this.#connection) return;
    // What the system had not taken is not known to have arrived.
    if (connection.isStalled) this.#pending ??= this.#lastSent;
    this.#connection = null;
    this.#host.onDown();
    if (this.#pending !== null && this.#dial === null) this.#connectLater();
  }

  #drop(): void {
    if (this.#connection === null) return;
    this.#connection.close();
    this.#connection = null;
    this.#host.onDown();
  }

  #connectLater(): void {
    const { firstMs, maxMs } = this.#retry;
    const delayMs = Math.min(firstMs * 2 ** Math.max(0, this.#failures - 1), maxMs);
    this.#wait(delayMs, () => this.connect());
  }

  #wait(delayMs: number, onTime: () => void): void {
    this.#stopTimer();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      onTime();
    }, delayMs);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
