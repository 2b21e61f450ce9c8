/** What the transaction log holds, and what the servers of an ensemble send each other. */
import {
  bool,
  buffer,
  type Infer,
  int,
  long,
  millis,
  record,
  sessionId,
  trailing,
  ustring,
  vector,
  zxid,
} from '../jute/schema.ts';
import { AclVector } from './acl.ts';

/** `time` is wall-clock milliseconds at the server that made the txn. */
export type TxnHeader = Infer<typeof TxnHeader>;
export const TxnHeader = record('TxnHeader', {
  clientId: sessionId,
  cxid: int,
  zxid,
  time: millis,
  type: int,
});

/** The digest of the tree after the txn, which follows the txn; absent when digests are off. */
export type TxnDigest = Infer<typeof TxnDigest>;
export const TxnDigest = record('TxnDigest', { version: int, treeDigest: long });
export const DIGEST_VERSION = 2;

/** `parentCVersion` is absent in logs older than 3.4, and then means "one more than now". */
export type CreateTxn = Infer<typeof CreateTxn>;
export const CreateTxn = record('CreateTxn', {
  path: ustring,
  data: buffer,
  acl: AclVector,
  ephemeral: bool,
  parentCVersion: trailing(int),
});

export type CreateContainerTxn = Infer<typeof CreateContainerTxn>;
export const CreateContainerTxn = record('CreateContainerTxn', {
  path: ustring,
  data: buffer,
  acl: AclVector,
  parentCVersion: int,
});

export type CreateTtlTxn = Infer<typeof CreateTtlTxn>;
export const CreateTtlTxn = record('CreateTTLTxn', {
  path: ustring,
  data: buffer,
  acl: AclVector,
  parentCVersion: int,
  ttl: millis,
});

export type DeleteTxn = Infer<typeof DeleteTxn>;
export const DeleteTxn = record('DeleteTxn', { path: ustring });

export type SetDataTxn = Infer<typeof SetDataTxn>;
export const SetDataTxn = record('SetDataTxn', { path: ustring, data: buffer, version: int });

export type SetAclTxn = Infer<typeof SetAclTxn>;
export const SetAclTxn = record('SetACLTxn', { path: ustring, acl: AclVector, version: int });

export type CheckVersionTxn = Infer<typeof CheckVersionTxn>;
export const CheckVersionTxn = record('CheckVersionTxn', { path: ustring, version: int });

export type CreateSessionTxn = Infer<typeof CreateSessionTxn>;
export const CreateSessionTxn = record('CreateSessionTxn', { timeOut: int });

/** `paths2Delete` is absent in logs older than 3.6. */
export type CloseSessionTxn = Infer<typeof CloseSessionTxn>;
export const CloseSessionTxn = record('CloseSessionTxn', {
  paths2Delete: trailing(vector(ustring)),
});

export type ErrorTxn = Infer<typeof ErrorTxn>;
export const ErrorTxn = record('ErrorTxn', { err: int });

export type SubTxn = Infer<typeof SubTxn>;
export const SubTxn = record('Txn', { type: int, data: buffer });

export type MultiTxn = Infer<typeof MultiTxn>;
export const MultiTxn = record('MultiTxn', { txns: vector(SubTxn) });
