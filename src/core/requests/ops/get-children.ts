/** getChildren and getChildren2: the names of a node's children, the second with its Stat. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { WatchMode } from '../../tree/watch-manager.ts';
import { missing, type ReadContext, type ReadOperation, readNode } from '../operation.ts';

function serveChildren(context: ReadContext, withStat: boolean): ErrorCode {
  const { reader, tree, writer } = context;
  const node = readNode(context);
  const watch = reader.bool();
  if (node <= 0) return missing(node);
  if (!context.isAllowed(node, Permission.read)) return ErrorCode.NoAuth;
  if (watch) context.watches.add(context.connection, tree.pathOf(node), WatchMode.child);
  tree.writeChildren(node, writer);
  if (withStat) tree.writeStat(node, writer);
  return ErrorCode.Ok;
}

export const getChildren: ReadOperation = {
  kind: 'read',
  name: 'getChildren',
  shortName: 'GETC',
  serve: (context) => serveChildren(context, false),
};

export const getChildren2: ReadOperation = {
  kind: 'read',
  name: 'getChildren2',
  shortName: 'GETC',
  serve: (context) => serveChildren(context, true),
};
