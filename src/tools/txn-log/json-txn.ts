/** A txn as one line of JSON: everything that the record holds, data in base64. */
import { describeSessionId } from '../../base/session-id.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { nameOfType } from './describe-txn.ts';
import type { RawRecord } from './raw-log.ts';
import type { LoggedTxn } from './read-record.ts';

export function jsonOfTxn(record: RawRecord, logged: LoggedTxn): string {
  const { header, digest } = logged;
  return JSON.stringify({
    offset: record.offset,
    crc: record.isIntact ? 'ok' : 'error',
    time: new Date(header.time).toISOString(),
    session: describeSessionId(header.clientId),
    cxid: header.cxid,
    zxid: `0x${header.zxid.toString(16)}`,
    type: nameOfType(header.type),
    ...fieldsOf(logged),
    ...(digest !== null && { digest: String(digest.treeDigest) }),
  });
}

function fieldsOf({ txn, parts }: LoggedTxn): Record<string, unknown> {
  if (txn.type !== OpCode.multi) return plainFields(txn.body);
  return {
    txns: parts.map(({ type, body }) => ({ type: nameOfType(type), ...plainFields(body) })),
  };
}

function plainFields(body: object): Record<string, unknown> {
  const fields = Object.entries(body).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields.map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
