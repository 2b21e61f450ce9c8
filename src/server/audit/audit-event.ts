/**
 * What is written to the audit log, field by field and line by line as by ZooKeeper's AuditEvent and
 * AuditHelper.
 */

import { describeSessionId } from '../../base/session-id.ts';
import { withoutDigest } from '../../core/requests/ops/get-acl.ts';
import type { TxnResult } from '../../core/requests/server-database.ts';
import type { AuditedWrite } from '../../core/requests/writes/audit.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { type AclList, permissionLetters } from '../../protocol/records/acl.ts';

/** What is undefined or null is left out. */
export interface AuditEvent {
  readonly session?: string;
  readonly user: string | null;
  readonly ip?: string;
  readonly operation: string;
  readonly znode?: string | null;
  readonly znode_type?: string | undefined;
  readonly acl?: string;
  readonly result: 'success' | 'failure' | 'invoked';
}

/** By the flags of the request. */
const ZNODE_TYPES: readonly string[] = [
  'persistent',
  'ephemeral',
  'persistent_sequential',
  'ephemeral_sequential',
  'container',
  'persistent_with_ttl',
  'persistent_sequential_with_ttl',
];

/** As ZooKeeper calls them; of others nothing is written. */
const OPERATIONS: Readonly<Record<string, string>> = {
  create: 'create',
  create2: 'create',
  createContainer: 'create',
  createTtl: 'create',
  delete: 'delete',
  setData: 'setData',
  setAcl: 'setAcl',
  reconfig: 'reconfig',
};

/** What the requests have that are told of. */
interface AnyRequest {
  readonly path?: string | null;
  readonly flags?: number;
  readonly acl?: AclList | null;
}

interface Part {
  readonly operation: { readonly name: string };
  readonly request: AnyRequest;
}

/** Of a multi one for each change, or one that it failed. */
export function auditEventsOf(write: AuditedWrite, result: TxnResult): AuditEvent[] {
  const { operation, request } = write;
  const actor = actorOf(write);
  const outcome = result.err === ErrorCode.Ok ? 'success' : 'failure';
  if (operation.name === 'multi') return multiEventsOf(actor, request as readonly Part[], result);
  const name = OPERATIONS[operation.name];
  if (name === undefined) return [];
  const part = { operation, request: request as AnyRequest };
  const acl = name === 'setAcl' ? { acl: aclText(part.request.acl ?? []) } : {};
  return [{ ...actor, operation: name, ...nodeOf(part, result), ...acl, result: outcome }];
}

function multiEventsOf(
  actor: ReturnType<typeof actorOf>,
  parts: readonly Part[],
  { err, results }: TxnResult,
): AuditEvent[] {
  const hasFailed = results?.some(({ type }) => type === OpCode.error) ?? true;
  if (err !== ErrorCode.Ok || hasFailed) {
    return [{ ...actor, operation: 'multiOperation', result: 'failure' }];
  }
  return parts.flatMap((part, at): AuditEvent[] => {
    const name = OPERATIONS[part.operation.name];
    const result = results?.[at];
    if (name === undefined || result === undefined) return [];
    return [{ ...actor, operation: name, ...nodeOf(part, result), result: 'success' }];
  });
}

function actorOf({ sessionId, connection, access }: AuditedWrite) {
  const users = access.userNames(connection.authIds).map(({ user }) => user);
  return {
    session: describeSessionId(sessionId),
    user: users.filter((user) => user.trim() !== '').join(',') || null,
    ip: connection.remote.address,
  };
}

/** A sequential node by the name that it got, if it got one. */
function nodeOf({ operation, request }: Part, result: TxnResult): Partial<AuditEvent> {
  const znode = result.path ?? request.path ?? null;
  if (OPERATIONS[operation.name] !== 'create') return { znode };
  return { znode, znode_type: ZNODE_TYPES[request.flags ?? -1] };
}

/**
 * Compat: the entries stand one behind the other, with nothing in between. Unlike Java's they have no
 * hash of a password: who may read the log may not log in.
 */
function aclText(acl: AclList): string {
  return acl
    .map(withoutDigest)
    .map(({ perms, id }) => `${id.scheme}:${id.id}:${permissionLetters(perms)}`)
    .join('');
}

/** Fields by tabs. Control characters in a path are escaped: they could forge a field, or a line. */
export function formatAuditEvent(event: AuditEvent): string {
  return FIELDS.flatMap((name) => {
    const value = event[name] ?? null;
    return value === null ? [] : [`${name}=${escaped(value)}`];
  }).join('\t');
}

/** In the order of the line. */
const FIELDS = [
  ...(['session', 'user', 'ip', 'operation'] as const),
  ...(['znode', 'znode_type', 'acl', 'result'] as const),
];

function escaped(value: string): string {
  return value.replace(/[\p{Cc}\u2028\u2029]/gu, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
