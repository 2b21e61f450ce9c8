/**
 * The txns in what is written to a log file: how the simulator learns what the server has logged,
 * from the bytes alone. Its own reading of the record format, so that a writer's fault is not
 * repeated here.
 */

import { readTxn, readTxnDigest, type Txn } from '../../core/requests/txn.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { TxnHeader } from '../../protocol/records/txn.ts';

export interface LoggedTxn {
  readonly clientId: bigint;
  readonly cxid: number;
  readonly zxid: number;
  readonly time: number;
  readonly txn: Txn;
  readonly digest: bigint | null;
}

export interface LogRecord {
  readonly logged: LoggedTxn;
  /** In the written bytes. */
  readonly start: number;
  readonly end: number;
}

const MAGIC = 0x5a4b4c47;

/** Of one write to a log, which is a batch of whole records, behind the header in a new file. */
export function readRecords(bytes: Uint8Array): LogRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: LogRecord[] = [];
  let at = bytes.length >= 16 && view.getInt32(0) === MAGIC ? 16 : 0;
  while (at < bytes.length) {
    const length = view.getInt32(at + 8);
    const start = at;
    at += 12 + length + 1;
    if (length <= 0 || at > bytes.length) throw new Error('a batch that is no row of records');
    records.push({ logged: readPayload(bytes, start + 12, at - 1), start, end: at });
  }
  return records;
}

/** Of one record, or of a proposal. */
export function readPayload(bytes: Uint8Array, start: number, end: number): LoggedTxn {
  // A copy: the writer's memory is used again, and what is decoded may be a view.
  const reader = new BinaryReader(bytes.slice(start, end));
  const { clientId, cxid, zxid, time, type } = TxnHeader.read(reader);
  const txn = isBareClose(type, reader)
    ? ({ type: OpCode.closeSession, body: { paths2Delete: undefined } } as const)
    : readTxn(type, reader);
  const digest = txn.type === OpCode.error ? null : readTxnDigest(reader);
  return { clientId, cxid, zxid, time, txn, digest: digest?.treeDigest ?? null };
}

/** A closeSession without its paths is followed by the digest, which begins with a 2. */
function isBareClose(type: number, reader: BinaryReader): boolean {
  if (type !== OpCode.closeSession || reader.remaining !== 12) return false;
  return reader.bytes[reader.at + 3] === 2;
}
