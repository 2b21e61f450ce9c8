/** getAllChildrenNumber: how many nodes there are below a node, at any depth. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { missing, type ReadOperation, readNode } from '../operation.ts';

export const getAllChildrenNumber: ReadOperation = {
  kind: 'read',
  name: 'getAllChildrenNumber',
  shortName: 'GETACN',
  serve(context) {
    const before = context.reader.at;
    const node = readNode(context);
    const length = context.reader.at - before - 4;
    if (node <= 0) return missing(node);
    if (!context.isAllowed(node, Permission.read)) return ErrorCode.NoAuth;
    // Compat: the root by its name "" counts one more, as it stands under two names in Java.
    const isUnnamedRoot = node === context.tree.root && length === 0;
    context.writer.int(context.tree.descendantCount(node) + (isUnnamedRoot ? 1 : 0));
    return ErrorCode.Ok;
  },
};
