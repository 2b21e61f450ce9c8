/**
 * Connections as Node's own C++ gives them to `net.Server`, before it makes a socket of each. A
 * socket is a duplex stream: to make one, and to collect what is left of it, is most of what a short
 * connection costs.
 *
 * Node has no public way to them. What is used here is the same in each version named below, and
 * looked for before it is used; where something is amiss there are sockets as ever.
 */
import { type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { READ_BUFFER } from './shared-reads.ts';

/** Versions of Node with which the tests of connections have passed: what is used here is one in all. */
const TRIED: readonly number[] = [20, 22, 24];

/** Node's TCP handle. Numbers returned are 0, or an error of libuv's. */
export interface BareHandle {
  readonly fd: number;
  onread: unknown;
  getpeername(out: { address?: string; port?: number }): number;
  setNoDelay(isOn: boolean): number;
  setKeepAlive(isOn: boolean, delaySeconds: number): number;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  /** The file descriptor is closed at once; the callback comes later. */
  close(onClosed: (this: BareHandle) => void): void;
  reset(onClosed: (this: BareHandle) => void): number;
}

export interface HandleReader {
  /** So many bytes are at the start of READ_BUFFER. */
  onRead(length: number): void;
  onReadEnd(): void;
  onReadError(error: NodeJS.ErrnoException): void;
  /** After closeHandle or resetHandle. */
  onClosed(): void;
}

/**
 * What the handle has for a socket: it answers what Node's reader of handles (`onStreamRead`) asks of
 * one that has a buffer of its own. Methods with symbols for names are given to the prototype.
 */
class HandleOwner {
  readonly reader: HandleReader;
  /** Nothing is left to read from a stream. */
  readonly _readableState = NO_STREAM;

  constructor(reader: HandleReader) {
    this.reader = reader;
  }

  get destroyed(): boolean {
    return false;
  }

  onRead(length: number): boolean {
    this.reader.onRead(length);
    return true;
  }

  destroy(error: NodeJS.ErrnoException): void {
    this.reader.onReadError(error);
  }

  /** Called with null, at the end. */
  push(): void {
    this.reader.onReadEnd();
  }

  read(): void {}
}

const NO_STREAM = { endEmitted: false };

interface ServerHandle {
  onconnection(this: ServerHandle, status: number, handle?: BareHandle): void;
}

/** What Node keeps under symbols of its own, and its reader of handles. */
interface HandleWays {
  readonly owner: symbol;
  readonly onread: unknown;
}

/** Undefined: not looked for yet; null: they are not there. */
let ways: HandleWays | null | undefined;

/**
 * From now on the handles of those who connect are handed out, and no sockets made; where that cannot
 * be done, nothing changes. The server listens.
 */
export function takeHandles(server: Server, onHandle: (handle: BareHandle) => void): void {
  const { _handle: listening } = server as unknown as { _handle: ServerHandle | null };
  if (!isTried() || typeof listening?.onconnection !== 'function') return;
  const makeSocket = listening.onconnection;
  listening.onconnection = function (status, handle) {
    // The first one tells; what cannot be told is Node's to handle.
    if (status === 0 && handle !== undefined && ways === undefined) ways = waysOf(handle);
    if (status !== 0 || handle === undefined || !ways) makeSocket.call(this, status, handle);
    else onHandle(handle);
  };
}

function isTried(): boolean {
  return TRIED.includes(Number.parseInt(process.versions.node, 10));
}

/** The socket of a handle; it reads nothing until it is told to. */
export function socketOf(handle: BareHandle): Socket {
  const options = { handle, pauseOnCreate: true } as SocketConstructorOpts;
  return new Socket(options);
}

/** From now on this one reads what comes, once reading is started. */
export function setReader(handle: BareHandle, reader: HandleReader): void {
  if (!ways) throw new Error('No handle has come yet.');
  const owned = handle as unknown as Record<symbol, unknown>;
  owned[ways.owner] = new HandleOwner(reader);
  handle.onread = ways.onread;
  handle.useUserBuffer(READ_BUFFER);
}

/** What it was closed by is told; the descriptor is closed at once. */
export function closeHandle(handle: BareHandle): void {
  handle.close(onHandleClosed);
}

/** As `closeHandle`, so that the peer sees a reset. False where that cannot be done. */
export function resetHandle(handle: BareHandle): boolean {
  return handle.reset(onHandleClosed) === 0;
}

/**
 * One function for all, and the handle let go of everything: Node's collector of young objects keeps
 * closed handles, and all that they refer to, until it has gone through the old ones.
 */
function onHandleClosed(this: BareHandle): void {
  if (!ways) return;
  const owned = this as unknown as Record<symbol, HandleOwner | null>;
  const owner = owned[ways.owner];
  owned[ways.owner] = null;
  owner?.reader.onClosed();
}

/** Makes a socket of it to see what Node does; the handle may have another owner afterwards. */
function waysOf(handle: BareHandle): HandleWays | null {
  const socket = socketOf(handle);
  const find = (object: object, name: string): symbol | undefined =>
    Object.getOwnPropertySymbols(object).find(({ description }) => description === name);
  const owner = find(handle, 'owner_symbol');
  const buffer = find(socket, 'kBuffer');
  const callback = find(socket, 'kBufferCb');
  const nextBuffer = find(socket, 'kBufferGen');
  const updateTimer = find(Socket.prototype, 'kUpdateTimer');
  const needed = [handle.getpeername, handle.useUserBuffer, handle.readStop, handle.reset];
  const isComplete = needed.every((method) => typeof method === 'function') && handle.fd >= 0;
  if (!owner || !buffer || !callback || !nextBuffer || !updateTimer || !isComplete) return null;
  Object.defineProperties(HandleOwner.prototype, {
    [buffer]: { value: READ_BUFFER },
    [callback]: { value: HandleOwner.prototype.onRead },
    [nextBuffer]: { value: null },
    [updateTimer]: { value() {} },
  });
  return { owner, onread: handle.onread };
}
