/** A log entry's payload (TxnHeader, txn, TxnDigest) as what the request side applies. */
import type { Zxid } from '../base/zxid.ts';
import { BinaryReader } from '../protocol/jute/binary-reader.ts';
import { JuteError } from '../protocol/jute/jute-error.ts';
import { TxnHeader } from '../protocol/records/txn.ts';
import { readTxn, type Txn, type TxnOrigin } from './requests/txn.ts';

export interface DecodedTxn {
  readonly origin: TxnOrigin;
  readonly txn: Txn;
}

/** One for all: a reader for each would cost more than the reading. */
const reader = new BinaryReader();

/** Throws JuteError when the payload is no txn, or not of this zxid. */
export function decodePayload(entry: {
  readonly zxid: Zxid;
  readonly payload: Uint8Array;
}): DecodedTxn {
  const { payload } = entry;
  reader.reset(payload, 0, payload.length);
  const origin = TxnHeader.read(reader);
  if (origin.zxid !== entry.zxid) throw new JuteError('a txn with the zxid of another');
  return { origin, txn: readTxn(origin.type, reader) };
}
