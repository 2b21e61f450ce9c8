/**
 * create, create2, createContainer and createTTL: a new node. They differ in what the request
 * holds, what the txn is, and whether the reply has the Stat; the judgement is one.
 *
 * The order of the checks is Java's, and so are its oddities: create and create2 with the flag of a
 * container make a plain node, createContainer makes a container whatever the flag says.
 */
import { parentPath, pathProblem } from '../../../base/path-rules.ts';
import { createModeFacts } from '../../../protocol/create-mode.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import type { BinaryWriter } from '../../../protocol/jute/binary-writer.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { type AclList, Permission } from '../../../protocol/records/acl.ts';
import {
  CreateRequest,
  CreateResponse,
  CreateTtlRequest,
} from '../../../protocol/records/node-ops.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import {
  CONTAINER_OWNER,
  ephemeralTypeOf,
  TTL_MS_MAX,
  ttlOwner,
} from '../../tree/ephemeral-type.ts';
import { type AclDemand, type PrepContext, replyStat, writeOperation } from '../operation.ts';
import type { ChangeRecord } from '../outstanding-changes.ts';
import { quotaProblem } from '../quota-rules.ts';
import type { TxnResult } from '../server-database.ts';
import type { Txn } from '../txn.ts';

type CreateType =
  | typeof OpCode.create
  | typeof OpCode.create2
  | typeof OpCode.createContainer
  | typeof OpCode.createTtl;

interface Wanted {
  readonly type: CreateType;
  readonly flags: number;
  readonly path: string | null;
  readonly data: Uint8Array | null;
  readonly acl: AclList | null;
  /** Milliseconds; -1 where the request has none. */
  readonly ttl: number;
}

/** Written out: a spread would cost more than the rest of the judgement. */
function withoutTtl(type: CreateType, { path, data, acl, flags }: CreateRequest): Wanted {
  return { type, flags, path, data, acl, ttl: -1 };
}

/** Ten digits at least; a sign counts as one, as in Java's `%010d`. */
function sequenceSuffix(counter: number): string {
  if (counter >= 0) return String(counter).padStart(10, '0');
  return `-${String(-counter).padStart(9, '0')}`;
}

function modeProblem(context: PrepContext, wanted: Wanted): ErrorCode {
  const mode = createModeFacts(wanted.flags);
  if (mode === undefined) return ErrorCode.BadArguments;
  if (mode.isTtl && !context.options.extendedTypesEnabled) return ErrorCode.Unimplemented;
  const hasTtl = wanted.ttl >= 1 && wanted.ttl <= TTL_MS_MAX;
  if (mode.isTtl && !hasTtl) return ErrorCode.BadArguments;
  // Compat: Java builds a txn with a negative ttl here and stops; it has no good answer to copy.
  if (!mode.isTtl && wanted.type === OpCode.createTtl) return ErrorCode.BadArguments;
  return ErrorCode.Ok;
}

function ownerOf(context: PrepContext, wanted: Wanted): bigint {
  if (wanted.type === OpCode.createContainer) return CONTAINER_OWNER;
  if (wanted.type === OpCode.createTtl) return ttlOwner(wanted.ttl, context.options);
  return createModeFacts(wanted.flags)?.isEphemeral ? context.sessionId : 0n;
}

interface Judged {
  readonly path: string;
  readonly acl: AclList;
  readonly parentCVersion: number;
  readonly contentCrc: number;
}

function txnOf(wanted: Wanted, { path, acl, parentCVersion, contentCrc }: Judged): Txn {
  const { data } = wanted;
  switch (wanted.type) {
    case OpCode.createContainer:
      return { type: wanted.type, body: { path, data, acl, parentCVersion }, contentCrc };
    case OpCode.createTtl: {
      const body = { path, data, acl, parentCVersion, ttl: wanted.ttl };
      return { type: wanted.type, body, contentCrc };
    }
    default: {
      const ephemeral = createModeFacts(wanted.flags)?.isEphemeral ?? false;
      const body = { path, data, acl, ephemeral, parentCVersion };
      return { type: wanted.type, body, contentCrc };
    }
  }
}

interface Place {
  readonly parent: ChangeRecord;
  readonly path: string;
  readonly acl: AclList;
}

/** Where the node goes, with its sequence number, or why it may not go there. */
function findPlace(context: PrepContext, wanted: Wanted): Place | ErrorCode {
  const asked = wanted.path;
  if (asked === null) return ErrorCode.MarshallingError;
  const slash = asked.lastIndexOf('/');
  if (slash < 0 || asked.includes('\0')) return ErrorCode.BadArguments;
  const acl = context.access.fixup(wanted.acl, context.authIds);
  if (typeof acl === 'number') return acl;
  const parent = context.changes.get(asked.slice(0, slash));
  if (parent === null) return ErrorCode.NoNode;
  if (!context.access.isAllowed(parent.acl, Permission.create, context.authIds)) {
    return ErrorCode.NoAuth;
  }
  const isSequential = createModeFacts(wanted.flags)?.isSequential ?? false;
  const path = isSequential ? asked + sequenceSuffix(parent.cversion) : asked;
  if (pathProblem(path) !== null) return ErrorCode.BadArguments;
  if (context.changes.get(path) !== null) return ErrorCode.NodeExists;
  if (ephemeralTypeOf(parent.owner, context.options) === 'normal') {
    return ErrorCode.NoChildrenForEphemerals;
  }
  return { parent, path, acl };
}

function prepCreate(context: PrepContext, wanted: Wanted): Txn | ErrorCode {
  const problem = modeProblem(context, wanted);
  if (problem !== ErrorCode.Ok) return problem;
  const place = findPlace(context, wanted);
  if (typeof place === 'number') return place;
  const { parent, path, acl } = place;
  const bytes = wanted.data?.length ?? 0;
  if (quotaProblem(context, path, { count: 1, bytes })) return ErrorCode.QuotaExceeded;
  const { changes, zxid, time } = context;
  const after = changes.begin(parent, zxid);
  after.childCount++;
  const parentCVersion = (after.cversion + 1) | 0;
  if (parentCVersion > after.cversion) {
    // The tree raises the two only together and only upwards, and the digest must agree with it.
    after.cversion = parentCVersion;
    after.pzxid = zxid;
  }
  changes.commit(after);
  const owner = ownerOf(context, wanted);
  const contentCrc = changes.create({ path, data: wanted.data, acl, owner, zxid, time });
  return txnOf(wanted, { path, acl, parentCVersion, contentCrc });
}

function createsEphemeral({ flags }: CreateRequest): boolean {
  return createModeFacts(flags)?.isEphemeral ?? false;
}

function aclDemand({ path, acl }: CreateRequest): AclDemand | null {
  if (path === null || !path.includes('/') || path.includes('\0')) return null;
  return { path: parentPath(path), permission: Permission.create, acl };
}

function replyPath(writer: BinaryWriter, { path }: TxnResult): void {
  CreateResponse.write(writer, { path });
}

function replyPathAndStat(writer: BinaryWriter, result: TxnResult, tree: DataTree): void {
  writer.ustring(result.path);
  replyStat(writer, result, tree);
}

export const create = writeOperation({
  kind: 'write',
  name: 'create',
  shortName: 'CREA',
  request: CreateRequest,
  createsEphemeral,
  aclDemand,
  prep: (context, request) => prepCreate(context, withoutTtl(OpCode.create, request)),
  reply: replyPath,
});

export const create2 = writeOperation({
  kind: 'write',
  name: 'create2',
  shortName: 'CREA',
  request: CreateRequest,
  createsEphemeral,
  aclDemand,
  prep: (context, request) => prepCreate(context, withoutTtl(OpCode.create2, request)),
  reply: replyPathAndStat,
});

export const createContainer = writeOperation({
  kind: 'write',
  name: 'createContainer',
  shortName: 'CREA',
  request: CreateRequest,
  prep: (context, request) => prepCreate(context, withoutTtl(OpCode.createContainer, request)),
  reply: replyPathAndStat,
});

export const createTtl = writeOperation({
  kind: 'write',
  name: 'createTtl',
  shortName: 'CREA',
  request: CreateTtlRequest,
  prep: (context, request) => prepCreate(context, { ...request, type: OpCode.createTtl }),
  reply: replyPathAndStat,
});
