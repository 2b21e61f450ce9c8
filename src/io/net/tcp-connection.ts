/**
 * TcpConnection: one accepted or dialled connection. All connections read into one buffer, which is
 * free again when its reader returns: a buffer of 64 KiB for each read, Node's way, is most of a
 * busy server's memory and a good part of its time.
 *
 * Node offers that way of reading (`onread`) for outgoing connections only. A socket is therefore
 * given by hand what the option would have given it; where a runtime's sockets have no
 * such thing, they are read the ordinary way.
 *
 * A socket of TLS is read and written as a stream: what is on its descriptor is not what it means.
 */
import type { X509Certificate } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

const READ_BUFFER = new Uint8Array(65536);

export interface TcpHandlers {
  /** The bytes are good only until this returns. */
  onBytes(bytes: Uint8Array): void;
  /** Everything that was written has been taken by the system. */
  onDrain(): void;
  /** Once, whoever ended it. */
  onClose(): void;
}

export class TcpConnection {
  /** The peer's; an IPv4 address that came in by an IPv6 socket is given as IPv4. */
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  /** -1 where the system has none, and for TLS. */
  readonly #descriptor: number;
  /** What was written last did not all go to the system at once: some may be in the stream. */
  #isQueued = false;
  #errorCode: string | null = null;
  #handlers: TcpHandlers | null = null;

  /** `former`: the connection that had the socket before it was encrypted. */
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

  /** What it ended with, as the system names it (ECONNRESET …); null when with nothing. */
  get errorCode(): string | null {
    return this.#errorCode;
  }

  get isEncrypted(): boolean {
    return isEncrypted(this.#socket);
  }

  /** The certificate that the peer has proved to be its own; undefined without TLS, or without one. */
  get peerCertificate(): X509Certificate | undefined {
    const socket = this.#socket;
    return isEncrypted(socket) ? socket.getPeerX509Certificate() : undefined;
  }

  /** Hands over the socket: what comes next is not for this connection's handlers. */
  detach(): Socket {
    this.#handlers = null;
    return this.#socket;
  }

  /** Gives the handlers bytes that former handlers have read. */
  replay(bytes: Uint8Array): void {
    this.#handlers?.onBytes(bytes);
  }

  /** From now on bytes are read. Called again, what comes next is others' to handle. */
  start(handlers: TcpHandlers): void {
    const isFirst = this.#handlers === null;
    this.#handlers = handlers;
    if (isFirst) startReading(this.#socket);
  }

  /**
   * Sends the first `length` bytes. True when the system has taken all: the memory is the caller's
   * again. Else it stays ours.
   */
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

  /** Written and not yet taken by the system. */
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

  /** Ends when all is sent, and in any case after this time. */
  end(timeoutMs: number): void {
    if (this.#socket.destroyed) return;
    this.#socket.end(() => this.#socket.destroySoon());
    this.#socket.setTimeout(timeoutMs, () => this.#socket.destroy());
  }

  /**
   * Says that nothing more comes, and hears out the peer, who closes when it has read that. To close
   * with bytes of the peer unread would reset the connection, and take from it what was sent last.
   */
  finish(timeoutMs: number): void {
    if (this.#socket.destroyed) return;
    this.#socket.end();
    this.resume();
    const timer = setTimeout(() => this.#socket.destroy(), timeoutMs);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  /**
   * As `end`, for a peer that has nothing more to say. Where everything is sent the socket is closed
   * without waiting for the peer's end, as Java closes it: half the work, and often the peer is
   * closing, too.
   */
  close(timeoutMs: number): void {
    if (this.unsentBytes === 0) this.#socket.destroy();
    else this.end(timeoutMs);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Cuts it off so that the peer sees a reset. */
  reset(): void {
    if (isEncrypted(this.#socket)) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }
}

/** The first byte of who speaks TLS; neither HTTP nor anything of ZooKeeper's begins with it. */
export const HANDSHAKE_RECORD = 22;

/** IPv4 addresses as such, also on a socket of both families. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function isEncrypted(socket: Socket): socket is TLSSocket {
  return 'encrypted' in socket;
}

/** -1 where the system has none, the socket is closed, or what is written is to be encrypted. */
function descriptorOf(socket: Socket): number {
  if (isEncrypted(socket)) return -1;
  const { _handle: handle } = socket as unknown as { _handle: { fd?: number } | null };
  return handle?.fd ?? -1;
}

/** The properties in which a socket of Node's keeps what `onread` gave it. */
interface ReadSymbols {
  readonly buffer: symbol;
  readonly callback: symbol;
}

/** What Node reads from, where it can read into a buffer of the user's. */
interface ReadHandle {
  reading: boolean;
  useUserBuffer?(buffer: Uint8Array): void;
  readStart(): number;
}

let readSymbols: ReadSymbols | null | undefined;

/** Null where this runtime's sockets have none. Looked for once: they are the same on all. */
function readSymbolsOf(socket: Socket): ReadSymbols | null {
  if (readSymbols !== undefined) return readSymbols;
  const symbols = Object.getOwnPropertySymbols(socket);
  const buffer = symbols.find(({ description }) => description === 'kBuffer');
  const callback = symbols.find(({ description }) => description === 'kBufferCb');
  readSymbols = buffer && callback ? { buffer, callback } : null;
  return readSymbols;
}

/** `resume`, without the stream's share in it where the stream has none in the reading. */
function startReading(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { _handle: ReadHandle | null };
  const isShared = readSymbols !== null && typeof handle?.useUserBuffer === 'function';
  if (!isShared || isEncrypted(socket)) {
    socket.resume();
    return;
  }
  handle.reading = true;
  if (handle.readStart() !== 0) socket.destroy();
}

function shareReads(socket: Socket, onBytes: (bytes: Uint8Array) => void): void {
  if (isEncrypted(socket)) {
    socket.on('data', onBytes);
    socket.pause();
    return;
  }
  const inner = socket as unknown as Record<symbol, unknown> & {
    _handle: ReadHandle | null;
  };
  const symbols = readSymbolsOf(socket);
  if (symbols === null || typeof inner._handle?.useUserBuffer !== 'function') {
    socket.on('data', onBytes);
    socket.pause();
    return;
  }
  inner[symbols.buffer] = READ_BUFFER;
  inner[symbols.callback] = (count: number) => {
    onBytes(READ_BUFFER.subarray(0, count));
    return true;
  };
  inner._handle.useUserBuffer(READ_BUFFER);
}
