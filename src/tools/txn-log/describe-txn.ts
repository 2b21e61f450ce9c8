/**
 * describeLoggedTxn: a txn as ZooKeeper's TxnLogToolkit 3.9 prints it. Only the parts of a multi are
 * as 3.10 has them: before, their bytes were printed as if they were text.
 */
import type { Txn } from '../../core/requests/txn.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { AclList } from '../../protocol/records/acl.ts';
import type { CloseSessionTxn } from '../../protocol/records/txn.ts';
import { formatHex } from '../../server/four-letter-words/java-format.ts';
import { formatAcl, formatShortDate, formatUstring } from '../java-text.ts';
import type { LoggedTxn } from './read-record.ts';

const JAVA_NAMES: Readonly<Record<string, string>> = { setAcl: 'setACL', createTtl: 'createTTL' };
const NAMES = new Map<number, string>(
  Object.entries(OpCode).map(([name, type]) => [type, JAVA_NAMES[name] ?? name]),
);
const NO_PARENT_CVERSION = -1;

/** With the line's end. */
export function describeLoggedTxn({ header, txn, parts }: LoggedTxn): string {
  const { clientId, cxid, zxid, time, type } = header;
  const ids = `session 0x${formatHex(clientId)} cxid 0x${(cxid >>> 0).toString(16)}`;
  const body =
    txn.type === OpCode.multi ? parts.map(describePart).join(';') : describeBody(txn.body);
  const what = `zxid 0x${zxid.toString(16)} ${nameOfType(type)} ${body}`;
  return `${formatShortDate(time)} ${ids} ${what}\n`;
}

export function nameOfType(type: number): string {
  return NAMES.get(type) ?? `unknown ${type}`;
}

/** What is told of a record depends on its fields, as Java's toolkit asks for its class. */
function describeBody(body: Txn['body']): string {
  if ('timeOut' in body) return String(body.timeOut);
  if ('paths2Delete' in body) return describePaths(body.paths2Delete);
  if ('acl' in body && 'version' in body) {
    const list = (body.acl ?? []).map((each) => `s{${formatAcl(each)}}`).join(',');
    return `${formatUstring(body.path)},v{${list}},${body.version}`;
  }
  const isDeletion = 'path' in body && Object.keys(body).length === 1;
  return isDeletion ? formatUstring(body.path) : describeChange(body);
}

function describePaths(paths: CloseSessionTxn['paths2Delete']): string {
  return paths ? `v{${paths.map(formatUstring).join(',')}}` : '';
}

/** What may also be part of a multi, where a deletion is only its path. */
function describeChange(body: Txn['body']): string {
  if ('err' in body) return String(body.err);
  if ('ephemeral' in body) {
    return `${describeNode(body)},${body.ephemeral},${body.parentCVersion ?? NO_PARENT_CVERSION}`;
  }
  if ('ttl' in body) return `${describeNode(body)},${body.parentCVersion},${body.ttl}`;
  if ('parentCVersion' in body) return `${describeNode(body)},${body.parentCVersion}`;
  if ('data' in body) return `${body.path},${textOf(body.data)},${body.version}`;
  if ('version' in body) return `${body.path},${body.version}`;
  return 'path' in body ? String(body.path) : '';
}

function describePart({ type, body }: Txn): string {
  return `${nameOfType(type)}:${describeChange(body)}`;
}

interface CreatedNode {
  readonly path: string | null;
  readonly data: Uint8Array | null;
  readonly acl: AclList | null;
}

function describeNode({ path, data, acl }: CreatedNode): string {
  const list = acl === null ? 'null' : `[${acl.map((each) => `${formatAcl(each)}\n`).join(', ')}]`;
  return `${path},${textOf(data)},${list}`;
}

function textOf(data: Uint8Array | null): string {
  return data === null ? '' : Buffer.from(data).toString('utf8');
}
