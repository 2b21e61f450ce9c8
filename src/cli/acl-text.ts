/** ACLs as they are typed and shown: `scheme:id:cdrwa`, with commas between (Java's AclParser). */
import type { Acl, Permission } from '../client/index.ts';
import type { Output } from './output.ts';

/** In the order in which they are shown. */
const LETTERS: readonly (readonly [letter: string, permission: Permission])[] = [
  ['c', 'create'],
  ['d', 'delete'],
  ['r', 'read'],
  ['w', 'write'],
  ['a', 'admin'],
];

export function permissionLetters(permissions: readonly Permission[]): string {
  return LETTERS.filter(([, permission]) => permissions.includes(permission))
    .map(([letter]) => letter)
    .join('');
}

/** Compat: what is wrong is complained of and left out; that nothing is left is for the caller. */
export function parseAcl(text: string, { complain }: Pick<Output, 'complain'>): Acl[] {
  return text.split(',').flatMap((entry): Acl[] => {
    const [first, last] = [entry.indexOf(':'), entry.lastIndexOf(':')];
    if (first === last) {
      complain(`${entry} does not have the form scheme:id:perm`);
      return [];
    }
    const permissions = parsePermissions(entry.slice(last + 1), complain);
    return [{ scheme: entry.slice(0, first), id: entry.slice(first + 1, last), permissions }];
  });
}

function parsePermissions(letters: string, complain: Output['complain']): Permission[] {
  const known = new Map(LETTERS);
  return [...letters].flatMap((letter) => {
    const permission = known.get(letter);
    if (permission !== undefined) return [permission];
    complain(`Unknown perm type: ${letter}`);
    return [];
  });
}

export function aclText(acl: readonly Acl[]): string {
  return acl
    .map(({ scheme, id, permissions }) => `${scheme}:${id}:${permissionLetters(permissions)}`)
    .join(',');
}
