/**
 * What a write must become: the txn and its results, from the request, the identities and the state
 * before it. ZooKeeper's rules written down a second time; the checkers compare.
 */
import { parentPath, pathProblem } from '../../base/path-rules.ts';
import type { Txn } from '../../core/requests/txn.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { CreateAsk, PartAsk, WriteAsk } from '../clients/client-request.ts';
import { fixedAcl, isEphemeral, type ModelNode, mayDo } from './model-node.ts';
import { applyTxn, type Nodes, NodesOverlay, type PartResult } from './model-tree.ts';

export interface WriteContext {
  readonly sessionId: bigint;
  readonly ids: readonly string[];
  readonly zxid: number;
  readonly time: number;
  readonly ephemerals: readonly string[];
  readonly closeSessionTxnEnabled: boolean;
}

export interface Verdict {
  /** One txn; the parts where the request is a multi. */
  readonly txns: readonly Txn[];
  readonly results: readonly PartResult[];
}

const PERM = { read: 1, write: 2, create: 4, delete: 8, admin: 16 } as const;
const RESERVED = new Set(['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']);
const TTL_MS_MAX = 2 ** 40 - 1;

export function judgeWrite(below: Nodes, ask: WriteAsk, context: WriteContext): Verdict {
  if (ask.kind === 'multi') return judgeMulti(below, ask.parts, context);
  const txn = asTxn(judgeOne(below, ask, context));
  return { txns: [txn], results: applied(new NodesOverlay(below), context, txn) };
}

function judgeMulti(below: Nodes, parts: readonly PartAsk[], context: WriteContext): Verdict {
  const nodes = new NodesOverlay(below);
  const txns: Txn[] = [];
  const results: PartResult[] = [];
  let hasFailed = false;
  for (const part of parts) {
    if (hasFailed) {
      txns.push(asTxn(ErrorCode.RuntimeInconsistency));
      continue;
    }
    const txn = asTxn(judgeOne(nodes, inMulti(part), context));
    txns.push(txn);
    hasFailed = txn.type === OpCode.error;
    if (!hasFailed) results.push(...applied(nodes, context, txn));
  }
  if (!hasFailed) return { txns, results };
  return {
    txns,
    results: txns.map((txn) => ({
      type: OpCode.error,
      err: txn.type === OpCode.error ? txn.body.err : 0,
    })),
  };
}

/** In a multi the flags alone decide which create it is. */
function inMulti(part: PartAsk): PartAsk {
  if (part.kind !== 'create') return part;
  if (part.flags === 4) return { ...part, type: OpCode.createContainer };
  if (part.type === OpCode.createTtl && part.flags >= 5) return part;
  return { ...part, type: part.type === OpCode.create2 ? OpCode.create2 : OpCode.create };
}

function applied(nodes: Nodes, context: WriteContext, txn: Txn): PartResult[] {
  const origin = { clientId: context.sessionId, zxid: context.zxid, time: context.time };
  return applyTxn({ nodes, origin, changes: [] }, txn);
}

function asTxn(judged: Txn | number): Txn {
  if (typeof judged !== 'number') return judged;
  return { type: OpCode.error, body: { err: judged } };
}

type OneAsk = Exclude<WriteAsk, { kind: 'multi' }> | PartAsk;

function judgeOne(nodes: Nodes, ask: OneAsk, context: WriteContext): Txn | number {
  switch (ask.kind) {
    case 'create':
      return judgeCreate(nodes, ask, context);
    case 'delete':
      return judgeDelete(nodes, ask, context);
    case 'setData': {
      const node = existing(nodes, { path: ask.path, perm: PERM.write }, context);
      if (typeof node === 'number') return node;
      const version = versionAfter(node.version, ask.version);
      if (version === null) return ErrorCode.BadVersion;
      return { type: OpCode.setData, body: { path: ask.path, data: ask.data, version } };
    }
    case 'setAcl': {
      if (pathProblem(ask.path) !== null) return ErrorCode.BadArguments;
      const acl = fixedAcl(ask.acl, context.ids);
      if (acl === null) return ErrorCode.InvalidAcl;
      const node = existing(nodes, { path: ask.path, perm: PERM.admin }, context);
      if (typeof node === 'number') return node;
      const version = versionAfter(node.aversion, ask.version);
      if (version === null) return ErrorCode.BadVersion;
      return { type: OpCode.setAcl, body: { path: ask.path, acl, version } };
    }
    case 'check': {
      const node = existing(nodes, { path: ask.path, perm: PERM.read }, context);
      if (typeof node === 'number') return node;
      const version = versionAfter(node.version, ask.version);
      if (version === null) return ErrorCode.BadVersion;
      return { type: OpCode.check, body: { path: ask.path, version } };
    }
    case 'closeSession': {
      const paths2Delete = context.closeSessionTxnEnabled ? context.ephemerals : undefined;
      return { type: OpCode.closeSession, body: { paths2Delete } };
    }
  }
}

function existing(
  nodes: Nodes,
  { path, perm }: { readonly path: string; readonly perm: number },
  { ids }: WriteContext,
): ModelNode | number {
  if (pathProblem(path) !== null) return ErrorCode.BadArguments;
  const node = nodes.get(path);
  if (node === null) return ErrorCode.NoNode;
  return mayDo(node.acl, perm, ids) ? node : ErrorCode.NoAuth;
}

function versionAfter(current: number, expected: number): number | null {
  if (expected !== -1 && expected !== current) return null;
  return current + 1;
}

function judgeDelete(
  nodes: Nodes,
  { path, version }: Extract<PartAsk, { kind: 'delete' }>,
  { ids }: WriteContext,
): Txn | number {
  if (!path.includes('/') || RESERVED.has(path)) return ErrorCode.BadArguments;
  const parent = nodes.get(parentPath(path));
  if (parent === null) return ErrorCode.NoNode;
  if (!mayDo(parent.acl, PERM.delete, ids)) return ErrorCode.NoAuth;
  const node = nodes.get(path);
  if (node === null) return ErrorCode.NoNode;
  if (version !== -1 && version !== node.version) return ErrorCode.BadVersion;
  if (node.children.size > 0) return ErrorCode.NotEmpty;
  return { type: OpCode.delete, body: { path } };
}

function judgeCreate(nodes: Nodes, ask: CreateAsk, context: WriteContext): Txn | number {
  const { type, flags, ttl } = ask;
  if (flags < 0 || flags > 6) return ErrorCode.BadArguments;
  const isTtl = flags >= 5;
  if (isTtl && (ttl < 1 || ttl > TTL_MS_MAX)) return ErrorCode.BadArguments;
  if (!isTtl && type === OpCode.createTtl) return ErrorCode.BadArguments;
  const slash = ask.path.lastIndexOf('/');
  if (slash < 0) return ErrorCode.BadArguments;
  const acl = fixedAcl(ask.acl, context.ids);
  if (acl === null) return ErrorCode.InvalidAcl;
  const parent = nodes.get(ask.path.slice(0, slash));
  if (parent === null) return ErrorCode.NoNode;
  if (!mayDo(parent.acl, PERM.create, context.ids)) return ErrorCode.NoAuth;
  const isSequential = flags === 2 || flags === 3 || flags === 6;
  const path = isSequential ? ask.path + String(parent.cversion).padStart(10, '0') : ask.path;
  if (pathProblem(path) !== null) return ErrorCode.BadArguments;
  if (nodes.get(path) !== null) return ErrorCode.NodeExists;
  if (isEphemeral(parent.owner)) return ErrorCode.NoChildrenForEphemerals;
  return createTxn(ask, { path, acl, parentCVersion: parent.cversion + 1 });
}

function createTxn(
  { type, flags, data, ttl }: CreateAsk,
  facts: { path: string; acl: ModelNode['acl']; parentCVersion: number },
): Txn {
  if (type === OpCode.createContainer) return { type, body: { ...facts, data } };
  if (type === OpCode.createTtl) return { type, body: { ...facts, data, ttl } };
  return { type, body: { ...facts, data, ephemeral: flags === 1 || flags === 3 } };
}
