/**
 * AcceptedAuth: a connection that another server has opened, until it has authenticated (ZooKeeper's
 * SaslQuorumAuthServer). Where that is not required, one that does not try passes as it is, and so
 * does, as in Java, one that failed: that is for the time in which an ensemble is being switched over.
 */
import type { TcpConnection } from '../../../io/net/tcp-connection.ts';
import { SaslError } from '../../../io/sasl/digest-md5.ts';
import type { DigestMd5Server } from '../../../io/sasl/digest-md5-server.ts';
import { isQuorumAuthPacket, QuorumAuthStatus } from '../../../protocol/records/quorum-auth.ts';
import { AuthExchange } from './auth-exchange.ts';
import type { QuorumAuth } from './quorum-auth.ts';

const CLOSE_TIMEOUT_MS = 5_000;
const NOTHING = new Uint8Array(0);

/** One of them is called, once, unless it is cancelled. */
export interface AcceptedAuthEvents {
  /** `bytes` came behind it. The receiver starts the connection anew before it returns. */
  onPassed(bytes: Uint8Array): void;
  /** It is cut off. */
  onRefused(reason: string): void;
  /** It has gone, by itself. */
  onGone(): void;
}

export class AcceptedAuth {
  readonly #tcp: TcpConnection;
  readonly #auth: QuorumAuth;
  readonly #events: AcceptedAuthEvents;
  readonly #exchange: AuthExchange;
  /** Null until it has begun to authenticate. */
  #sasl: DigestMd5Server | null = null;

  constructor(tcp: TcpConnection, auth: QuorumAuth, events: AcceptedAuthEvents) {
    this.#tcp = tcp;
    this.#auth = auth;
    this.#events = events;
    this.#exchange = new AuthExchange(tcp, auth.timeoutMs, {
      takePacket: () => this.#takePacket(),
      onWrong: (reason) => this.#fail(reason),
      onTimeout: () => this.#refuse('no authentication in time'),
      onGone: () => {
        if (this.#exchange.end()) events.onGone();
      },
    });
  }

  /** `bytes` came already. */
  start(bytes: Uint8Array): void {
    this.#exchange.start(bytes);
  }

  /** Cuts it off; nobody is told. */
  cancel(): void {
    this.#exchange.cancel();
  }

  #takePacket(): boolean {
    if (this.#sasl === null) {
      const isAuth = isQuorumAuthPacket(this.#exchange.bytes);
      if (isAuth === null) return false;
      if (!isAuth) {
        if (this.#auth.isRequired) this.#refuse('it does not authenticate, which is required');
        else this.#pass();
        return false;
      }
      this.#sasl = this.#auth.startServer();
    }
    const packet = this.#exchange.readPacket();
    if (packet === null) return false;
    const { token, user } = this.#sasl.next(packet.token ?? NOTHING);
    // It may be no one but who it proved to be.
    if (user !== null && user.authzid !== user.username) throw new SaslError('another authzid');
    const status = user === null ? QuorumAuthStatus.IN_PROGRESS : QuorumAuthStatus.SUCCESS;
    this.#exchange.send({ status, token });
    if (user !== null) this.#pass();
    return true;
  }

  #fail(reason: string): void {
    this.#exchange.send({ status: QuorumAuthStatus.ERROR, token: NOTHING });
    if (this.#auth.isRequired) this.#refuse(reason);
    else this.#pass();
  }

  #pass(): void {
    if (this.#exchange.end()) this.#events.onPassed(this.#exchange.bytes);
  }

  #refuse(reason: string): void {
    if (!this.#exchange.end()) return;
    this.#tcp.end(CLOSE_TIMEOUT_MS);
    this.#events.onRefused(reason);
  }
}
