/** The slices of a snapshot; its bytes are compared with Java's in snapshot.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshotSourceOf } from '../../../src/core/snapshot-source-of.ts';
import { SnapshotEncoder } from '../../../src/core/storage/snapshot-encoder.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { createAsk, startServer } from '../../scenario/asks.ts';

const CHOICES = { serializeLastProcessedZxid: true, digestEnabled: true };
const run = startServer();
for (let i = 0; i < 50; i++) run.call('a', createAsk(`/n${i}`, { data: new Uint8Array(100) }));

function slices(byteBudget: number): Buffer[] {
  const source = snapshotSourceOf(run.server.database, CHOICES);
  const encoder = new SnapshotEncoder(source);
  const found: Buffer[] = [];
  for (let hasMore = true; hasMore; ) {
    const writer = new BinaryWriter();
    hasMore = encoder.next(writer, byteBudget);
    found.push(Buffer.from(writer.take()));
  }
  source.release();
  return found;
}

test('encoder: any size of slices → the same bytes, so that the checksum goes on over them', () => {
  const whole = slices(1_000_000);
  assert.equal(whole.length, 1);
  for (const budget of [1, 7, 64, 300, 4096]) {
    assert.deepEqual(Buffer.concat(slices(budget)), whole[0], String(budget));
  }
});

test('encoder: a slice → at most one entry more than its budget', () => {
  const longest = 4 + 8 + 4 + 100 + 8 + 60;
  for (const slice of slices(500)) assert.ok(slice.length < 500 + longest, String(slice.length));
});

test('encoder: asked for more after the last slice → an assertion', () => {
  const source = snapshotSourceOf(run.server.database, CHOICES);
  const encoder = new SnapshotEncoder(source);
  while (encoder.next(new BinaryWriter(), 1000));
  assert.throws(() => encoder.next(new BinaryWriter(), 1000), /has ended/);
  source.release();
});
