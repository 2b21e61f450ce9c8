/**
 * What a client's frame asks for: the reverse of `encodeAsk`, for clients that write their requests
 * themselves, as the real one does. What they ask is recorded, and judged, like everything else.
 */
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { AuthPacket, RequestHeader } from '../../protocol/records/connect.ts';
import { readMulti } from '../../protocol/records/multi.ts';
import {
  CheckVersionRequest,
  CreateRequest,
  CreateTtlRequest,
  DeleteRequest,
  GetEphemeralsRequest,
  PathRequest,
  PathWatchRequest,
  SetAclRequest,
  SetDataRequest,
} from '../../protocol/records/node-ops.ts';
import {
  AddWatchRequest,
  SetWatches,
  SetWatches2,
  WatcherTypeRequest,
} from '../../protocol/records/watches.ts';
import type { CreateOpCode, MultiReadItem, PartAsk, ReadAsk, SentAsk } from './client-request.ts';

export interface SentFrame {
  readonly xid: number;
  readonly ask: SentAsk;
}

/** Throws on what no simulated client sends, and where bytes are left over. */
export function readSentFrame(frame: Uint8Array): SentFrame {
  const reader = new BinaryReader(frame);
  const { xid, type } = RequestHeader.read(reader);
  const ask = readAsk(type, reader);
  if (reader.remaining > 0) throw new Error(`${ask.kind}: ${reader.remaining} bytes left over`);
  return { xid, ask };
}

function readAsk(type: number, reader: BinaryReader): SentAsk {
  switch (type) {
    case OpCode.setAcl: {
      const { path, acl, version } = SetAclRequest.read(reader);
      return { kind: 'setAcl', path: path ?? '', acl: acl ?? [], version };
    }
    case OpCode.multi: {
      const parts: PartAsk[] = [];
      readMulti(reader, (header) => {
        const part = readPart(header.type, reader);
        if (part === null) throw new Error(`a part of type ${header.type}`);
        parts.push(part);
      });
      return { kind: 'multi', parts };
    }
    case OpCode.closeSession:
      return { kind: 'closeSession' };
    case OpCode.auth: {
      const { scheme, auth } = AuthPacket.read(reader);
      return { kind: 'auth', scheme: scheme ?? '', auth: auth ?? new Uint8Array(0) };
    }
    default: {
      const part = readPart(type, reader);
      if (part?.kind === 'check') throw new Error('a check, which has no answer by itself');
      return part ?? readRead(type, reader) ?? readWatching(type, reader);
    }
  }
}

function readPart(type: number, reader: BinaryReader): PartAsk | null {
  switch (type) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
    case OpCode.createTtl:
      return readCreate(type, reader);
    case OpCode.delete: {
      const { path, version } = DeleteRequest.read(reader);
      return { kind: 'delete', path: path ?? '', version };
    }
    case OpCode.setData: {
      const { path, data, version } = SetDataRequest.read(reader);
      return { kind: 'setData', path: path ?? '', data, version };
    }
    case OpCode.check: {
      const { path, version } = CheckVersionRequest.read(reader);
      return { kind: 'check', path: path ?? '', version };
    }
    default:
      return null;
  }
}

function readCreate(type: CreateOpCode, reader: BinaryReader): PartAsk {
  const ttled = type === OpCode.createTtl ? CreateTtlRequest.read(reader) : null;
  const { path, data, acl, flags } = ttled ?? CreateRequest.read(reader);
  const ttl = ttled?.ttl ?? 0;
  return { kind: 'create', type, path: path ?? '', data, acl: acl ?? [], flags, ttl };
}

const WATCHED_READS = new Map([
  [OpCode.exists, 'exists'],
  [OpCode.getData, 'getData'],
  [OpCode.getChildren, 'getChildren'],
  [OpCode.getChildren2, 'getChildren2'],
] as const);

const PATH_READS = new Map([
  [OpCode.getAcl, 'getAcl'],
  [OpCode.sync, 'sync'],
  [OpCode.getAllChildrenNumber, 'getAllChildrenNumber'],
] as const);

function readRead(type: number, reader: BinaryReader): ReadAsk | null {
  const watched = (WATCHED_READS as ReadonlyMap<number, 'exists'>).get(type);
  if (watched !== undefined) {
    const { path, watch } = PathWatchRequest.read(reader);
    return { kind: watched, path: path ?? '', watch };
  }
  const plain = (PATH_READS as ReadonlyMap<number, 'sync'>).get(type);
  if (plain !== undefined) return { kind: plain, path: PathRequest.read(reader).path ?? '' };
  switch (type) {
    case OpCode.getEphemerals:
      return { kind: 'getEphemerals', path: GetEphemeralsRequest.read(reader).prefixPath ?? '' };
    case OpCode.multiRead:
      return { kind: 'multiRead', items: readItems(reader) };
    case OpCode.whoAmI:
      return { kind: 'whoAmI' };
    case OpCode.ping:
      return { kind: 'ping' };
    default:
      return null;
  }
}

function readItems(reader: BinaryReader): MultiReadItem[] {
  const items: MultiReadItem[] = [];
  readMulti(reader, ({ type }) => {
    const kind = type === OpCode.getData ? 'getData' : 'getChildren';
    items.push({ kind, path: PathWatchRequest.read(reader).path ?? '' });
  });
  return items;
}

function readWatching(type: number, reader: BinaryReader): ReadAsk {
  switch (type) {
    case OpCode.addWatch: {
      const { path, mode } = AddWatchRequest.read(reader);
      return { kind: 'addWatch', path: path ?? '', mode };
    }
    case OpCode.checkWatches:
    case OpCode.removeWatches: {
      const kind = type === OpCode.checkWatches ? 'checkWatches' : 'removeWatches';
      const { path, type: watcher } = WatcherTypeRequest.read(reader);
      return { kind, path: path ?? '', type: watcher };
    }
    case OpCode.setWatches: {
      const none = { persistentWatches: [], persistentRecursiveWatches: [] };
      return { kind: 'setWatches', watches: { ...SetWatches.read(reader), ...none } };
    }
    case OpCode.setWatches2:
      return { kind: 'setWatches2', watches: SetWatches2.read(reader) };
    default:
      throw new Error(`a request of type ${type}, which no simulated client sends`);
  }
}
