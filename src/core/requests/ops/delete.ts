/** delete, and deleteContainer, which only the server asks for: it removes what is unused. */
import { parentPath } from '../../../base/path-rules.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { DeleteRequest, PathRequest } from '../../../protocol/records/node-ops.ts';
import { ephemeralTypeOf, ttlMsOf } from '../../tree/ephemeral-type.ts';
import { nextVersion, type PrepContext, writeOperation } from '../operation.ts';
import type { ChangeRecord } from '../outstanding-changes.ts';

const reserved = new Set(['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']);

function isDeletable(path: string): boolean {
  return path.includes('/') && !path.includes('\0') && !reserved.has(path);
}

/** Both nodes as they will be. */
function remove(context: PrepContext, parent: ChangeRecord, node: ChangeRecord): void {
  const after = context.changes.begin(parent, context.zxid);
  after.childCount--;
  after.pzxid = context.zxid;
  context.changes.commit(after);
  context.changes.delete(node, context.zxid);
}

export const deleteNode = writeOperation({
  kind: 'write',
  name: 'delete',
  shortName: 'DELE',
  request: DeleteRequest,
  aclDemand: ({ path }) =>
    path !== null && isDeletable(path)
      ? { path: parentPath(path), permission: Permission.delete }
      : null,
  prep(context, { path, version }) {
    if (path === null) return ErrorCode.MarshallingError;
    if (!isDeletable(path)) return ErrorCode.BadArguments;
    const { changes, access, authIds } = context;
    const parent = changes.get(parentPath(path));
    if (parent === null) return ErrorCode.NoNode;
    if (!access.isAllowed(parent.acl, Permission.delete, authIds)) return ErrorCode.NoAuth;
    const node = changes.get(path);
    if (node === null) return ErrorCode.NoNode;
    if (nextVersion(node.version, version) === null) return ErrorCode.BadVersion;
    if (node.childCount > 0) return ErrorCode.NotEmpty;
    remove(context, parent, node);
    return { type: OpCode.delete, body: { path } };
  },
  reply() {},
});

/**
 * The node was chosen by what is applied; what is outstanding may have put another one in its
 * place. Java asks only that it is no ephemeral, and can remove a plain node so.
 */
function isUnused({ options, time }: PrepContext, node: ChangeRecord): boolean {
  const ageMs = time - node.mtime;
  switch (ephemeralTypeOf(node.owner, options)) {
    case 'container': {
      const neverUsedMs = options.containerMaxNeverUsedMs;
      return node.cversion > 0 || (neverUsedMs !== 0 && ageMs > neverUsedMs);
    }
    case 'ttl':
      return ageMs > ttlMsOf(node.owner, options);
    default:
      return false;
  }
}

export const deleteContainer = writeOperation({
  kind: 'write',
  name: 'deleteContainer',
  shortName: 'DELE',
  request: PathRequest,
  prep(context, { path }) {
    if (path === null || reserved.has(path)) return ErrorCode.BadArguments;
    const parent = context.changes.get(parentPath(path));
    const node = context.changes.get(path);
    if (parent === null || node === null) return ErrorCode.NoNode;
    if (node.childCount > 0) return ErrorCode.NotEmpty;
    if (!isUnused(context, node)) return ErrorCode.BadVersion;
    remove(context, parent, node);
    return { type: OpCode.deleteContainer, body: { path } };
  },
  reply() {},
});
