/** getAllChildrenNumber: how many nodes there are below a node, at any depth. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { missing, type ReadOperation, readNode } from '../operation.ts';

export const getAllChildrenNumber: ReadOperation = {
  kind: 'read',
  name: 'getAllChildrenNumber',
  shortName: 'GETACN',
  serve(context) {
    const node = readNode(context);
    if (node <= 0) return missing(node);
    if (!context.isAllowed(node, Permission.read)) return ErrorCode.NoAuth;
    context.writer.int(context.tree.descendantCount(node));
    return ErrorCode.Ok;
  },
};
