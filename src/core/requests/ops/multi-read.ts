/** multiRead: several getData and getChildren at one zxid, each with its own result. No watches. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { JuteError } from '../../../protocol/jute/jute-error.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { Permission } from '../../../protocol/records/acl.ts';
import { readMulti, writeMultiEnd, writeMultiHeader } from '../../../protocol/records/multi.ts';
import type { NodeId } from '../../tree/node-store.ts';
import { missing, type ReadContext, type ReadOperation, readNode } from '../operation.ts';

interface Item {
  readonly type: number;
  readonly node: NodeId;
}

function readItems(context: ReadContext): Item[] {
  const items: Item[] = [];
  readMulti(context.reader, ({ type }) => {
    if (type !== OpCode.getData && type !== OpCode.getChildren) {
      throw new JuteError(`operation ${type} in a multiRead`);
    }
    const node = readNode(context);
    if (node === -1) throw new JuteError('a null path');
    items.push({ type, node });
    context.reader.bool();
  });
  return items;
}

function writeItem(context: ReadContext, { type, node }: Item): void {
  const { tree, writer } = context;
  const err =
    node <= 0
      ? missing(node)
      : context.isAllowed(node, Permission.read)
        ? ErrorCode.Ok
        : ErrorCode.NoAuth;
  if (err !== ErrorCode.Ok) {
    writeMultiHeader(writer, OpCode.error, err);
    writer.int(err);
    return;
  }
  writeMultiHeader(writer, type, ErrorCode.Ok);
  if (type === OpCode.getChildren) return tree.writeChildren(node, writer);
  tree.writeData(node, writer);
  tree.writeStat(node, writer);
}

export const multiRead: ReadOperation = {
  kind: 'read',
  name: 'multiRead',
  shortName: 'MLTR',
  serve(context) {
    for (const item of readItems(context)) writeItem(context, item);
    writeMultiEnd(context.writer);
    return ErrorCode.Ok;
  },
};
