/** Access control lists as the application writes them. */
import { Permission as permissionBits, type Acl as WireAcl } from '../protocol/records/acl.ts';
import { describe } from './connect-string.ts';
import type { OperationName } from './machine/operation.ts';
import { badArguments } from './zookeeper-error.ts';

export type Permission = 'read' | 'write' | 'create' | 'delete' | 'admin';

export interface Acl {
  readonly permissions: readonly Permission[];
  /** `world`, `auth`, `digest`, `ip`, `x509`, `sasl` … */
  readonly scheme: string;
  readonly id: string;
}

const ALL: readonly Permission[] = ['read', 'write', 'create', 'delete', 'admin'];

/** Everybody may do everything. The default, as in Java's examples; think before you keep it. */
export const OPEN_ACL_UNSAFE: readonly Acl[] = [
  { permissions: ALL, scheme: 'world', id: 'anyone' },
];
/** Everybody may read. */
export const READ_ACL_UNSAFE: readonly Acl[] = [
  { permissions: ['read'], scheme: 'world', id: 'anyone' },
];
/** Whoever creates the node, by all identities that it has authenticated, may do everything. */
export const CREATOR_ALL_ACL: readonly Acl[] = [{ permissions: ALL, scheme: 'auth', id: '' }];

const OPEN_WIRE: readonly WireAcl[] = [
  { perms: permissionBits.all, id: { scheme: 'world', id: 'anyone' } },
];

export function wireAcl(
  acl: readonly Acl[] | undefined,
  where: { readonly operation: OperationName; readonly path: string },
): readonly WireAcl[] {
  if (acl === undefined || acl === OPEN_ACL_UNSAFE) return OPEN_WIRE;
  if (!Array.isArray(acl)) {
    throw badArguments(where.operation, `an acl is an array, not ${describe(acl)}`, where.path);
  }
  return acl.map((entry: Acl) => {
    const { permissions, scheme, id } = entry;
    if (typeof scheme !== 'string' || typeof id !== 'string' || !Array.isArray(permissions)) {
      const reason = 'an acl entry has permissions, scheme and id';
      throw badArguments(where.operation, reason, where.path);
    }
    let perms = 0;
    for (const permission of permissions as readonly Permission[]) {
      if (!ALL.includes(permission)) {
        const reason = `there is no permission ${describe(permission)}`;
        throw badArguments(where.operation, reason, where.path);
      }
      perms |= permissionBits[permission];
    }
    return { perms, id: { scheme, id } };
  });
}

export function aclOf(wire: readonly WireAcl[]): Acl[] {
  return wire.map(({ perms, id: { scheme, id } }) => ({
    permissions: ALL.filter((permission) => (perms & permissionBits[permission]) !== 0),
    scheme: scheme ?? '',
    id: id ?? '',
  }));
}
