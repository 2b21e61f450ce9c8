/**
 * AuthExchange: a connection on which one server proves to the other who it is, packet by packet,
 * until that is over or takes too long. What the packets mean is known to whose exchange it is.
 */
import type { TcpConnection, TcpHandlers } from '../../../io/net/tcp-connection.ts';
import { SaslError } from '../../../io/sasl/digest-md5.ts';
import { JuteError } from '../../../protocol/jute/jute-error.ts';
import {
  encodeQuorumAuthPacket,
  type QuorumAuthPacket,
  readQuorumAuthPacket,
} from '../../../protocol/records/quorum-auth.ts';

const NOTHING = new Uint8Array(0);

/** None is called when it is over. */
export interface AuthExchangeHost {
  /** False when there is nothing more to take. What it throws of SASL or Jute is `onWrong`. */
  takePacket(): boolean;
  onWrong(reason: string): void;
  onTimeout(): void;
  /** The other side has gone. */
  onGone(): void;
}

export class AuthExchange implements TcpHandlers {
  readonly #tcp: TcpConnection;
  readonly #host: AuthExchangeHost;
  readonly #timer: NodeJS.Timeout;
  #bytes: Uint8Array = NOTHING;
  #isOver = false;

  constructor(tcp: TcpConnection, timeoutMs: number, host: AuthExchangeHost) {
    this.#tcp = tcp;
    this.#host = host;
    this.#timer = setTimeout(() => host.onTimeout(), timeoutMs);
  }

  /** `bytes` came already. */
  start(bytes: Uint8Array): void {
    this.onBytes(bytes);
    if (!this.#isOver) this.#tcp.start(this);
  }

  /** What has come and is in no packet that was read. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Null when there is none yet. */
  readPacket(): QuorumAuthPacket | null {
    const packet = readQuorumAuthPacket(this.#bytes);
    if (packet !== null) this.#bytes = this.#bytes.subarray(packet.length);
    return packet;
  }

  send(packet: QuorumAuthPacket): void {
    this.#tcp.write(encodeQuorumAuthPacket(packet));
  }

  /** False when it was over already. */
  end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#timer);
    return true;
  }

  /** Cuts it off; nobody is told. */
  cancel(): void {
    if (this.end()) this.#tcp.destroy();
  }

  onBytes(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    try {
      while (!this.#isOver && this.#host.takePacket());
    } catch (error) {
      if (!(error instanceof JuteError) && !(error instanceof SaslError)) throw error;
      this.#host.onWrong(error.message);
    }
  }

  onDrain(): void {}

  onClose(): void {
    if (!this.#isOver) this.#host.onGone();
  }
}
