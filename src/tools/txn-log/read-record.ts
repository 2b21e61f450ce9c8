/** A record's payload as header, txn and digest; what cannot be read is said, with its place. */
import { describeZxid } from '../../base/zxid.ts';
import { readTxn, readTxnDigest, type Txn } from '../../core/requests/txn.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { type TxnDigest, TxnHeader } from '../../protocol/records/txn.ts';
import { ToolError } from '../tool-error.ts';
import type { RawLog, RawRecord } from './raw-log.ts';

export interface LoggedTxn {
  readonly header: TxnHeader;
  readonly txn: Txn;
  /** Of a multi. */
  readonly parts: readonly Txn[];
  /** Null when digests were off. */
  readonly digest: TxnDigest | null;
}

export function readRecord(log: RawLog, { payload, offset }: RawRecord): LoggedTxn {
  const reader = new BinaryReader(payload);
  let what = 'a record';
  try {
    const header = TxnHeader.read(reader);
    what = `txn ${describeZxid(header.zxid)}`;
    const txn = readTxn(header.type, reader);
    return { header, txn, parts: readParts(txn), digest: readTxnDigest(reader) };
  } catch (error) {
    if (!(error instanceof JuteError)) throw error;
    throw new ToolError(`${log.path}: ${what} at offset ${offset} is damaged: ${error.message}.`);
  }
}

function readParts(txn: Txn): Txn[] {
  if (txn.type !== OpCode.multi) return [];
  const parts = txn.body.txns ?? [];
  return parts.map(({ type, data }) => readTxn(type, new BinaryReader(data ?? new Uint8Array(0))));
}
