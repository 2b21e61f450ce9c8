/**
 * Txn: what a write request has become once it is judged: the thing that is logged, sent to other
 * servers and applied, the same everywhere. One table says how each type is encoded.
 */
import type { SessionId } from '../../base/session-id.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import type { JuteType } from '../../protocol/jute/schema.ts';
import { OpCode } from '../../protocol/op-code.ts';
import {
  CheckVersionTxn,
  CloseSessionTxn,
  CreateContainerTxn,
  CreateSessionTxn,
  CreateTtlTxn,
  CreateTxn,
  DeleteTxn,
  DIGEST_VERSION,
  ErrorTxn,
  MultiTxn,
  SetAclTxn,
  SetDataTxn,
  TxnDigest,
} from '../../protocol/records/txn.ts';
import type { TreeDigest } from '../tree/tree-digest.ts';

/** The CRC-32 of path and data where it is known already: never logged, only saved work. */
interface WithContent {
  readonly contentCrc?: number | undefined;
}

export type Txn =
  | (WithContent & {
      readonly type: typeof OpCode.create | typeof OpCode.create2;
      readonly body: CreateTxn;
    })
  | (WithContent & {
      readonly type: typeof OpCode.createContainer;
      readonly body: CreateContainerTxn;
    })
  | (WithContent & { readonly type: typeof OpCode.createTtl; readonly body: CreateTtlTxn })
  | {
      readonly type: typeof OpCode.delete | typeof OpCode.deleteContainer;
      readonly body: DeleteTxn;
    }
  | (WithContent & {
      readonly type: typeof OpCode.setData | typeof OpCode.reconfig;
      readonly body: SetDataTxn;
    })
  | { readonly type: typeof OpCode.setAcl; readonly body: SetAclTxn }
  | { readonly type: typeof OpCode.check; readonly body: CheckVersionTxn }
  | { readonly type: typeof OpCode.createSession; readonly body: CreateSessionTxn }
  | { readonly type: typeof OpCode.closeSession; readonly body: CloseSessionTxn }
  | {
      readonly type: typeof OpCode.multi;
      readonly body: MultiTxn;
      /** What each part is called in the answer, where that is not what it is in the log. */
      readonly answerTypes?: readonly (number | undefined)[];
    }
  | { readonly type: typeof OpCode.error; readonly body: ErrorTxn };

/** Where a txn comes from and what it is: TxnHeader without the type. */
export interface TxnOrigin {
  readonly clientId: SessionId;
  readonly cxid: number;
  readonly zxid: Zxid;
  /** Wall-clock milliseconds at the server that prepared it. */
  readonly time: number;
}

// biome-ignore lint/suspicious/noExplicitAny: the table is keyed by the type that decides the body.
const bodyTypes = new Map<number, JuteType<any>>([
  [OpCode.create, CreateTxn],
  [OpCode.create2, CreateTxn],
  [OpCode.createContainer, CreateContainerTxn],
  [OpCode.createTtl, CreateTtlTxn],
  [OpCode.delete, DeleteTxn],
  [OpCode.deleteContainer, DeleteTxn],
  [OpCode.setData, SetDataTxn],
  [OpCode.reconfig, SetDataTxn],
  [OpCode.setAcl, SetAclTxn],
  [OpCode.check, CheckVersionTxn],
  [OpCode.createSession, CreateSessionTxn],
  [OpCode.closeSession, CloseSessionTxn],
  [OpCode.multi, MultiTxn],
  [OpCode.error, ErrorTxn],
]);

/** A TxnDigest: its version and 64 bits. */
const DIGEST_BYTES = 12;

/**
 * A closeSession of before 3.6, or with `closeSessionTxn.enabled=false`, has no body, and the
 * digest may follow at once. No list of paths is two entries in eight bytes, so they differ.
 */
function isBareCloseSession(type: number, reader: BinaryReader): boolean {
  if (type !== OpCode.closeSession || reader.remaining !== DIGEST_BYTES) return false;
  const { at } = reader;
  const version = reader.int();
  reader.at = at;
  return version === DIGEST_VERSION;
}

export function readTxn(type: number, reader: BinaryReader): Txn {
  if (isBareCloseSession(type, reader)) {
    return { type: OpCode.closeSession, body: { paths2Delete: undefined } };
  }
  const bodyType = bodyTypes.get(type);
  if (!bodyType) throw new JuteError(`Unsupported Txn with type=${type}`);
  return { type, body: bodyType.read(reader) } as Txn;
}

/** What follows the txn in a log or a proposal; null where digests are off. */
export function readTxnDigest(reader: BinaryReader): TxnDigest | null {
  return reader.remaining < DIGEST_BYTES ? null : TxnDigest.read(reader);
}

export function writeTxnBody(txn: Txn, writer: BinaryWriter): void {
  bodyTypes.get(txn.type)?.write(writer, txn.body);
}

/** Header, body and, where there is one, the digest of the tree after the txn. */
export function writeTxn(
  writer: BinaryWriter,
  origin: TxnOrigin,
  { txn, digest }: { txn: Txn; digest: TreeDigest | bigint | null },
): void {
  writer.long(origin.clientId);
  writer.int(origin.cxid);
  writer.longFromNumber(origin.zxid);
  writer.longFromNumber(origin.time);
  writer.int(txn.type);
  writeTxnBody(txn, writer);
  if (digest === null) return;
  writer.int(DIGEST_VERSION);
  if (typeof digest === 'bigint') writer.long(digest);
  else digest.write(writer);
}

/** One line for traces. */
export function describeTxn(txn: Txn): string {
  return bodyTypes.get(txn.type)?.describe(txn.body) ?? String(txn.type);
}

export function errorTxn(err: number): Txn {
  return { type: OpCode.error, body: { err } };
}
