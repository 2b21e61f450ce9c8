/**
 * getACL: a node's ACL and Stat, for those who may READ or ADMIN it. Who may only read it does not
 * see the digests, which could be attacked offline (CVE-2019-0201).
 */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { type Acl, AclVector, Permission } from '../../../protocol/records/acl.ts';
import { missing, type ReadOperation, readNode } from '../operation.ts';

export function withoutDigest(acl: Acl): Acl {
  if (acl.id.scheme !== 'digest') return acl;
  const user = (acl.id.id ?? '').split(':')[0] ?? '';
  return { perms: acl.perms, id: { scheme: 'digest', id: `${user}:x` } };
}

export const getAcl: ReadOperation = {
  kind: 'read',
  name: 'getAcl',
  shortName: 'GETA',
  serve(context) {
    const { tree, writer } = context;
    const node = readNode(context);
    if (node <= 0) return missing(node);
    const isAdmin = context.isAllowed(node, Permission.admin);
    if (!isAdmin && !context.isAllowed(node, Permission.read)) return ErrorCode.NoAuth;
    const acl = tree.aclOf(node);
    AclVector.write(writer, isAdmin ? acl : acl.map(withoutDigest));
    tree.writeStat(node, writer);
    return ErrorCode.Ok;
  },
};
