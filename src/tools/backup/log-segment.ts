/**
 * LogSegment: a log file of a backup, which grows by whole records. What is appended counts once it
 * is synced and in the manifest.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../base/assert.ts';
import type { Zxid } from '../../base/zxid.ts';
import { readTxn, readTxnDigest } from '../../core/requests/txn.ts';
import { logName } from '../../core/storage/file-names.ts';
import { encodeLogHeader, RECORD_HEAD_BYTES } from '../../core/storage/txn-log-format.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { DIGEST_VERSION, TxnHeader } from '../../protocol/records/txn.ts';
import { writeWhole } from '../files/new-file.ts';
import { withPath } from '../system-error.ts';
import type { BackedUpLog } from './manifest.ts';
import type { SourceTxn } from './source-logs.ts';

const PIECE_BYTES = 1 << 20;

export class LogSegment {
  readonly #name: string;
  readonly #path: string;
  readonly #firstZxid: Zxid;
  readonly #descriptor: number;
  readonly #hash = createHash('sha256');
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #bytes = 0;
  #txns = 0;
  #timeMs = 0;
  #last: SourceTxn | null = null;

  constructor(directory: string, firstZxid: Zxid) {
    this.#name = logName(firstZxid);
    this.#path = join(directory, this.#name);
    this.#firstZxid = firstZxid;
    // One that no manifest names may be left from a run that was cut short.
    this.#descriptor = openSync(this.#path, 'w');
    this.#add(encodeLogHeader());
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(txn: SourceTxn): void {
    const bytes = txn.bytes.slice();
    this.#add(bytes);
    this.#last = { ...txn, bytes };
    this.#txns++;
    this.#timeMs = Math.max(this.#timeMs, txn.header.time);
  }

  #add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#bytes += bytes.length;
    if (this.#waitingBytes >= PIECE_BYTES) this.#write();
  }

  #write(): void {
    const piece = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    writeWhole(this.#descriptor, piece, this.#path);
  }

  /** Makes all durable; what the manifest is to say. There must be a txn. */
  sync(): BackedUpLog {
    const last = present(this.#last);
    this.#write();
    withPath(this.#path, () => fsyncSync(this.#descriptor));
    return {
      name: this.#name,
      bytes: this.#bytes,
      sha256: this.#hash.copy().digest('hex'),
      firstZxid: this.#firstZxid,
      txns: this.#txns,
      timeMs: this.#timeMs,
      lastZxid: last.header.zxid,
      digest: digestOf(last.bytes.subarray(RECORD_HEAD_BYTES, -1)),
      sourceFile: last.file,
      sourceOffset: last.offset,
      sourceChecksum: last.checksum,
    };
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Of the tree after the txn, in decimal; null where digests are off. */
function digestOf(payload: Uint8Array): string | null {
  const reader = new BinaryReader(payload);
  readTxn(TxnHeader.read(reader).type, reader);
  const digest = readTxnDigest(reader);
  return digest?.version === DIGEST_VERSION ? String(digest.treeDigest) : null;
}
