import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotSending } from '../../../../src/core/storage/history/snapshot-sending.ts';
import { SnapshotEncoder } from '../../../../src/core/storage/snapshot-encoder.ts';
import { BinaryWriter } from '../../../../src/protocol/jute/binary-writer.ts';
import { upTo } from '../storage-run.ts';
import { type ToySource, ToyTree } from '../toy-tree.ts';

function source(): ToySource {
  const tree = new ToyTree();
  tree.zxids = upTo(20);
  return tree.source();
}

/** What a snapshot file has between its header and its first seal. */
function fileBody(): Buffer {
  const writer = new BinaryWriter();
  new SnapshotEncoder({ ...bind(source()), digest: null, serializeLastProcessedZxid: false }).next(
    writer,
    1e6,
  );
  return Buffer.from(writer.take().subarray(16, -13));
}

const bind = (toy: ToySource) => ({
  zxid: toy.zxid,
  sessions: toy.sessions,
  acls: toy.acls,
  nextNode: (writer: BinaryWriter) => toy.nextNode(writer),
  release: () => toy.release(),
});

test('snapshot sending: any size of slices → the body of the file, then the signature', () => {
  const signature = Buffer.concat([Buffer.from([0, 0, 0, 10]), Buffer.from('BenWasHere')]);
  const expected = Buffer.concat([fileBody(), signature]);
  for (const bytesMax of [1, 50, 1000, 1_000_000]) {
    const sending = new SnapshotSending(source());
    assert.equal(sending.zxid, 20);
    const slices: Uint8Array[] = [];
    const writer = new BinaryWriter();
    for (let hasMore = true; hasMore; ) {
      hasMore = sending.next(writer, bytesMax);
      assert.ok(writer.at < bytesMax + 200);
      slices.push(writer.take());
    }
    assert.deepEqual(Buffer.concat(slices), expected);
  }
});

test('snapshot sending: released, once or twice → the view is let go; more is an assertion', () => {
  const toy = source();
  const sending = new SnapshotSending(toy);
  sending.next(new BinaryWriter(), 10);
  sending.release();
  sending.release();
  assert.equal(toy.isReleased, true);
  assert.throws(() => sending.next(new BinaryWriter(), 10), /has ended/);
});
