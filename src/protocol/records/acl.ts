/** ACL entries (ZooKeeper's data.ACL and data.Id) and the permission bits. */
import { type Infer, int, record, ustring, vector } from '../jute/schema.ts';

/** READ 1, WRITE 2, CREATE 4, DELETE 8, ADMIN 16. */
export const Permission = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const;

const LETTERS = [
  ['c', Permission.create],
  ['d', Permission.delete],
  ['r', Permission.read],
  ['w', Permission.write],
  ['a', Permission.admin],
] as const;

/** Of `cdrwa`, in that order. */
export function permissionLetters(perms: number): string {
  return LETTERS.map(([letter, bit]) => ((perms & bit) === 0 ? '' : letter)).join('');
}

export type Id = Infer<typeof Id>;
export const Id = record('Id', { scheme: ustring, id: ustring });

export type Acl = Infer<typeof Acl>;
export const Acl = record('ACL', { perms: int, id: Id });

export type AclList = readonly Acl[];
export const AclVector = vector(Acl);
