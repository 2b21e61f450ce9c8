/** setData: new data and the next version. */
import { pathProblem } from '../../../base/path-rules.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { SetDataRequest } from '../../../protocol/records/node-ops.ts';
import { nextVersion, replyStat, writeOperation } from '../operation.ts';
import { quotaProblem } from '../quota-rules.ts';

export const setData = writeOperation({
  kind: 'write',
  name: 'setData',
  shortName: 'SETD',
  request: SetDataRequest,
  aclDemand: ({ path }) => (path === null ? null : { path, permission: Permission.write }),
  prep(context, { path, data, version }) {
    const { changes, access, authIds, zxid, time } = context;
    if (path === null || pathProblem(path) !== null) return ErrorCode.BadArguments;
    const node = changes.get(path);
    if (node === null) return ErrorCode.NoNode;
    if (!access.isAllowed(node.acl, Permission.write, authIds)) return ErrorCode.NoAuth;
    const length = data?.length ?? 0;
    if (quotaProblem(context, path, { count: 0, bytes: length - node.dataLength })) {
      return ErrorCode.QuotaExceeded;
    }
    const next = nextVersion(node.version, version);
    if (next === null) return ErrorCode.BadVersion;
    const after = changes.begin(node, zxid);
    after.version = next;
    after.mzxid = zxid;
    after.mtime = time;
    after.dataLength = length;
    const contentCrc = changes.contentCrc(path, data);
    after.contentCrc = contentCrc;
    changes.commit(after);
    return { type: OpCode.setData, body: { path, data, version: next }, contentCrc };
  },
  reply: replyStat,
});
