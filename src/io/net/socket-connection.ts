/**
 * SocketConnection: a connection that is one of Node's sockets. All of them read into one buffer where
 * the runtime lets them (`shared-reads.ts`), and short replies go past the stream.
 *
 * A socket of TLS is read and written as a stream: what is on its descriptor is not what it means.
 */
import type { X509Certificate } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { isEncrypted, shareReads, startReading } from './shared-reads.ts';
import { plainAddress, type TcpConnection, type TcpHandlers } from './tcp-connection.ts';

export class SocketConnection implements TcpConnection {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  /** -1 where the system has none, and for TLS. */
  readonly #descriptor: number;
  /** What was written last did not all go to the system at once: some may be in the stream. */
  #isQueued = false;
  #errorCode: string | null = null;
  #handlers: TcpHandlers | null = null;

  /** `former`: the connection whose socket it was before it was encrypted, or became a stream. */
  constructor(connected: Socket, former?: TcpConnection) {
    this.address = former?.address ?? plainAddress(connected.remoteAddress ?? '');
    this.port = former?.port ?? connected.remotePort ?? 0;
    this.#socket = connected;
    this.#descriptor = descriptorOf(connected);
    shareReads(connected, (bytes) => this.#handlers?.onBytes(bytes));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#errorCode = error.code ?? 'UNKNOWN';
      this.#socket.destroy();
    });
    this.#socket.on('close', () => this.#handlers?.onClose());
  }

  get errorCode(): string | null {
    return this.#errorCode;
  }

  get isEncrypted(): boolean {
    return isEncrypted(this.#socket);
  }

  get peerCertificate(): X509Certificate | undefined {
    const socket = this.#socket;
    return isEncrypted(socket) ? socket.getPeerX509Certificate() : undefined;
  }

  detach(): Socket {
    this.#handlers = null;
    return this.#socket;
  }

  replay(bytes: Uint8Array): void {
    this.#handlers?.onBytes(bytes);
  }

  start(handlers: TcpHandlers): void {
    const isFirst = this.#handlers === null;
    this.#handlers = handlers;
    if (isFirst) startReading(this.#socket);
  }

  write(bytes: Uint8Array, length = bytes.length): boolean {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return true;
    const taken = this.unsentBytes === 0 ? this.#writeAtOnce(bytes, length) : 0;
    if (taken === length) return true;
    this.#isQueued = true;
    // Not the stream's `drain`: it does not come for a few bytes.
    socket.write(bytes.subarray(taken, length), () => {
      if (this.unsentBytes === 0 && !socket.destroyed) this.#handlers?.onDrain();
    });
    return this.unsentBytes === 0;
  }

  /**
   * Gives the system as many bytes as it takes without waiting, past the stream: for a short reply
   * the stream's own work costs as much as the system's. Nothing may be queued in the stream.
   */
  #writeAtOnce(bytes: Uint8Array, length: number): number {
    if (this.#descriptor < 0) return 0;
    try {
      return writeSync(this.#descriptor, bytes, 0, length);
    } catch {
      // Full, or broken: the stream meets the same and has the means to deal with it.
      return 0;
    }
  }

  get unsentBytes(): number {
    if (!this.#isQueued) return 0;
    const { writableLength } = this.#socket;
    this.#isQueued = writableLength > 0;
    return writableLength;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(timeoutMs: number): void {
    if (this.#socket.destroyed) return;
    this.#socket.end(() => this.#socket.destroySoon());
    this.#socket.setTimeout(timeoutMs, () => this.#socket.destroy());
  }

  finish(timeoutMs: number): void {
    if (this.#socket.destroyed) return;
    this.#socket.end();
    this.resume();
    const timer = setTimeout(() => this.#socket.destroy(), timeoutMs);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  close(timeoutMs: number): void {
    if (this.unsentBytes === 0) this.#socket.destroy();
    else this.end(timeoutMs);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  reset(): void {
    if (isEncrypted(this.#socket)) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }
}

/** -1 where the system has none, the socket is closed, or what is written is to be encrypted. */
function descriptorOf(socket: Socket): number {
  if (isEncrypted(socket)) return -1;
  const { _handle: handle } = socket as unknown as { _handle: { fd?: number } | null };
  return handle?.fd ?? -1;
}
