/**
 * TcpConnection: one accepted or dialled connection. Where Node lets it, an accepted one is a bare
 * handle (`bare-connection.ts`); else, and with TLS, it is a socket (`socket-connection.ts`).
 */
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';

export interface TcpHandlers {
  /** The bytes are good only until this returns. */
  onBytes(bytes: Uint8Array): void;
  /** Everything that was written has been taken by the system. */
  onDrain(): void;
  /** Once, whoever ended it. */
  onClose(): void;
}

export interface TcpConnection {
  /** The peer's; an IPv4 address that came in by an IPv6 socket is given as IPv4. */
  readonly address: string;
  readonly port: number;
  /** What it ended with, as the system names it (ECONNRESET …); null when with nothing. */
  readonly errorCode: string | null;
  readonly isEncrypted: boolean;
  /** The certificate that the peer has proved to be its own; undefined without TLS, or without one. */
  readonly peerCertificate: X509Certificate | undefined;
  /** Written and not yet taken by the system. */
  readonly unsentBytes: number;
  /** Hands over the socket: what comes next is not for this connection's handlers. */
  detach(): Socket;
  /** Gives the handlers bytes that former handlers have read. */
  replay(bytes: Uint8Array): void;
  /** From now on bytes are read. Called again, what comes next is others' to handle. */
  start(handlers: TcpHandlers): void;
  /**
   * Sends the first `length` bytes, all by default. True when the system has taken them: the memory
   * is the caller's again. Else it stays ours.
   */
  write(bytes: Uint8Array, length?: number): boolean;
  pause(): void;
  resume(): void;
  /** Ends when all is sent, and in any case after this time. */
  end(timeoutMs: number): void;
  /**
   * Says that nothing more comes, and hears out the peer, who closes when it has read that. To close
   * with bytes of the peer unread would reset the connection, and take from it what was sent last.
   */
  finish(timeoutMs: number): void;
  /**
   * As `end`, for a peer that has nothing more to say. Where everything is sent the socket is closed
   * without waiting for the peer's end, as Java closes it: half the work, and often the peer is
   * closing, too.
   */
  close(timeoutMs: number): void;
  destroy(): void;
  /** Cuts it off so that the peer sees a reset. */
  reset(): void;
}

/** The first byte of who speaks TLS; neither HTTP nor anything of ZooKeeper's begins with it. */
export const HANDSHAKE_RECORD = 22;

/** IPv4 addresses as such, also on a socket of both families. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
