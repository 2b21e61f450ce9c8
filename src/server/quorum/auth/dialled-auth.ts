/**
 * DialledAuth: proves to another server who this one is, on a connection that this one has opened
 * (ZooKeeper's SaslQuorumAuthLearner), and has the other prove that it knows the password, too.
 */
import type { TcpConnection, TcpHandlers } from '../../../io/net/tcp-connection.ts';
import { SaslError } from '../../../io/sasl/digest-md5.ts';
import type { DigestMd5Client } from '../../../io/sasl/digest-md5-client.ts';
import { JuteError } from '../../../protocol/jute/jute-error.ts';
import {
  encodeQuorumAuthPacket,
  QuorumAuthStatus,
  readQuorumAuthPacket,
} from '../../../protocol/records/quorum-auth.ts';

const NOTHING = new Uint8Array(0);

/** One of them is called, once, unless it is cancelled. */
export interface DialledAuthEvents {
  /** `bytes` came behind it. The receiver starts the connection anew before it returns. */
  onPassed(bytes: Uint8Array): void;
  /** It is cut off, or has gone. */
  onFailed(reason: string): void;
}

export interface DialledAuthOptions {
  readonly exchange: DigestMd5Client;
  readonly timeoutMs: number;
}

export class DialledAuth implements TcpHandlers {
  readonly #tcp: TcpConnection;
  readonly #exchange: DigestMd5Client;
  readonly #events: DialledAuthEvents;
  readonly #timer: NodeJS.Timeout;
  #gathered: Uint8Array = NOTHING;
  #isOver = false;

  constructor(
    tcp: TcpConnection,
    { exchange, timeoutMs }: DialledAuthOptions,
    events: DialledAuthEvents,
  ) {
    this.#tcp = tcp;
    this.#exchange = exchange;
    this.#events = events;
    this.#timer = setTimeout(() => this.#fail('no answer to SASL in time'), timeoutMs);
    this.#send(exchange.start());
    tcp.start(this);
  }

  /** Cuts it off; nobody is told. */
  cancel(): void {
    if (this.#end()) this.#tcp.destroy();
  }

  onBytes(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#gathered = Buffer.concat([this.#gathered, chunk]);
    try {
      while (!this.#isOver && this.#takePacket());
    } catch (error) {
      if (!(error instanceof JuteError) && !(error instanceof SaslError)) throw error;
      this.#fail(error.message);
    }
  }

  onDrain(): void {}

  onClose(): void {
    this.#fail('it ended the connection during SASL');
  }

  /** False when there is none yet. */
  #takePacket(): boolean {
    const packet = readQuorumAuthPacket(this.#gathered);
    if (packet === null) return false;
    this.#gathered = this.#gathered.subarray(packet.length);
    if (packet.status === QuorumAuthStatus.ERROR) {
      this.#fail('it refuses the name or the password');
      return false;
    }
    const response = this.#exchange.next(packet.token ?? NOTHING);
    if (packet.status === QuorumAuthStatus.SUCCESS) {
      if (response !== null) this.#fail('it is satisfied too early');
      else if (this.#end()) this.#events.onPassed(this.#gathered);
      return false;
    }
    this.#send(response ?? NOTHING);
    return true;
  }

  #send(token: Uint8Array): void {
    const status = QuorumAuthStatus.IN_PROGRESS;
    this.#tcp.write(encodeQuorumAuthPacket({ status, token }));
  }

  #fail(reason: string): void {
    if (!this.#end()) return;
    this.#tcp.destroy();
    this.#events.onFailed(reason);
  }

  /** False when it was over already. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#timer);
    return true;
  }
}
