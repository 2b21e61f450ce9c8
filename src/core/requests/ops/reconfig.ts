/**
 * reconfig: other members for the ensemble. A txn on /zookeeper/config, by which its configuration
 * travels; what makes it count is that it is committed. A standalone server has no members.
 */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { ReconfigRequest } from '../../../protocol/records/node-ops.ts';
import { CONFIG_PATH } from '../../tree/data-tree.ts';
import { replyStat, writeOperation } from '../operation.ts';

/** Compat: of the node, always. */
const VERSION = -1;

export const reconfig = writeOperation({
  kind: 'write',
  name: 'reconfig',
  shortName: 'RECO',
  request: ReconfigRequest,
  prep(context, request) {
    const { options, membership, changes, access, authIds, zxid, time } = context;
    if (!options.reconfigEnabled) return ErrorCode.ReconfigDisabled;
    if (membership === null) return ErrorCode.Unimplemented;
    const data = membership.judge(request, zxid);
    if (typeof data === 'number') return data;
    const node = changes.get(CONFIG_PATH);
    if (node === null) return ErrorCode.NoNode;
    // Compat: by default nobody but `super` may, and that is found out last.
    if (!access.isAllowed(node.acl, Permission.write, authIds)) return ErrorCode.NoAuth;
    const after = changes.begin(node, zxid);
    after.version = VERSION;
    after.mzxid = zxid;
    after.mtime = time;
    after.dataLength = data.length;
    const contentCrc = changes.contentCrc(CONFIG_PATH, data);
    after.contentCrc = contentCrc;
    changes.commit(after);
    const body = { path: CONFIG_PATH, data, version: VERSION };
    return { type: OpCode.reconfig, body, contentCrc };
  },
  reply(writer, result, tree) {
    tree.writeData(result.node, writer);
    replyStat(writer, result, tree);
  },
});
