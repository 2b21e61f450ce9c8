/**
 * DialledAuth: proves to another server who this one is, on a connection that this one has opened
 * (ZooKeeper's SaslQuorumAuthLearner), and has the other prove that it knows the password, too.
 */
import type { TcpConnection } from '../../../io/net/tcp-connection.ts';
import type { DigestMd5Client } from '../../../io/sasl/digest-md5-client.ts';
import { QuorumAuthStatus } from '../../../protocol/records/quorum-auth.ts';
import { AuthExchange } from './auth-exchange.ts';

const NOTHING = new Uint8Array(0);

/** One of them is called, once, unless it is cancelled. */
export interface DialledAuthEvents {
  /** `bytes` came behind it. The receiver starts the connection anew before it returns. */
  onPassed(bytes: Uint8Array): void;
  /** It is cut off, or has gone. */
  onFailed(reason: string): void;
}

export interface DialledAuthOptions {
  readonly sasl: DigestMd5Client;
  readonly timeoutMs: number;
}

export class DialledAuth {
  readonly #tcp: TcpConnection;
  readonly #sasl: DigestMd5Client;
  readonly #events: DialledAuthEvents;
  readonly #exchange: AuthExchange;

  constructor(
    tcp: TcpConnection,
    { sasl, timeoutMs }: DialledAuthOptions,
    events: DialledAuthEvents,
  ) {
    this.#tcp = tcp;
    this.#sasl = sasl;
    this.#events = events;
    this.#exchange = new AuthExchange(tcp, timeoutMs, {
      takePacket: () => this.#takePacket(),
      onWrong: (reason) => this.#fail(reason),
      onTimeout: () => this.#fail('no answer to SASL in time'),
      onGone: () => this.#fail('it ended the connection during SASL'),
    });
    this.#send(sasl.start());
    this.#exchange.start(NOTHING);
  }

  /** Cuts it off; nobody is told. */
  cancel(): void {
    this.#exchange.cancel();
  }

  #takePacket(): boolean {
    const packet = this.#exchange.readPacket();
    if (packet === null) return false;
    if (packet.status === QuorumAuthStatus.ERROR) {
      this.#fail('it refuses the name or the password');
      return false;
    }
    const response = this.#sasl.next(packet.token ?? NOTHING);
    if (packet.status === QuorumAuthStatus.SUCCESS) {
      if (response !== null) this.#fail('it is satisfied too early');
      else if (this.#exchange.end()) this.#events.onPassed(this.#exchange.bytes);
      return false;
    }
    this.#send(response ?? NOTHING);
    return true;
  }

  #send(token: Uint8Array): void {
    this.#exchange.send({ status: QuorumAuthStatus.IN_PROGRESS, token });
  }

  #fail(reason: string): void {
    if (!this.#exchange.end()) return;
    this.#tcp.destroy();
    this.#events.onFailed(reason);
  }
}
