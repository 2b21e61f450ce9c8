// Request frames of the client protocol, encoded by hand once and then sent as they are. Not the
// project's own codec on purpose: the load generator must stay the same when that codec changes,
// and must judge a server without sharing its mistakes.

import { Buffer } from 'node:buffer';

export const OpCode = {
  create: 1,
  getData: 4,
  setData: 5,
  getChildren: 8,
  ping: 11,
  closeSession: -11,
} as const;

export const CreateFlags = { persistent: 0, ephemeral: 1 } as const;

/** Length prefix, xid, zxid and err of a reply. */
export const REPLY_HEADER_BYTES = 20;

const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};

const counted = (bytes: Buffer): Buffer => Buffer.concat([int(bytes.length), bytes]);
const text = (value: string): Buffer => counted(Buffer.from(value, 'utf8'));
const flag = (value: boolean): Buffer => Buffer.from([value ? 1 : 0]);
const frame = (parts: readonly Buffer[]): Buffer => counted(Buffer.concat(parts));

const openToAll = Buffer.concat([int(1), int(31), text('world'), text('anyone')]);

/** Data whose bytes are not all the same, so that no layer can shrink it by accident. */
export const fillData = (bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 131 + 7) & 0xff));

export const encodeConnect = (sessionTimeoutMs: number): Buffer =>
  frame([
    int(0),
    long(0n),
    int(sessionTimeoutMs),
    long(0n),
    counted(Buffer.alloc(16)),
    flag(false),
  ]);

export interface CreateFields {
  readonly xid: number;
  readonly path: string;
  readonly data: Buffer;
  readonly flags?: number;
}

export const encodeCreate = ({ xid, path, data, flags }: CreateFields): Buffer =>
  frame([
    int(xid),
    int(OpCode.create),
    text(path),
    counted(data),
    openToAll,
    int(flags ?? CreateFlags.persistent),
  ]);

export interface ReadFields {
  readonly xid: number;
  readonly path: string;
  readonly watch?: boolean;
}

export const encodeGetData = ({ xid, path, watch }: ReadFields): Buffer =>
  frame([int(xid), int(OpCode.getData), text(path), flag(watch ?? false)]);

export const encodeGetChildren = ({ xid, path, watch }: ReadFields): Buffer =>
  frame([int(xid), int(OpCode.getChildren), text(path), flag(watch ?? false)]);

export interface SetDataFields {
  readonly xid: number;
  readonly path: string;
  readonly data: Buffer;
}

/** Version -1: whatever the version is. */
export const encodeSetData = ({ xid, path, data }: SetDataFields): Buffer =>
  frame([int(xid), int(OpCode.setData), text(path), counted(data), int(-1)]);

export const encodePing = (): Buffer => frame([int(-2), int(OpCode.ping)]);

export const encodeCloseSession = (xid: number): Buffer =>
  frame([int(xid), int(OpCode.closeSession)]);
