/**
 * Who asks, by the header `Authorization: <scheme> <data>` (not HTTP's own schemes but ZooKeeper's, as
 * in `digest user:password` and `ip`), and whether they may.
 */
import { isIP } from 'node:net';
import type { AccessRules } from '../../core/requests/auth-provider.ts';
import type { AclList, Id } from '../../protocol/records/acl.ts';
import { Permission } from '../../protocol/records/acl.ts';
import type { ServingContext } from '../four-letter-words/word-context.ts';

export interface Asker {
  /** The header. */
  readonly authorization: string;
  readonly remoteAddress: string;
  /** Who it is already, by its certificate. */
  readonly authIds: readonly Id[];
}

/** Schemes that say nothing beside their name. */
const BY_CONNECTION: readonly string[] = ['ip', 'x509'];

/** Null where the header proves nothing. */
export function authenticate(access: AccessRules, asker: Asker): readonly Id[] | null {
  const [scheme = '', data = '', ...more] = asker.authorization.split(' ');
  const provider = more.length > 0 ? undefined : access.provider(scheme);
  if (provider === undefined || (data === '' && !BY_CONNECTION.includes(scheme))) return null;
  const ids = provider.authenticate(Buffer.from(data, 'utf8'), asker);
  return ids === null || ids.length === 0 ? null : ids;
}

const EACH = [
  Permission.read,
  Permission.write,
  Permission.create,
  Permission.delete,
  Permission.admin,
];

/** May they do everything with the node `/`? */
export function mayDoAll({ server, processor }: ServingContext, ids: readonly Id[]): boolean {
  const { tree } = server.database;
  const acl: AclList = tree.aclOf(tree.root);
  return EACH.every((permission) => processor.access.isAllowed(acl, permission, ids));
}

/** Where a proxy says whom it asks for, and is believed. */
export function forwardedAddress(header: string | undefined, remoteAddress: string): string {
  const first = header?.split(',')[0]?.trim() ?? '';
  return isIP(first) === 0 ? remoteAddress : first;
}
