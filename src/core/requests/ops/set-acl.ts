/** setACL: a new ACL and the next aversion; no other figure of the node changes. */
import { pathProblem } from '../../../base/path-rules.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { SetAclRequest } from '../../../protocol/records/node-ops.ts';
import { nextVersion, replyStat, writeOperation } from '../operation.ts';

export const setAcl = writeOperation({
  kind: 'write',
  name: 'setAcl',
  shortName: 'SETA',
  request: SetAclRequest,
  aclDemand: ({ path, acl }) =>
    path === null ? null : { path, permission: Permission.admin, acl },
  prep(context, { path, acl, version }) {
    const { changes, access, authIds, zxid } = context;
    if (path === null || pathProblem(path) !== null) return ErrorCode.BadArguments;
    const fixed = access.fixup(acl, authIds);
    if (typeof fixed === 'number') return fixed;
    const node = changes.get(path);
    if (node === null) return ErrorCode.NoNode;
    if (!access.isAllowed(node.acl, Permission.admin, authIds)) return ErrorCode.NoAuth;
    const next = nextVersion(node.aversion, version);
    if (next === null) return ErrorCode.BadVersion;
    const after = changes.begin(node, zxid);
    after.aversion = next;
    after.acl = fixed;
    changes.commit(after);
    return { type: OpCode.setAcl, body: { path, acl: fixed, version: next } };
  },
  reply: replyStat,
});
