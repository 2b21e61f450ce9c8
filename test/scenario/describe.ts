/** The lines of a trace: one for each input and effect. */
import { describeZxid } from '../../src/base/zxid.ts';
import { describeTxn, readTxn, type Txn } from '../../src/core/requests/txn.ts';
import type { DiskOp } from '../../src/core/storage/disk.ts';
import { describeErrorCode } from '../../src/protocol/error-code.ts';
import { BinaryReader } from '../../src/protocol/jute/binary-reader.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import type { ConnectResponse } from '../../src/protocol/records/connect.ts';
import type { Stat } from '../../src/protocol/records/stat.ts';
import { TxnHeader } from '../../src/protocol/records/txn.ts';
import { EventType } from '../../src/protocol/watch-event.ts';
import { describeAsk } from '../../src/sim/clients/client-request.ts';
import type { PartBody, ReplyBody } from '../../src/sim/clients/reply-body.ts';
import type { ReceivedEvent, ReceivedReply } from './received.ts';

const OPEN_ACL = 'acl=[ACL{perms=31 id=Id{scheme="world" id="anyone"}}]';

export function describeConnected({ timeOut, sessionId }: ConnectResponse): string {
  return sessionId === 0n ? 'refused' : `connected session=${hex(sessionId)} timeout=${timeOut}`;
}

export function describeEvent({ type, path, zxid }: ReceivedEvent): string {
  const name = Object.entries(EventType).find(([, value]) => value === type)?.[0] ?? type;
  return `event ${name} ${path} zxid=${zxidText(zxid)}`;
}

export function describeReply({ xid, zxid, err, ask, body }: ReceivedReply): string {
  const what = ask === null ? 'unasked' : describeAsk(ask);
  const outcome = err === 0 ? describeBody(body) : ` ${describeErrorCode(err)}`;
  return `reply ${xid} ${what} zxid=${zxidText(zxid)}${outcome}`;
}

function describeBody(body: ReplyBody): string {
  const parts: string[] = [];
  if (body.path !== undefined) parts.push(`path=${body.path}`);
  if (body.data !== undefined) parts.push(`data=${dataText(body.data)}`);
  if (body.names !== undefined) parts.push(`[${body.names.join(' ')}]`);
  if (body.users !== undefined) parts.push(`[${body.users.join(' ')}]`);
  if (body.count !== undefined) parts.push(`count=${body.count}`);
  if (body.acl !== undefined) {
    const entries = (body.acl ?? []).map(({ perms, id }) => `${id.scheme}:${id.id}:${perms}`);
    parts.push(`acl=[${entries.join(' ')}]`);
  }
  if (body.stat !== undefined) parts.push(statText(body.stat));
  for (const part of body.parts ?? []) parts.push(`| ${partText(part)}`);
  return parts.map((part) => ` ${part}`).join('');
}

function partText({ type, err, ...body }: PartBody): string {
  if (type === OpCode.error) return describeErrorCode(err);
  return `${opName(type)}${describeBody(body)}`;
}

function opName(type: number): string {
  return Object.entries(OpCode).find(([, code]) => code === type)?.[0] ?? String(type);
}

function statText(stat: Stat): string {
  const { version, cversion, aversion, dataLength, numChildren, ephemeralOwner: owner } = stat;
  const zxids = [stat.czxid, stat.mzxid, stat.pzxid].map(zxidText).join(' ');
  return (
    `stat{c/m/pzxid ${zxids} versions ${version} ${cversion} ${aversion}` +
    ` length ${dataLength} children ${numChildren}${owner === 0n ? '' : ` owner ${hex(owner)}`}}`
  );
}

export function describeOp(op: DiskOp): string {
  const name = 'name' in op ? ` ${op.name}` : '';
  const sync = 'sync' in op && op.sync ? ' sync' : '';
  return `${op.lane} ${op.kind}${name}${sync}`;
}

/** A record of the log: header and txn; the digest is left out. */
export function describeRecord(reader: BinaryReader): string {
  const { clientId, cxid, zxid, type } = TxnHeader.read(reader);
  const txn = readTxn(type, reader);
  return `${zxidText(zxid)} session=${hex(clientId)} cxid=${cxid} ${txnText(txn)}`;
}

function txnText(txn: Txn): string {
  if (txn.type === OpCode.error) return describeErrorCode(txn.body.err);
  if (txn.type !== OpCode.multi) return describeTxn(txn).replace(OPEN_ACL, 'acl=open');
  const parts = (txn.body.txns ?? []).map(({ type, data }) =>
    txnText(readTxn(type, new BinaryReader(data ?? new Uint8Array(0)))),
  );
  return `multi[${parts.join(' | ')}]`;
}

function dataText(data: Uint8Array | null): string {
  if (data === null) return 'null';
  return data.length > 40 ? `#${data.length}` : JSON.stringify(Buffer.from(data).toString());
}

function zxidText(zxid: number): string {
  return zxid < 0 ? String(zxid) : describeZxid(zxid);
}

function hex(id: bigint): string {
  return `0x${BigInt.asUintN(64, id).toString(16)}`;
}
