import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuorumLink } from '../../../src/core/zab/quorum-link.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { writeAck, writeCommit } from '../../../src/protocol/records/quorum.ts';

function link() {
  const dirty: QuorumLink[] = [];
  const owner = { onDirty: (each: QuorumLink) => dirty.push(each) };
  const remote = { address: '10.0.0.1', port: 1 };
  return { dirty, link: new QuorumLink(owner, { id: 1, remote, packetBytesMax: 1000 }) };
}

function packets(): Uint8Array {
  const writer = new BinaryWriter();
  writeAck(writer, 5);
  writeCommit(writer, 6);
  return writer.take();
}

test('quorum-link: several packets are written → the driver is told once', () => {
  const { dirty, link: one } = link();
  writeAck(one.writer, 1);
  writeAck(one.writer, 2);
  assert.deepEqual(dirty, [one]);
  assert.equal(one.output.length, 40);
  one.release(true);
  assert.equal(one.output.length, 0);
  writeAck(one.writer, 3);
  assert.deepEqual(dirty, [one, one]);
});

test('quorum-link: the driver keeps the output → the next packets do not touch it', () => {
  const { link: one } = link();
  writeAck(one.writer, 1);
  const kept = one.output;
  const copy = Uint8Array.from(kept);
  one.release(false);
  writeAck(one.writer, 2);
  assert.deepEqual(kept, copy);
});

test('quorum-link: it is closed twice → the first reason counts', () => {
  const { dirty, link: one } = link();
  one.close('first', 'detail');
  one.close('second');
  assert.equal(one.closeReason, 'first');
  assert.equal(one.closeDetail, 'detail');
  assert.equal(dirty.length, 1);
});

test('quorum-link: reading is paused in the middle of a chunk → the rest comes later, in order', () => {
  const { link: one } = link();
  const bytes = packets();
  const shared = Uint8Array.from(bytes);
  assert.ok(one.offer(shared));
  assert.ok(one.decoder.next());
  assert.equal(one.decoder.zxid, 5);
  one.pause();
  shared.fill(0);
  assert.equal(one.offer(packets()), false);
  one.resume();
  const zxids: number[] = [];
  do {
    while (one.decoder.next()) zxids.push(one.decoder.zxid);
  } while (one.takeBacklog());
  assert.deepEqual(zxids, [6, 5, 6]);
});
