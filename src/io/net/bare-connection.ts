/**
 * BareConnection: an accepted connection without a socket of Node's, for as long as it needs none:
 * what comes is read into the buffer of all, what is sent is taken by the system at once, and then it
 * is closed. As soon as something has to wait, or is to be encrypted, it becomes a socket.
 */
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import {
  type BareHandle,
  closeHandle,
  type HandleReader,
  resetHandle,
  setReader,
  socketOf,
} from './bare-handles.ts';
import { READ_BUFFER } from './shared-reads.ts';
import { SocketConnection } from './socket-connection.ts';
import { plainAddress, type TcpConnection, type TcpHandlers } from './tcp-connection.ts';

export class BareConnection implements TcpConnection, HandleReader {
  readonly address: string;
  readonly port: number;
  readonly isEncrypted = false;
  readonly peerCertificate = undefined;
  readonly #handle: BareHandle;
  readonly #descriptor: number;
  #handlers: TcpHandlers | null = null;
  #isReading = false;
  #isClosed = false;
  #errorCode: string | null = null;
  /** What it has become. */
  #socket: SocketConnection | null = null;

  constructor(handle: BareHandle) {
    const peer: { address?: string; port?: number } = {};
    // It may be gone already, and without a name.
    handle.getpeername(peer);
    this.address = plainAddress(peer.address ?? '');
    this.port = peer.port ?? 0;
    this.#handle = handle;
    this.#descriptor = handle.fd;
    setReader(handle, this);
  }

  get errorCode(): string | null {
    return this.#socket === null ? this.#errorCode : this.#socket.errorCode;
  }

  get unsentBytes(): number {
    return this.#socket === null ? 0 : this.#socket.unsentBytes;
  }

  detach(): Socket {
    this.#handlers = null;
    return this.#toSocket().detach();
  }

  replay(bytes: Uint8Array): void {
    this.#handlers?.onBytes(bytes);
  }

  start(handlers: TcpHandlers): void {
    const isFirst = this.#handlers === null;
    this.#handlers = handlers;
    if (!isFirst) return;
    if (this.#socket === null) this.resume();
    else this.#startSocket(this.#socket);
  }

  write(bytes: Uint8Array, length = bytes.length): boolean {
    if (this.#socket !== null) return this.#socket.write(bytes, length);
    // Its descriptor may be another's by now.
    if (this.#isClosed) return true;
    let taken = 0;
    try {
      taken = writeSync(this.#descriptor, bytes, 0, length);
    } catch {
      // Full, or broken: a socket meets the same and has the means to deal with it.
    }
    return taken === length || this.#toSocket().write(bytes.subarray(taken, length));
  }

  pause(): void {
    if (this.#socket !== null) return this.#socket.pause();
    if (this.#isReading) this.#handle.readStop();
    this.#isReading = false;
  }

  resume(): void {
    if (this.#socket !== null) return this.#socket.resume();
    if (this.#isReading || this.#isClosed) return;
    this.#isReading = true;
    if (this.#handle.readStart() !== 0) this.destroy();
  }

  end(timeoutMs: number): void {
    if (!this.#isClosed) this.#toSocket().end(timeoutMs);
  }

  finish(timeoutMs: number): void {
    if (!this.#isClosed) this.#toSocket().finish(timeoutMs);
  }

  close(timeoutMs: number): void {
    if (this.#socket === null) this.destroy();
    else this.#socket.close(timeoutMs);
  }

  destroy(): void {
    if (this.#socket !== null) return this.#socket.destroy();
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeHandle(this.#handle);
  }

  reset(): void {
    if (this.#socket !== null) return this.#socket.reset();
    if (this.#isClosed) return;
    this.#isClosed = resetHandle(this.#handle);
    this.destroy();
  }

  onRead(length: number): void {
    this.#handlers?.onBytes(READ_BUFFER.subarray(0, length));
  }

  onReadEnd(): void {
    this.destroy();
  }

  onReadError(error: NodeJS.ErrnoException): void {
    this.#errorCode ??= error.code ?? 'UNKNOWN';
    this.destroy();
  }

  onClosed(): void {
    this.#handlers?.onClose();
  }

  #toSocket(): SocketConnection {
    if (this.#socket !== null) return this.#socket;
    this.#socket = new SocketConnection(socketOf(this.#handle), this);
    if (this.#handlers === null) return this.#socket;
    this.#startSocket(this.#socket);
    if (!this.#isReading) this.#socket.pause();
    return this.#socket;
  }

  /** Its handlers may be others' later. */
  #startSocket(socket: SocketConnection): void {
    socket.start({
      onBytes: (bytes) => this.#handlers?.onBytes(bytes),
      onDrain: () => this.#handlers?.onDrain(),
      onClose: () => this.#handlers?.onClose(),
    });
  }
}
