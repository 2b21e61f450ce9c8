/** getData: a node's data and Stat. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { WatchMode } from '../../tree/watch-manager.ts';
import { missing, type ReadContext, type ReadOperation, readNode } from '../operation.ts';

export const getData: ReadOperation = {
  kind: 'read',
  name: 'getData',
  shortName: 'GETD',
  serve(context: ReadContext) {
    const { reader, tree, writer } = context;
    const node = readNode(context);
    const watch = reader.bool();
    if (node <= 0) return missing(node);
    if (!context.isAllowed(node, Permission.read)) return ErrorCode.NoAuth;
    if (watch) context.watches.add(context.connection, tree.pathOf(node), WatchMode.data);
    tree.writeData(node, writer);
    tree.writeStat(node, writer);
    return ErrorCode.Ok;
  },
};
