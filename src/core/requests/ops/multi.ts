/**
 * multi: several writes as one txn at one zxid, all or none. A later operation sees what the
 * earlier ones will have done; when one fails, what they would have done is forgotten and every
 * operation has an error result: 0 before the failing one, its error, RuntimeInconsistency behind.
 */
import { createModeFacts } from '../../../protocol/create-mode.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import type { BinaryReader } from '../../../protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../protocol/jute/binary-writer.ts';
import { JuteError } from '../../../protocol/jute/jute-error.ts';
import type { JuteType } from '../../../protocol/jute/schema.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { readMulti, writeMultiEnd, writeMultiHeader } from '../../../protocol/records/multi.ts';
import type { CreateRequest, CreateTtlRequest } from '../../../protocol/records/node-ops.ts';
import type { SubTxn } from '../../../protocol/records/txn.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { PrepContext, WriteOperation } from '../operation.ts';
import { writeOperation } from '../operation.ts';
import type { TxnResult } from '../server-database.ts';
import { errorTxn, type Txn, writeTxnBody } from '../txn.ts';
import { check } from './check.ts';
import { create, create2, createContainer, createTtl } from './create.ts';
import { deleteNode } from './delete.ts';
import { setData } from './set-data.ts';

interface Part {
  readonly operation: WriteOperation;
  readonly request: unknown;
}

const allowed = new Map<number, WriteOperation>([
  [OpCode.create, create],
  [OpCode.create2, create2],
  [OpCode.createContainer, createContainer],
  [OpCode.createTtl, createTtl],
  [OpCode.delete, deleteNode],
  [OpCode.setData, setData],
  [OpCode.check, check],
]);

/** Compat: Java decides by the flags, more than by the type, which create it is. */
function createByFlags(type: number, request: CreateRequest): WriteOperation {
  const mode = createModeFacts(request.flags);
  if (mode === undefined && type !== OpCode.createTtl) {
    throw new JuteError(`create flags ${request.flags}`);
  }
  if (mode?.isContainer) return createContainer;
  if (mode?.isTtl) {
    if (type !== OpCode.createTtl) throw new JuteError('a TTL node without a TTL');
    return createTtl;
  }
  // Seen with 3.9: 3.8 answers both as a create, and lets the flags have their way.
  if (type === OpCode.createContainer) return createContainer;
  return type === OpCode.create2 ? create2 : create;
}

function readPart(type: number, reader: BinaryReader): Part {
  const operation = allowed.get(type);
  if (operation === undefined) throw new JuteError(`operation ${type} in a multi`);
  const request = operation.request.read(reader);
  if ((request as { path: string | null }).path === null) throw new JuteError('a null path');
  switch (operation) {
    case create:
    case create2:
    case createContainer:
    case createTtl: {
      const wanted = request as CreateRequest | CreateTtlRequest;
      // Seen with 3.9; a TTL node's is judged with the rest of it.
      if (wanted.acl === null && type !== OpCode.createTtl) throw new JuteError('a null ACL');
      return { operation: createByFlags(type, wanted), request };
    }
    default:
      return { operation, request };
  }
}

const MultiRequest: JuteType<readonly Part[]> = {
  name: 'MultiRequest',
  read(reader) {
    const parts: Part[] = [];
    readMulti(reader, ({ type }) => parts.push(readPart(type, reader)));
    return parts;
  },
  write() {
    throw new JuteError('a server writes no multi request');
  },
  describe: (parts) => parts.map(({ operation }) => operation.name).join(' '),
};

/** Compat: create2 is logged as create, which is the same txn: Java 3.8 does not know it here. */
function encode(txn: Txn): SubTxn {
  const writer = new BinaryWriter();
  writeTxnBody(txn, writer);
  const type = txn.type === OpCode.create2 ? OpCode.create : txn.type;
  return { type, data: writer.take() };
}

function prepParts(context: PrepContext, parts: readonly Part[]): Txn[] {
  const mark = context.changes.mark();
  const txns: Txn[] = [];
  let failure: ErrorCode = ErrorCode.Ok;
  for (const { operation, request } of parts) {
    if (failure !== ErrorCode.Ok) {
      txns.push(errorTxn(ErrorCode.RuntimeInconsistency));
      continue;
    }
    const txn = operation.prep(context, request);
    if (typeof txn === 'number') failure = txn;
    txns.push(typeof txn === 'number' ? errorTxn(txn) : txn);
  }
  if (failure !== ErrorCode.Ok) context.changes.rollbackTo(mark);
  return txns;
}

function writeResult(writer: BinaryWriter, result: TxnResult, tree: DataTree): void {
  const operation = allowed.get(result.type);
  if (result.type === OpCode.error || operation === undefined) {
    writeMultiHeader(writer, OpCode.error, result.err);
    writer.int(result.err);
    return;
  }
  const hasStat = result.type === OpCode.createContainer || result.type === OpCode.createTtl;
  writeMultiHeader(writer, hasStat ? OpCode.create2 : result.type, ErrorCode.Ok);
  operation.reply(writer, result, tree);
}

export const multi = writeOperation({
  kind: 'write',
  name: 'multi',
  shortName: 'MULT',
  request: MultiRequest,
  prep(context, parts) {
    const txns = prepParts(context, parts);
    const answerTypes = txns.map(({ type }) => type);
    return { type: OpCode.multi, body: { txns: txns.map(encode) }, answerTypes };
  },
  createsEphemeral: (parts) =>
    parts.some(({ operation, request }) => operation.createsEphemeral?.(request) ?? false),
  answerTypes: (parts) =>
    parts.map(({ operation }) => (operation === create2 ? OpCode.create2 : undefined)),
  reply(writer, { results }, tree) {
    for (const result of results ?? []) writeResult(writer, result, tree);
    writeMultiEnd(writer);
  },
});
