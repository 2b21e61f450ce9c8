/**
 * What a simulated client asks for, as data, and its bytes. Independent of the server's operations
 * and of any client library: only the protocol's records are shared.
 */
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { AclList } from '../../protocol/records/acl.ts';
import { AuthPacket, ConnectRequest, Xid } from '../../protocol/records/connect.ts';
import { writeMultiEnd, writeMultiHeader } from '../../protocol/records/multi.ts';
import {
  CheckVersionRequest,
  CreateRequest,
  CreateTtlRequest,
  DeleteRequest,
  GetEphemeralsRequest,
  PathRequest,
  PathWatchRequest,
  ReconfigRequest,
  SetAclRequest,
  SetDataRequest,
} from '../../protocol/records/node-ops.ts';
import {
  AddWatchRequest,
  SetWatches,
  SetWatches2,
  WatcherTypeRequest,
} from '../../protocol/records/watches.ts';

export type CreateOpCode =
  | typeof OpCode.create
  | typeof OpCode.create2
  | typeof OpCode.createContainer
  | typeof OpCode.createTtl;

export interface CreateAsk {
  readonly kind: 'create';
  readonly type: CreateOpCode;
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: AclList;
  readonly flags: number;
  readonly ttl: number;
}

export type PartAsk =
  | CreateAsk
  | { readonly kind: 'delete'; readonly path: string; readonly version: number }
  | {
      readonly kind: 'setData';
      readonly path: string;
      readonly data: Uint8Array | null;
      readonly version: number;
    }
  | { readonly kind: 'check'; readonly path: string; readonly version: number };

export type WriteAsk =
  | Exclude<PartAsk, { kind: 'check' }>
  | {
      readonly kind: 'setAcl';
      readonly path: string;
      readonly acl: AclList;
      readonly version: number;
    }
  | { readonly kind: 'multi'; readonly parts: readonly PartAsk[] }
  | { readonly kind: 'closeSession' };

export type WatchedReadKind = 'exists' | 'getData' | 'getChildren' | 'getChildren2';

export interface MultiReadItem {
  readonly kind: 'getData' | 'getChildren';
  readonly path: string;
}

export type ReadAsk =
  | { readonly kind: WatchedReadKind; readonly path: string; readonly watch: boolean }
  | { readonly kind: 'getAcl' | 'sync' | 'getAllChildrenNumber'; readonly path: string }
  | { readonly kind: 'getEphemerals'; readonly path: string }
  | { readonly kind: 'multiRead'; readonly items: readonly MultiReadItem[] }
  | { readonly kind: 'whoAmI' | 'ping' }
  | { readonly kind: 'addWatch'; readonly path: string; readonly mode: number }
  | {
      readonly kind: 'checkWatches' | 'removeWatches';
      readonly path: string;
      readonly type: number;
    }
  | { readonly kind: 'setWatches' | 'setWatches2'; readonly watches: SetWatches2 };

export interface ReconfigAsk {
  readonly kind: 'reconfig';
  readonly joiningServers: string | null;
  readonly leavingServers: string | null;
  readonly newMembers: string | null;
  readonly curConfigId: number;
}

export type Ask =
  | WriteAsk
  | ReadAsk
  | ReconfigAsk
  | { readonly kind: 'auth'; readonly scheme: string; readonly auth: Uint8Array }
  /** What no client may send. It is no frame at all, or one that the server refuses. */
  | { readonly kind: 'garbage'; readonly hasHeader: boolean };

export type SentAsk = Exclude<Ask, { kind: 'garbage' }>;

const WRITES = new Set<Ask['kind']>(['create', 'delete', 'setData', 'setAcl', 'multi']);

export function isWrite(ask: Ask): ask is WriteAsk {
  return WRITES.has(ask.kind) || ask.kind === 'closeSession';
}

/** The xid that goes with the request; the session's own counter where there is no fixed one. */
export function fixedXid(ask: Ask): number | null {
  if (ask.kind === 'ping') return Xid.ping;
  if (ask.kind === 'auth') return Xid.auth;
  if (ask.kind === 'setWatches' || ask.kind === 'setWatches2') return Xid.setWatches;
  return null;
}

export function encodeConnect(request: ConnectRequest): Uint8Array {
  const writer = new BinaryWriter();
  const mark = writer.beginFrame();
  ConnectRequest.write(writer, request);
  writer.endFrame(mark);
  return writer.take();
}

export function encodeAsk(xid: number, ask: SentAsk): Uint8Array {
  const writer = new BinaryWriter();
  const mark = writer.beginFrame();
  writer.int(xid);
  writer.int(ask.kind === 'create' ? ask.type : OpCode[ask.kind]);
  writeBody(writer, ask);
  writer.endFrame(mark);
  return writer.take();
}

function writeBody(writer: BinaryWriter, ask: SentAsk): void {
  switch (ask.kind) {
    case 'create':
    case 'delete':
    case 'setData':
      return writePart(writer, ask);
    case 'setAcl':
      return SetAclRequest.write(writer, ask);
    case 'multi':
      for (const part of ask.parts) {
        writeMultiHeader(writer, part.kind === 'create' ? part.type : OpCode[part.kind], -1);
        writePart(writer, part);
      }
      return writeMultiEnd(writer);
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
      return PathWatchRequest.write(writer, ask);
    case 'getAcl':
    case 'sync':
    case 'getAllChildrenNumber':
      return PathRequest.write(writer, ask);
    case 'getEphemerals':
      return GetEphemeralsRequest.write(writer, { prefixPath: ask.path });
    case 'multiRead':
      for (const { kind, path } of ask.items) {
        writeMultiHeader(writer, OpCode[kind], -1);
        PathWatchRequest.write(writer, { path, watch: false });
      }
      return writeMultiEnd(writer);
    case 'addWatch':
      return AddWatchRequest.write(writer, ask);
    case 'checkWatches':
    case 'removeWatches':
      return WatcherTypeRequest.write(writer, ask);
    case 'setWatches':
      return SetWatches.write(writer, ask.watches);
    case 'setWatches2':
      return SetWatches2.write(writer, ask.watches);
    case 'auth':
      return AuthPacket.write(writer, { type: 0, scheme: ask.scheme, auth: ask.auth });
    case 'reconfig':
      return ReconfigRequest.write(writer, ask);
    case 'whoAmI':
    case 'ping':
    case 'closeSession':
      return;
  }
}

function writePart(writer: BinaryWriter, part: PartAsk): void {
  switch (part.kind) {
    case 'create':
      if (part.type === OpCode.createTtl) return CreateTtlRequest.write(writer, part);
      return CreateRequest.write(writer, part);
    case 'delete':
      return DeleteRequest.write(writer, part);
    case 'setData':
      return SetDataRequest.write(writer, part);
    case 'check':
      return CheckVersionRequest.write(writer, part);
  }
}

/** One short text for traces. */
export function describeAsk(ask: Ask): string {
  if (ask.kind === 'multi') return `multi(${ask.parts.map((part) => part.kind).join(' ')})`;
  return 'path' in ask ? `${ask.kind} ${ask.path}` : ask.kind;
}
