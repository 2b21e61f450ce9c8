/** exists: the Stat of a node. Its watch is also registered where there is no node. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { NO_NODE } from '../../tree/node-store.ts';
import { WatchMode } from '../../tree/watch-manager.ts';
import type { ReadContext, ReadOperation } from '../operation.ts';

export const exists: ReadOperation = {
  name: 'exists',
  shortName: 'EXIS',
  serve(context: ReadContext) {
    const { reader, tree, writer } = context;
    const path = reader.ustring();
    if (path === null) return ErrorCode.MarshallingError;
    if (path.includes('\0')) return ErrorCode.BadArguments;
    const watch = reader.bool();
    const node = tree.findPath(path);
    // Compat: since 3.9.2 and 3.8.4 a node without READ does not show its Stat (ZOOKEEPER-2590).
    if (node !== NO_NODE && !context.isAllowed(node, Permission.read)) return ErrorCode.NoAuth;
    if (watch) context.watches.add(context.connection, path, WatchMode.data);
    if (node === NO_NODE) return ErrorCode.NoNode;
    tree.writeStat(node, writer);
    return ErrorCode.Ok;
  },
  kind: 'read',
};
