// Data directories that the real server wrote: its snapshots load and are the tree whose digest it
// wrote behind them, its log leads to the tree that its clients saw, digest by digest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { adler32 } from '../../../src/base/adler32.ts';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import {
  int,
  type JuteType,
  long,
  record,
  vector,
  zxid,
} from '../../../src/protocol/jute/schema.ts';
import { AclVector } from '../../../src/protocol/records/acl.ts';
import * as txns from '../../../src/protocol/records/txn.ts';
import { goldenNames, readGolden, readGoldenText } from '../../protocol/golden-file.ts';
import { SnapshotNode, sumOfBlobs, treeOptions } from './tree-checks.ts';
import { CONTAINER } from './tree-model.ts';
import { createIn, setDataIn } from './tree-txns.ts';

const FileHeader = record('FileHeader', { magic: int, version: int, dbid: long });
const Session = record('Session', { id: long, timeOut: int });
const CachedAcl = record('CachedAcl', { id: zxid, acl: AclVector });

/** Reads a record and checks that it is written as it was read. */
function take<T>(type: JuteType<T>, reader: BinaryReader): T {
  const start = reader.at;
  const value = type.read(reader);
  const writer = new BinaryWriter();
  type.write(writer, value);
  assert.deepEqual(
    Buffer.from(writer.take()),
    Buffer.from(reader.bytes.subarray(start, reader.at)),
  );
  return value;
}

/** Snappy's own block format, of which xerial's stream is a row behind 16 bytes of header. */
function unsnappy(stream: Buffer): Buffer {
  const out: number[] = [];
  for (let at = 16; at < stream.length; ) {
    const end = at + 4 + stream.readInt32BE(at);
    let from = at + 4;
    while ((stream[from++] ?? 0) & 0x80);
    const base = out.length;
    while (from < end) from = unsnappyElement(stream, from, out);
    assert.ok(out.length > base);
    at = end;
  }
  return Buffer.from(out);
}

function unsnappyElement(stream: Buffer, at: number, out: number[]): number {
  const tag = stream[at] ?? 0;
  if ((tag & 3) === 0) {
    const wide = Math.max(0, (tag >> 2) - 59);
    const length = (wide === 0 ? tag >> 2 : stream.readUIntLE(at + 1, wide)) + 1;
    const start = at + 1 + wide;
    for (const byte of stream.subarray(start, start + length)) out.push(byte);
    return start + length;
  }
  const isShort = (tag & 3) === 1;
  const wide = isShort ? 1 : (tag & 3) === 2 ? 2 : 4;
  const low = stream.readUIntLE(at + 1, wide);
  const offset = isShort ? ((tag >> 5) << 8) | low : low;
  const length = isShort ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
  for (let i = 0; i < length; i++) out.push(out[out.length - offset] ?? 0);
  return at + 1 + wide;
}

function readFile(path: string): Buffer {
  const bytes = readGolden(path);
  if (path.endsWith('.gz.hex')) return gunzipSync(bytes);
  return path.endsWith('.snappy.hex') ? unsnappy(bytes) : bytes;
}

function assertSealed(reader: BinaryReader): void {
  const sum = adler32(reader.bytes, 0, reader.at);
  assert.equal(reader.long(), BigInt(sum));
  assert.equal(reader.ustring(), '/');
}

/** The tree of a snapshot file, checked record by record. */
function loadSnapshot(path: string): { tree: DataTree; digest: bigint } {
  const reader = new BinaryReader(readFile(path));
  assert.equal(take(FileHeader, reader).magic, 0x5a4b534e);
  for (const session of take(vector(Session), reader) ?? []) assert.ok(session.timeOut > 0);
  const tree = new DataTree(treeOptions);
  for (const { id, acl } of take(vector(CachedAcl), reader) ?? []) tree.acls.load(id, acl ?? []);
  for (;;) {
    const start = reader.at;
    if (reader.ustring() === '/') break;
    reader.at = start;
    take(SnapshotNode, reader);
    const end = reader.at;
    reader.at = start;
    assert.ok(tree.load(reader));
    assert.equal(reader.at, end);
  }
  assertSealed(reader);
  reader.longAsNumber();
  assert.equal(reader.int(), txns.DIGEST_VERSION);
  const digest = reader.long();
  assertSealed(reader);
  if (reader.remaining > 0) {
    reader.longAsNumber();
    assertSealed(reader);
  }
  assert.equal(reader.remaining, 0);
  tree.finishLoading();
  return { tree, digest };
}

const txnTypes: Readonly<Record<number, JuteType<unknown>>> = {
  [-11]: txns.CloseSessionTxn,
  [-10]: txns.CreateSessionTxn,
  [-1]: txns.ErrorTxn,
  1: txns.CreateTxn,
  2: txns.DeleteTxn,
  5: txns.SetDataTxn,
  7: txns.SetAclTxn,
  13: txns.CheckVersionTxn,
  14: txns.MultiTxn,
  15: txns.CreateTxn,
  19: txns.CreateContainerTxn,
  20: txns.DeleteTxn,
  21: txns.CreateTtlTxn,
} as Readonly<Record<number, JuteType<unknown>>>;

function applyCreate(tree: DataTree, header: txns.TxnHeader, body: unknown): void {
  const txn = body as txns.CreateTxn & Partial<txns.CreateTtlTxn>;
  const session = txn.ephemeral ? header.clientId : 0n;
  const ttl = BigInt.asIntN(64, (0xffn << 56n) | BigInt(txn.ttl ?? 0));
  const owner = header.type === 19 ? CONTAINER : header.type === 21 ? ttl : session;
  const { data, parentCVersion = -1 } = txn;
  const { zxid: at, time } = header;
  const path = txn.path ?? '';
  const code = createIn(tree, {
    path,
    data,
    acl: txn.acl ?? [],
    owner,
    parentCVersion,
    zxid: at,
    time,
  });
  assert.equal(code, 0, path);
}

function applyTxn(tree: DataTree, header: txns.TxnHeader, body: unknown): void {
  const { zxid: at, time, type } = header;
  if ([1, 15, 19, 21].includes(type)) applyCreate(tree, header, body);
  const txn = body as txns.SetDataTxn & txns.SetAclTxn & txns.CloseSessionTxn;
  const path = txn.path ?? '';
  const { version } = txn;
  if (type === 2 || type === 20) assert.equal(tree.delete(path, at), 0, path);
  if (type === 5) {
    const facts = { version, zxid: at, time };
    assert.equal(setDataIn(tree, path, { data: txn.data, facts }), 0, path);
  }
  if (type === 7) assert.equal(tree.setAcl(path, txn.acl ?? [], version), 0, path);
  if (type === -11) for (const each of txn.paths2Delete ?? []) tree.delete(each ?? '', at);
  if (type === 14) applyMulti(tree, header, body as txns.MultiTxn);
}

function applyMulti(tree: DataTree, header: txns.TxnHeader, multi: txns.MultiTxn): void {
  const subs = multi.txns ?? [];
  const bodies = subs.map(({ type, data }) =>
    take(typeOf(type), new BinaryReader(data ?? undefined)),
  );
  if (subs.some(({ type }) => type === -1)) return;
  subs.forEach(({ type }, i) => {
    applyTxn(tree, { ...header, type }, bodies[i]);
  });
}

function typeOf(type: number): JuteType<unknown> {
  const found = txnTypes[type];
  assert.ok(found, `a txn of type ${type}`);
  return found;
}

/** Applies the log, checking the digest after each txn; the number of digests. */
function replay(tree: DataTree, log: Buffer): number {
  const reader = new BinaryReader(log);
  assert.equal(take(FileHeader, reader).magic, 0x5a4b4c47);
  let digests = 0;
  while (reader.remaining > 0) {
    const sum = reader.long();
    const length = reader.length();
    const payload = new BinaryReader(log, reader.at, reader.at + length);
    assert.equal(sum, BigInt(adler32(log, reader.at, reader.at + length)));
    reader.at += length;
    assert.equal(reader.byte(), 0x42);
    const header = take(txns.TxnHeader, payload);
    applyTxn(tree, header, take(typeOf(header.type), payload));
    tree.lastProcessedZxid = header.zxid;
    if (payload.remaining === 0) continue;
    const { treeDigest } = take(txns.TxnDigest, payload);
    assert.equal(payload.remaining, 0);
    assert.equal(tree.digest.toBigInt(), treeDigest, `after zxid ${header.zxid}`);
    digests++;
  }
  return digests;
}

interface State {
  readonly nodes: readonly {
    readonly path: string;
    readonly data: string | null;
    readonly acl: string;
    readonly stat: string;
  }[];
}

/** What clients of the real server were told of every node. */
function assertIsState(tree: DataTree, state: State): void {
  const writer = new BinaryWriter();
  const taken = () => Buffer.from(writer.take()).toString('hex');
  for (const { path, data, acl, stat } of state.nodes) {
    const id = tree.findPath(path);
    assert.notEqual(id, 0, path);
    const bytes = tree.dataOf(id);
    assert.equal(bytes === null ? null : Buffer.from(bytes).toString('hex'), data, path);
    AclVector.write(writer, tree.aclOf(id));
    assert.equal(taken(), acl, path);
    tree.writeStat(id, writer);
    assert.equal(taken(), stat, path);
  }
  assert.equal(tree.nodeCount, state.nodes.length + 1);
  assert.equal(tree.blobs.blobBytes, sumOfBlobs(tree));
}

for (const label of goldenNames('disk')) {
  const files = goldenNames(`disk/${label}`);

  for (const file of files.filter((each) => each.startsWith('snapshot.'))) {
    test(`golden disk: ${label}/${file} → loads, every record the same, with its digest`, () => {
      const { tree, digest } = loadSnapshot(`disk/${label}/${file}`);
      if (!file.startsWith('snapshot.0')) assert.equal(tree.digest.toBigInt(), digest);
      else assert.equal(tree.digest.toBigInt(), DataTree.fresh(treeOptions).digest.toBigInt());
    });
  }

  test(`golden disk: ${label}: the newest snapshot → what clients saw`, () => {
    const newest = files.filter((each) => /^snapshot\.[1-9a-f]/.test(each)).at(-1);
    const state = JSON.parse(readGoldenText(`disk/${label}/state.json`)) as State;
    assertIsState(loadSnapshot(`disk/${label}/${newest}`).tree, state);
  });

  test(`golden disk: ${label}: the log from the start → each digest, and what clients saw`, () => {
    const { tree } = loadSnapshot(`disk/${label}/snapshot.0.hex`);
    const digests = replay(tree, readGolden(`disk/${label}/log.1.hex`));
    assert.ok(digests > 30, `${digests} digests`);
    assertIsState(tree, JSON.parse(readGoldenText(`disk/${label}/state.json`)) as State);
  });
}

test('golden disk: a fresh tree → the node records of Java’s snapshot.0', () => {
  const golden = readGolden('disk/java-3.9.5/snapshot.0.hex').toString('hex');
  const view = DataTree.fresh(treeOptions).openView();
  const writer = new BinaryWriter();
  while (view.next(writer));
  const nodes = Buffer.from(writer.take()).toString('hex');
  assert.ok(golden.includes(`${nodes}000000012f`));
});
