/** check: holds when the node has the version. Only inside a multi (ZOOKEEPER-2623). */
import { pathProblem } from '../../../base/path-rules.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { CheckVersionRequest } from '../../../protocol/records/node-ops.ts';
import { nextVersion, writeOperation } from '../operation.ts';

export const check = writeOperation({
  kind: 'write',
  name: 'check',
  shortName: 'CHEC',
  request: CheckVersionRequest,
  prep(context, { path, version }) {
    if (path === null) return ErrorCode.MarshallingError;
    if (pathProblem(path) !== null) return ErrorCode.BadArguments;
    const node = context.changes.get(path);
    if (node === null) return ErrorCode.NoNode;
    if (!context.access.isAllowed(node.acl, Permission.read, context.authIds)) {
      return ErrorCode.NoAuth;
    }
    const next = nextVersion(node.version, version);
    if (next === null) return ErrorCode.BadVersion;
    return { type: OpCode.check, body: { path, version: next } };
  },
  reply() {},
});
