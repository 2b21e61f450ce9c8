/** The body of a good reply, decoded by what was asked. */
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { AclList } from '../../protocol/records/acl.ts';
import { readMulti } from '../../protocol/records/multi.ts';
import {
  Create2Response,
  CreateResponse,
  ErrorResponse,
  ExistsResponse,
  GetAclResponse,
  GetAllChildrenNumberResponse,
  GetChildren2Response,
  GetChildrenResponse,
  GetDataResponse,
  GetEphemeralsResponse,
  SetDataResponse,
  SyncResponse,
  WhoAmIResponse,
} from '../../protocol/records/node-ops.ts';
import type { Stat } from '../../protocol/records/stat.ts';
import type { Ask } from './client-request.ts';

/** Only what the operation answers with is there. */
export interface ReplyBody {
  path?: string | null;
  stat?: Stat;
  data?: Uint8Array | null;
  acl?: AclList | null;
  /** Sorted: their order means nothing. */
  names?: readonly (string | null)[];
  count?: number;
  /** Of a multi or multiRead; `err` where that part failed. */
  parts?: readonly PartBody[];
  users?: readonly string[];
}

export interface PartBody extends ReplyBody {
  type: number;
  err: number;
}

/** Throws where there are bytes missing or left over. */
export function readReplyBody(ask: Ask, bytes: Uint8Array): ReplyBody {
  const reader = new BinaryReader(bytes);
  const body = read(ask, reader);
  if (reader.remaining > 0) throw new Error(`${ask.kind}: ${reader.remaining} bytes left over`);
  return body;
}

function read(ask: Ask, reader: BinaryReader): ReplyBody {
  switch (ask.kind) {
    case 'create':
      if (ask.type === OpCode.create) return CreateResponse.read(reader);
      return Create2Response.read(reader);
    case 'setData':
    case 'setAcl':
      return SetDataResponse.read(reader);
    case 'exists':
      return ExistsResponse.read(reader);
    case 'getData':
    case 'reconfig':
      return GetDataResponse.read(reader);
    case 'getAcl':
      return GetAclResponse.read(reader);
    case 'getChildren':
      return { names: sorted(GetChildrenResponse.read(reader).children) };
    case 'getChildren2': {
      const { children, stat } = GetChildren2Response.read(reader);
      return { names: sorted(children), stat };
    }
    case 'getEphemerals':
      return { names: sorted(GetEphemeralsResponse.read(reader).ephemerals) };
    case 'getAllChildrenNumber':
      return { count: GetAllChildrenNumberResponse.read(reader).totalNumber };
    case 'sync':
      return SyncResponse.read(reader);
    case 'whoAmI': {
      const { clientInfo } = WhoAmIResponse.read(reader);
      return { users: (clientInfo ?? []).map((each) => `${each.authScheme}:${each.user}`) };
    }
    case 'addWatch':
      return { count: ErrorResponse.read(reader).err };
    case 'multi':
    case 'multiRead':
      return { parts: readParts(reader) };
    default:
      return {};
  }
}

function readParts(reader: BinaryReader): PartBody[] {
  const parts: PartBody[] = [];
  readMulti(reader, ({ type, err }) => parts.push({ type, err, ...readPart(type, reader) }));
  return parts;
}

function readPart(type: number, reader: BinaryReader): ReplyBody {
  switch (type) {
    case OpCode.error:
      return { count: reader.int() };
    case OpCode.create:
      return CreateResponse.read(reader);
    case OpCode.create2:
      return Create2Response.read(reader);
    case OpCode.setData:
      return SetDataResponse.read(reader);
    case OpCode.getData:
      return GetDataResponse.read(reader);
    case OpCode.getChildren:
      return { names: sorted(GetChildrenResponse.read(reader).children) };
    default:
      return {};
  }
}

export function sorted(names: readonly (string | null)[] | null): (string | null)[] {
  return [...(names ?? [])].sort();
}
