// A ZooKeeper client down to its bytes: frames in, frames out, nothing checked, so that a test can
// send what no library would. It is written with plain Buffer code on purpose and takes nothing
// from src/: an error shared by both sides of a comparison would never show.

import { connect, type Socket } from 'node:net';

const FRAME_TIMEOUT_MS = 15_000;
const ZERO_PASSWORD = Buffer.alloc(16);

/** Op codes as ZooKeeper's ZooDefs names them. */
export const Op = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getACL: 6,
  setACL: 7,
  getChildren: 8,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  createContainer: 19,
  deleteContainer: 20,
  createTTL: 21,
  multiRead: 22,
  auth: 100,
  setWatches: 101,
  sasl: 102,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  setWatches2: 105,
  addWatch: 106,
  whoAmI: 107,
  createSession: -10,
  closeSession: -11,
} as const;

export const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};

export const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt.asIntN(64, value));
  return bytes;
};

export const bool = (value: boolean): Buffer => Buffer.of(value ? 1 : 0);

export const buf = (value: Uint8Array | string | null): Buffer => {
  if (value === null) return int(-1);
  const bytes = Buffer.from(value);
  return Buffer.concat([int(bytes.length), bytes]);
};

/** A ustring; null is length -1. */
export const str = (value: string | null): Buffer => buf(value);

export const vec = (items: readonly Buffer[] | null): Buffer =>
  items === null ? int(-1) : Buffer.concat([int(items.length), ...items]);

export const strings = (items: readonly string[] | null): Buffer =>
  vec(items === null ? null : items.map(str));

export const cat = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

export const acl = (perms: number, scheme: string | null, id: string | null): Buffer =>
  cat(int(perms), str(scheme), str(id));

export const openAcl = acl(31, 'world', 'anyone');

export interface RawReply {
  readonly xid: number;
  readonly zxid: bigint;
  readonly err: number;
  readonly body: Buffer;
}

export const parseReply = (frame: Buffer): RawReply => ({
  xid: frame.readInt32BE(0),
  zxid: frame.readBigInt64BE(4),
  err: frame.readInt32BE(12),
  body: frame.subarray(16),
});

/** A socket and the frames that came over it. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #frames: Buffer[] = [];
  #pending: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    // A reset is how some refusals end; both kinds of end read as "closed".
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
    socket.on('end', () => this.#end());
  }

  static open(port: number, host = '127.0.0.1'): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawConnection(socket));
      });
    });
  }

  /** Bytes as they are, without a length in front. */
  write(bytes: Uint8Array): void {
    if (!this.#ended) this.#socket.write(bytes);
  }

  sendFrame(payload: Uint8Array): void {
    this.write(Buffer.concat([int(payload.length), payload]));
  }

  /** The next frame without its length, or undefined once the server has closed. */
  async nextFrame(timeoutMs = FRAME_TIMEOUT_MS): Promise<Buffer | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.#ended) return undefined;
      const left = deadline - performance.now();
      if (left <= 0) {
        const { remotePort } = this.#socket;
        throw new Error(`No frame and no end within ${timeoutMs} ms from port ${remotePort}.`);
      }
      await this.#change(left);
    }
  }

  /** True when the server closed and nothing is left to read. */
  get isClosed(): boolean {
    return this.#ended && this.#frames.length === 0;
  }

  /** Drops the connection without closing the session. */
  destroy(): void {
    this.#socket.destroy();
    this.#end();
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #take(chunk: Buffer): void {
    let rest = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (rest.length >= 4) {
      const length = rest.readInt32BE(0);
      if (rest.length < 4 + length) break;
      this.#frames.push(rest.subarray(4, 4 + length));
      rest = rest.subarray(4 + length);
    }
    this.#pending = rest;
    this.#wake?.();
  }

  #end(): void {
    this.#ended = true;
    this.#wake?.();
  }
}

export interface RawConnectOptions {
  readonly host?: string;
  readonly timeOut?: number;
  readonly sessionId?: bigint;
  readonly passwd?: Uint8Array | null;
  readonly lastZxidSeen?: bigint;
  readonly protocolVersion?: number;
  /** Absent: the older form of 44 bytes, without the byte. */
  readonly readOnly?: boolean | undefined;
  /** How long any answer may take, the one to the connect request included. */
  readonly answerTimeoutMs?: number;
}

/** The body of a ConnectRequest; `readOnly: undefined` leaves the last byte out. */
export const connectBody = (options: RawConnectOptions = {}): Buffer =>
  cat(
    int(options.protocolVersion ?? 0),
    long(options.lastZxidSeen ?? 0n),
    int(options.timeOut ?? 10_000),
    long(options.sessionId ?? 0n),
    buf(options.passwd === undefined ? ZERO_PASSWORD : options.passwd),
    'readOnly' in options && options.readOnly === undefined
      ? Buffer.alloc(0)
      : bool(options.readOnly ?? false),
  );

/** A session over one connection. */
export class RawClient {
  readonly connection: RawConnection;
  readonly sessionId: bigint;
  readonly passwd: Buffer;
  readonly timeOut: number;
  /** Watch notifications in the order they came, until somebody takes them. */
  readonly events: RawReply[] = [];
  readonly #answerTimeoutMs: number | undefined;
  #xid = 0;

  private constructor(connection: RawConnection, response: Buffer, answerTimeoutMs?: number) {
    this.connection = connection;
    this.#answerTimeoutMs = answerTimeoutMs;
    this.timeOut = response.readInt32BE(4);
    this.sessionId = response.readBigInt64BE(8);
    this.passwd = response.subarray(20, 36);
  }

  static async connect(port: number, options: RawConnectOptions = {}): Promise<RawClient> {
    const connection = await RawConnection.open(port, options.host);
    connection.sendFrame(connectBody(options));
    try {
      const response = await connection.nextFrame(options.answerTimeoutMs);
      if (response === undefined) throw new Error(`Port ${port} closed instead of answering.`);
      return new RawClient(connection, response, options.answerTimeoutMs);
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** Sends without waiting; gives the xid used. */
  send(type: number, body: Uint8Array = Buffer.alloc(0), xid = this.nextXid()): number {
    this.connection.sendFrame(Buffer.concat([int(xid), int(type), body]));
    return xid;
  }

  nextXid(): number {
    this.#xid += 1;
    return this.#xid;
  }

  /** The next frame that is no notification (those go to `events`); undefined once closed. */
  async nextReply(): Promise<RawReply | undefined> {
    for (;;) {
      const frame = await this.connection.nextFrame(this.#answerTimeoutMs);
      if (frame === undefined) return undefined;
      const reply = parseReply(frame);
      if (reply.xid !== -1) return reply;
      this.events.push(reply);
    }
  }

  /** Sends and awaits the answer; undefined when the server closed instead. */
  request(type: number, body?: Uint8Array, xid?: number): Promise<RawReply | undefined> {
    this.send(type, body ?? Buffer.alloc(0), xid ?? this.nextXid());
    return this.nextReply();
  }

  /** Sends and awaits the answer, which must be a success. */
  async must(type: number, body?: Uint8Array): Promise<RawReply> {
    const reply = await this.request(type, body);
    if (reply === undefined) throw new Error(`Op ${type}: the server closed.`);
    if (reply.err !== 0) throw new Error(`Op ${type}: error ${reply.err}.`);
    return reply;
  }

  async close(): Promise<void> {
    await this.request(Op.closeSession);
    this.connection.destroy();
  }
}
