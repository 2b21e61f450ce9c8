/**
 * All connections read into one buffer, which is free again when its reader returns: a buffer of
 * 64 KiB for each read, Node's way, is most of a busy server's memory and a good part of its time.
 *
 * Node offers that way of reading (`onread`) for outgoing connections only. A socket is therefore
 * given by hand what the option would have given it; where a runtime's sockets have no
 * such thing, they are read the ordinary way.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

export const READ_BUFFER = new Uint8Array(65536);

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
export function startReading(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { _handle: ReadHandle | null };
  const isShared = readSymbols !== null && typeof handle?.useUserBuffer === 'function';
  if (!isShared || isEncrypted(socket)) {
    socket.resume();
    return;
  }
  handle.reading = true;
  if (handle.readStart() !== 0) socket.destroy();
}

export function shareReads(socket: Socket, onBytes: (bytes: Uint8Array) => void): void {
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

export function isEncrypted(socket: Socket): socket is TLSSocket {
  return 'encrypted' in socket;
}
