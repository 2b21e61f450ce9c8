/**
 * AcceptedAuth: a connection that another server has opened, until it has authenticated (ZooKeeper's
 * SaslQuorumAuthServer). Where that is not required, one that does not try passes as it is, and so
 * does, as in Java, one that failed: that is for the time in which an ensemble is being switched over.
 */
import type { TcpConnection, TcpHandlers } from '../../../io/net/tcp-connection.ts';
import { SaslError } from '../../../io/sasl/digest-md5.ts';
import type { DigestMd5Server } from '../../../io/sasl/digest-md5-server.ts';
import { JuteError } from '../../../protocol/jute/jute-error.ts';
import {
  encodeQuorumAuthPacket,
  isQuorumAuthPacket,
  QuorumAuthStatus,
  readQuorumAuthPacket,
} from '../../../protocol/records/quorum-auth.ts';
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

export class AcceptedAuth implements TcpHandlers {
  readonly #tcp: TcpConnection;
  readonly #auth: QuorumAuth;
  readonly #events: AcceptedAuthEvents;
  readonly #timer: NodeJS.Timeout;
  #gathered: Uint8Array = NOTHING;
  /** Null until it has begun to authenticate. */
  #exchange: DigestMd5Server | null = null;
  #isOver = false;

  constructor(tcp: TcpConnection, auth: QuorumAuth, events: AcceptedAuthEvents) {
    this.#tcp = tcp;
    this.#auth = auth;
    this.#events = events;
    this.#timer = setTimeout(() => this.#refuse('no authentication in time'), auth.timeoutMs);
  }

  /** `bytes` came already. */
  start(bytes: Uint8Array): void {
    this.onBytes(bytes);
    if (!this.#isOver) this.#tcp.start(this);
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
    if (this.#end()) this.#events.onGone();
  }

  /** False when there is none yet. */
  #takePacket(): boolean {
    if (this.#exchange === null) {
      const isAuth = isQuorumAuthPacket(this.#gathered);
      if (isAuth === null) return false;
      if (!isAuth) {
        if (this.#auth.isRequired) this.#refuse('it does not authenticate, which is required');
        else this.#pass();
        return false;
      }
      this.#exchange = this.#auth.startServer();
    }
    const packet = readQuorumAuthPacket(this.#gathered);
    if (packet === null) return false;
    this.#gathered = this.#gathered.subarray(packet.length);
    const { token, user } = this.#exchange.next(packet.token ?? NOTHING);
    // It may be no one but who it proved to be.
    if (user !== null && user.authzid !== user.username) throw new SaslError('another authzid');
    const status = user === null ? QuorumAuthStatus.IN_PROGRESS : QuorumAuthStatus.SUCCESS;
    this.#tcp.write(encodeQuorumAuthPacket({ status, token }));
    if (user !== null) this.#pass();
    return true;
  }

  #fail(reason: string): void {
    this.#tcp.write(encodeQuorumAuthPacket({ status: QuorumAuthStatus.ERROR, token: NOTHING }));
    if (this.#auth.isRequired) this.#refuse(reason);
    else this.#pass();
  }

  #pass(): void {
    if (this.#end()) this.#events.onPassed(this.#gathered);
  }

  #refuse(reason: string): void {
    if (!this.#end()) return;
    this.#tcp.end(CLOSE_TIMEOUT_MS);
    this.#events.onRefused(reason);
  }

  /** False when it was over already. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#timer);
    return true;
  }
}
