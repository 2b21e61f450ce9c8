/**
 * TcpConnection: one accepted connection. All connections read into one buffer, which is free
 * again when its reader returns: a buffer of 64 KiB for each read, Node's way, is most of a busy
 * server's memory and a good part of its time.
 *
 * Node offers that way of reading (`onread`) for outgoing connections only. An accepted socket is
 * therefore given by hand what the option would have given it; where a runtime's sockets have no
 * such thing, they are read the ordinary way.
 */
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';

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
  #handlers: TcpHandlers | null = null;

  constructor(accepted: Socket) {
    this.address = plainAddress(accepted.remoteAddress ?? '');
    this.port = accepted.remotePort ?? 0;
    this.#socket = accepted;
    shareReads(accepted, (bytes) => this.#handlers?.onBytes(bytes));
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('drain', () => this.#handlers?.onDrain());
    this.#socket.on('close', () => this.#handlers?.onClose());
  }

  /** From now on bytes are read. */
  start(handlers: TcpHandlers): void {
    this.#handlers = handlers;
    this.#socket.resume();
  }

  /** True when the system has taken all: the memory is the caller's again. Else it stays ours. */
  write(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return true;
    const taken = socket.writableLength === 0 ? this.#writeAtOnce(bytes) : 0;
    if (taken === bytes.length) return true;
    socket.write(taken === 0 ? bytes : bytes.subarray(taken));
    return socket.writableLength === 0;
  }

  /**
   * Gives the system as many bytes as it takes without waiting, past the stream: for a short reply
   * the stream's own work costs as much as the system's. Nothing may be queued in the stream.
   */
  #writeAtOnce(bytes: Uint8Array): number {
    const descriptor = descriptorOf(this.#socket);
    if (descriptor < 0) return 0;
    try {
      return writeSync(descriptor, bytes, 0, bytes.length);
    } catch {
      // Full, or broken: the stream meets the same and has the means to deal with it.
      return 0;
    }
  }

  /** Written and not yet taken by the system. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
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

  destroy(): void {
    this.#socket.destroy();
  }

  /** Cuts it off so that the peer sees a reset. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** -1 where the system has none, or the socket is closed. */
function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { _handle: { fd?: number } | null };
  return handle?.fd ?? -1;
}

/** The properties in which a socket of Node's keeps what `onread` gave it. */
interface ReadSymbols {
  readonly buffer: symbol;
  readonly callback: symbol;
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

function shareReads(socket: Socket, onBytes: (bytes: Uint8Array) => void): void {
  const inner = socket as unknown as Record<symbol, unknown> & {
    _handle: { useUserBuffer?(buffer: Uint8Array): void } | null;
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
