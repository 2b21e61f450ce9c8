import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SnapshotSending } from '../../../../src/core/storage/history/snapshot-sending.ts';
import { SnapshotStreamDecoder } from '../../../../src/core/storage/history/snapshot-stream-decoder.ts';
import { BinaryWriter } from '../../../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../../../src/protocol/jute/jute-error.ts';
import { StatPersisted } from '../../../../src/protocol/records/stat.ts';
import { upTo } from '../storage-run.ts';
import { ToyTree } from '../toy-tree.ts';

function stream(count = 30, filler = 50): Uint8Array {
  const tree = new ToyTree();
  tree.zxids = upTo(count);
  const writer = new BinaryWriter();
  new SnapshotSending(tree.source(filler)).next(writer, 1e9);
  return writer.take();
}

function assertIsWhole(tree: ToyTree, count = 30): void {
  assert.deepEqual(tree.zxids, upTo(count));
  assert.deepEqual(tree.sessions, [[0x1000015337e0000n, 40000]]);
  assert.deepEqual(tree.acls, [[1, [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }]]]);
}

const AFTER = new Uint8Array([9, 9, 9]);

test('snapshot stream: chunks cut anywhere → the same, and what follows is not taken', () => {
  const bytes = stream();
  const whole = Buffer.concat([bytes, AFTER]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (sizes) => {
      const tree = new ToyTree();
      const decoder = new SnapshotStreamDecoder(tree);
      let at = 0;
      for (let i = 0; !decoder.isDone; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        // As a socket would give it: in memory that is used again.
        const chunk = Uint8Array.from(whole.subarray(at, at + size));
        at += decoder.push(chunk, 0, chunk.length);
        chunk.fill(0xee);
      }
      assert.equal(at, bytes.length);
      assertIsWhole(tree);
      assert.equal(decoder.nodes, 31);
      assert.equal(decoder.push(AFTER, 0, 3), 0);
    }),
  );
});

test('snapshot stream: one byte at a time, from within a bigger buffer → the same', () => {
  const bytes = Buffer.concat([AFTER, stream(), AFTER]);
  const tree = new ToyTree();
  const decoder = new SnapshotStreamDecoder(tree);
  let at = 3;
  while (!decoder.isDone) at += decoder.push(bytes, at, at + 1);
  assert.equal(at, bytes.length - 3);
  assertIsWhole(tree);
});

test('snapshot stream: entries of a megabyte → put together', () => {
  const bytes = stream(3, 1_000_000);
  const tree = new ToyTree();
  const decoder = new SnapshotStreamDecoder(tree);
  for (let at = 0; at < bytes.length; )
    at += decoder.push(bytes, at, Math.min(at + 65536, bytes.length));
  assertIsWhole(tree, 3);
  assert.equal(decoder.isDone, true);
});

function writerWith(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.take();
}

const STAT = {
  czxid: 0,
  mzxid: 0,
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  pzxid: 0,
};

/** No sessions, no ACLs, the root; then as the test wants. */
function afterRoot(write: (writer: BinaryWriter) => void): Uint8Array {
  return writerWith((writer) => {
    writer.int(0);
    writer.int(0);
    writer.ustring('');
    writer.buffer(null);
    writer.long(-1n);
    StatPersisted.write(writer, STAT);
    write(writer);
  });
}

function decode(bytes: Uint8Array, chunk = bytes.length): SnapshotStreamDecoder {
  const decoder = new SnapshotStreamDecoder(new ToyTree());
  for (let at = 0; at < bytes.length && !decoder.isDone; ) {
    at += decoder.push(bytes, at, Math.min(at + chunk, bytes.length));
  }
  return decoder;
}

test('snapshot stream: neither sessions nor ACLs, data null → whole', () => {
  const bytes = afterRoot((writer) => {
    writer.ustring('/');
    writer.ustring('BenWasHere');
  });
  for (const chunk of [1, 1000]) assert.equal(decode(bytes, chunk).isDone, true);
});

test('snapshot stream: malformed → JuteError, however it is cut', () => {
  const malformed: Record<string, Uint8Array> = {
    sessions: writerWith((writer) => writer.int(-2)),
    acls: writerWith((writer) => {
      writer.int(0);
      writer.int(-1);
    }),
    'a path': afterRoot((writer) => writer.int(-1)),
    'data of': afterRoot((writer) => {
      writer.ustring('/a');
      writer.int(-2);
    }),
    'an entry of': afterRoot((writer) => {
      writer.ustring('/a');
      writer.int(2_000_000_000);
    }),
    'no signature': afterRoot((writer) => {
      writer.ustring('/');
      writer.ustring('BenIsAway!');
    }),
    'without a node': writerWith((writer) => {
      writer.int(0);
      writer.int(0);
      writer.ustring('/');
    }),
  };
  for (const [reason, bytes] of Object.entries(malformed)) {
    for (const chunk of [1, 3, bytes.length]) {
      const isExpected = (error: unknown) =>
        error instanceof JuteError && error.message.includes(reason);
      assert.throws(() => decode(bytes, chunk), isExpected, `${reason}, ${chunk}`);
    }
  }
});

test('snapshot stream: a length that is claimed and does not come → no memory for it', () => {
  const before = process.memoryUsage().arrayBuffers;
  const bytes = afterRoot((writer) => {
    writer.ustring('/a');
    writer.int(200_000_000);
  });
  const decoders = Array.from({ length: 10 }, () => decode(bytes));
  assert.ok(decoders.every(({ isDone }) => !isDone));
  assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
});

test('snapshot stream: an ACL list of many entries in small chunks → each looked at once', () => {
  const count = 100_000;
  const acl = { perms: 31, id: { scheme: 'world', id: 'anyone' } };
  const bytes = writerWith((writer) => {
    writer.int(0);
    writer.int(1);
    writer.long(7n);
    writer.int(count);
    for (let i = 0; i < count; i++) {
      writer.int(acl.perms);
      writer.ustring(acl.id.scheme);
      writer.ustring(acl.id.id);
    }
  });
  const tree = new ToyTree();
  const decoder = new SnapshotStreamDecoder(tree);
  for (let at = 0; at < bytes.length; )
    at += decoder.push(bytes, at, Math.min(at + 7, bytes.length));
  assert.equal(tree.acls[0]?.[1].length, count);
});

test('snapshot stream: any bytes → nothing but JuteError is thrown', () => {
  const whole = stream(5);
  fc.assert(
    fc.property(
      fc.nat(whole.length - 1),
      fc.nat(255),
      fc.integer({ min: 1, max: 99 }),
      (at, byte, chunk) => {
        const bytes = whole.slice();
        bytes[at] = byte;
        try {
          decode(bytes, chunk);
        } catch (error) {
          assert.ok(error instanceof JuteError, String(error));
        }
      },
    ),
    { numRuns: 500 },
  );
});
