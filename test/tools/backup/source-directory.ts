/** A data directory whose logs a test writes as a server would: create /n<zxid> for each zxid. */
import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { ADLER32_EMPTY, adler32 } from '../../../src/base/adler32.ts';
import type { Zxid } from '../../../src/base/zxid.ts';
import { type Txn, writeTxn } from '../../../src/core/requests/txn.ts';
import { logName } from '../../../src/core/storage/file-names.ts';
import { encodeLogHeader, RECORD_END } from '../../../src/core/storage/txn-log-format.ts';
import { OPEN_ACL } from '../../../src/core/tree/acl-table.ts';
import { type DirectoryPaths, directoryPaths } from '../../../src/io/disk/directory-paths.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { makeDataDirectory } from '../tool-run.ts';

/** Txn n is made at this time and n seconds. */
export const TIME_MS = Date.UTC(2030, 0, 1);

export function record(zxid: Zxid, data = 'x'): Uint8Array {
  const body = { path: `/n${zxid}`, data: Buffer.from(data), acl: OPEN_ACL, ephemeral: false };
  return recordOf(zxid, { type: OpCode.create, body: { ...body, parentCVersion: -1 } });
}

export function recordOf(zxid: Zxid, txn: Txn): Uint8Array {
  const payload = new BinaryWriter();
  const origin = { clientId: 1n, cxid: 1, zxid, time: TIME_MS + zxid * 1000 };
  writeTxn(payload, origin, { txn, digest: null });
  const whole = new BinaryWriter();
  whole.longFromNumber(adler32(payload.bytes, 0, payload.at, ADLER32_EMPTY));
  whole.int(payload.at);
  whole.raw(payload.bytes, 0, payload.at);
  whole.byte(RECORD_END);
  return whole.take();
}

export class SourceDirectory {
  readonly dataDir: string;
  readonly paths: DirectoryPaths;
  readonly path: (name: string) => string;

  /** With the snapshot of zxid 0. */
  constructor(t: { after(end: () => void): void }) {
    const snapshot = goldenFile('java-3.9.5', 'snapshot.0');
    const { dataDir, path } = makeDataDirectory(t, { 'snapshot.0': snapshot });
    this.dataDir = dataDir;
    this.paths = directoryPaths(dataDir, dataDir);
    this.path = path;
  }

  beginLog(zxid: Zxid): void {
    writeFileSync(this.path(logName(zxid)), encodeLogHeader());
  }

  /** Txns `from` to `to` at the end of the log that began with `log`. */
  append(log: Zxid, [from, to]: readonly [Zxid, Zxid], data?: string): void {
    for (let zxid = from; zxid <= to; zxid++) this.appendBytes(log, record(zxid, data));
  }

  appendBytes(log: Zxid, bytes: Uint8Array): void {
    appendFileSync(this.path(logName(log)), bytes);
  }

  cut(log: Zxid, size: number): void {
    truncateSync(this.path(logName(log)), size);
  }

  remove(name: string): void {
    rmSync(this.path(name));
  }
}
