/** The snapshot's bytes, both ways: against Java's files and against themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ADLER32_EMPTY, adler32 } from '../../../src/base/adler32.ts';
import { decodeSnappyStream } from '../../../src/core/storage/snappy.ts';
import {
  decodeSnapshot,
  type SnapshotOutcome,
} from '../../../src/core/storage/snapshot-decoder.ts';
import { SnapshotEncoder } from '../../../src/core/storage/snapshot-encoder.ts';
import type { SnapshotSink, SnapshotSource } from '../../../src/core/storage/snapshot-source.ts';
import type { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';
import type { AclList } from '../../../src/protocol/records/acl.ts';
import { StatPersisted } from '../../../src/protocol/records/stat.ts';
import { CAPTURES, fromHex, goldenFile, snapshotNameOf } from './golden-disk.ts';
import { ToyTree } from './toy-tree.ts';

/** Keeps everything as it was read, so that it can be written again. */
class KeptSnapshot implements SnapshotSink, SnapshotSource {
  zxid = 0;
  digest: SnapshotSource['digest'] = null;
  serializeLastProcessedZxid = false;
  sessions: [bigint, number][] = [];
  acls: [number, AclList][] = [];
  nodes: Uint8Array[] = [];
  paths: (string | null)[] = [];
  #at = 0;

  session(id: bigint, timeoutMs: number): void {
    this.sessions.push([id, timeoutMs]);
  }

  acl(id: number, list: AclList): void {
    this.acls.push([id, list]);
  }

  node(reader: BinaryReader): void {
    const start = reader.at;
    this.paths.push(reader.ustring());
    reader.buffer();
    reader.long();
    StatPersisted.read(reader);
    this.nodes.push(reader.bytes.slice(start, reader.at));
  }

  nextNode(writer: BinaryWriter): boolean {
    const node = this.nodes[this.#at++];
    if (node === undefined) return false;
    writer.raw(node, 0, node.length);
    return true;
  }

  release(): void {}
}

function decode(file: Uint8Array, sink: SnapshotSink): SnapshotOutcome {
  // In pieces of awkward sizes, so that everything is cut somewhere.
  const read = (position: number, into: Uint8Array): number => {
    const part = file.subarray(position, Math.min(position + into.length, file.length));
    into.set(part);
    return part.length;
  };
  return decodeSnapshot({ size: file.length, read }, sink);
}

function encode(source: SnapshotSource, sliceBytes: number): Uint8Array {
  const encoder = new SnapshotEncoder(source);
  const slices: Uint8Array[] = [];
  const writer = new BinaryWriter();
  for (let hasMore = true; hasMore; ) {
    writer.clear();
    hasMore = encoder.next(writer, sliceBytes);
    slices.push(writer.written().slice());
  }
  return new Uint8Array(Buffer.concat(slices));
}

function encodedTree(count: number, filler = 10): Uint8Array {
  const tree = new ToyTree();
  for (let zxid = 1; zxid <= count; zxid++) tree.apply(zxid);
  return encode(tree.source(filler), 1000);
}

test('snapshot: an empty tree → the 478 bytes that Java writes, seals included', () => {
  const golden = goldenFile('java-3.9.5', 'snapshot.0');
  assert.equal(golden.length, 478);
  const kept = new KeptSnapshot();
  assert.equal(decode(golden, kept).ok, true);
  assert.deepEqual(kept.paths, ['', '/zookeeper', '/zookeeper/config', '/zookeeper/quota']);
  kept.digest = { zxid: 0, value: 0n };
  kept.serializeLastProcessedZxid = true;
  const encoded = encode(kept, 4096);
  assert.deepEqual(encoded, golden);
  const seals = ['b8a23b49', '95b93d59', 'bde83f6d'].map((hex) => `00000000${hex}000000012f`);
  const text = Buffer.from(encoded).toString('hex');
  assert.deepEqual(
    seals.filter((seal) => !text.includes(seal)),
    [],
  );
});

for (const capture of CAPTURES) {
  test(`snapshot: ${capture} read and written again → the same bytes`, () => {
    const name = snapshotNameOf(capture);
    const stored = goldenFile(capture, name);
    let file = stored;
    if (name.endsWith('.gz')) file = new Uint8Array(gunzipSync(stored));
    if (name.endsWith('.snappy')) file = decodeSnappyStream(stored);
    const kept = new KeptSnapshot();
    const outcome = decode(file, kept);
    assert.ok(outcome.ok);
    assert.ok(kept.nodes.length > 4);
    assert.equal(kept.nodes.length, outcome.nodes);
    assert.equal(outcome.trailer.digest?.zxid, 0x27);
    const isFirst38 = capture === 'java-3.8.0';
    assert.equal(outcome.trailer.lastProcessedZxid, isFirst38 ? null : 0x27);
    kept.zxid = 0x27;
    kept.digest = outcome.trailer.digest;
    kept.serializeLastProcessedZxid = !isFirst38;
    assert.deepEqual(encode(kept, 64), file);
  });
}

test('snapshot: any slice size → the same bytes, and no slice much over its budget', () => {
  const tree = new ToyTree();
  for (let zxid = 1; zxid <= 200; zxid++) tree.apply(zxid);
  const whole = encode(tree.source(), 1 << 20);
  for (const budget of [1, 17, 100, 1000]) {
    assert.deepEqual(encode(tree.source(), budget), whole);
  }
  const encoder = new SnapshotEncoder(tree.source());
  const writer = new BinaryWriter();
  for (let hasMore = true; hasMore; ) {
    writer.clear();
    hasMore = encoder.next(writer, 1000);
    assert.ok(writer.at <= 1000 + 200);
  }
});

test('snapshot: bigger than a chunk, a node bigger than a chunk → all of it read', () => {
  const many = new ToyTree();
  const manyFile = encodedTree(30_000, 100);
  assert.ok(manyFile.length > 5 * 1024 * 1024);
  assert.equal(decode(manyFile, many).ok, true);
  assert.equal(many.zxids.length, 30_000);
  const big = new ToyTree();
  assert.equal(decode(encodedTree(3, 3 * 1024 * 1024), big).ok, true);
  assert.deepEqual(big.zxids, [1, 2, 3]);
});

test('snapshot: parts absent at the end → null, by what is left of the file', () => {
  const tree = new ToyTree();
  tree.apply(1);
  const variants = [
    { digest: true, last: true },
    { digest: true, last: false },
    { digest: false, last: true },
    { digest: false, last: false },
  ];
  for (const { digest, last } of variants) {
    const source = tree.source();
    const file = encode(
      {
        zxid: 1,
        sessions: source.sessions,
        acls: source.acls,
        nextNode: (writer) => source.nextNode(writer),
        digest: digest ? source.digest : null,
        serializeLastProcessedZxid: last,
        release() {},
      },
      4096,
    );
    const outcome = decode(file, new ToyTree());
    assert.ok(outcome.ok);
    assert.deepEqual(outcome.trailer.digest, digest ? source.digest : null);
    assert.equal(outcome.trailer.lastProcessedZxid, last ? 1 : null);
  }
});

test('snapshot: a digest of version 1, a hex string → taken for none', () => {
  const golden = goldenFile('java-3.8.0', 'snapshot.0');
  const head = golden.slice(0, golden.length - 33);
  const writer = new BinaryWriter();
  writer.raw(head, 0, head.length);
  writer.long(0n);
  writer.int(1);
  writer.ustring('2a');
  writer.longFromNumber(adler32(writer.bytes, 0, writer.at, ADLER32_EMPTY));
  writer.ustring('/');
  const outcome = decode(writer.take(), new KeptSnapshot());
  assert.deepEqual(outcome, {
    ok: true,
    trailer: { digest: null, lastProcessedZxid: null },
    nodes: 4,
  });
});

test('snapshot: cut at any byte → refused, or whole but for the parts that may be absent', () => {
  const file = encodedTree(5);
  const firstSealEnd = file.length - 33 - 21;
  for (let size = 0; size < file.length; size++) {
    // What is too short for a part is taken for none, as Java takes an early end of the file.
    const left = size - firstSealEnd;
    const isWhole = (left >= 0 && left < 21) || left >= 33;
    assert.equal(decode(file.slice(0, size), new ToyTree()).ok, isWhole, `cut at ${size}`);
  }
});

test('snapshot: any bit flipped before the last seal → refused with an offset', () => {
  const file = encodedTree(5);
  for (let at = 0; at < file.length - 13; at++) {
    for (const bit of [1, 0x80]) {
      const flipped = file.slice();
      flipped[at] = (flipped[at] as number) ^ bit;
      const outcome = decode(flipped, new ToyTree());
      assert.equal(outcome.ok, false, `flip at ${at}`);
      if (!outcome.ok) assert.ok(outcome.offset <= file.length && outcome.reason !== '');
    }
  }
});

test('snapshot: a length of two gigabytes → refused without taking the memory', () => {
  const file = encodedTree(1);
  const text = Buffer.from(file);
  const at = text.indexOf('world') - 4;
  text.writeInt32BE(0x7fffffff, at);
  const outcome = decode(new Uint8Array(text), new ToyTree());
  assert.deepEqual(
    { ok: outcome.ok, reason: outcome.ok ? '' : outcome.reason },
    { ok: false, reason: 'the file ends too early' },
  );
  assert.equal(decode(fromHex('5a4b534e'), new ToyTree()).ok, false);
});

test('snapshot: a snappy stream cut or changed anywhere → an error or other bytes, never a crash', () => {
  const stored = goldenFile('java-3.9.5-snappy', 'snapshot.27.snappy');
  const whole = decodeSnappyStream(stored);
  for (let at = 0; at < stored.length; at++) {
    const changed = stored.slice();
    changed[at] = (changed[at] as number) ^ 0xff;
    for (const stream of [changed, stored.slice(0, at)]) {
      try {
        assert.ok(decodeSnappyStream(stream).length <= 1 << 24);
      } catch (error) {
        assert.ok(error instanceof JuteError, `at ${at}: ${error}`);
      }
    }
  }
  assert.ok(whole.length > stored.length);
});
