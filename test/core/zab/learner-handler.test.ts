import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LearnerHandler } from '../../../src/core/zab/learner-handler.ts';
import { QuorumLink } from '../../../src/core/zab/quorum-link.ts';
import type { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { QuorumPacketDecoder } from '../../../src/protocol/quorum-packet-decoder.ts';
import { QuorumPacketType } from '../../../src/protocol/records/quorum.ts';
import { entryOf } from './toy-history.ts';

function handler(isFollower = true, heldBytesMax?: number) {
  const owner = { onDirty() {} };
  const remote = { address: '10.0.0.1', port: 1 };
  const link = new QuorumLink(owner, { id: 1, remote, packetBytesMax: 1000 });
  const learner = new LearnerHandler(link, 0, heldBytesMax);
  learner.isFollower = isFollower;
  for (const phase of ['discovery', 'epochSent', 'epochAcked'] as const)
    learner.transitionTo(phase);
  return { link, learner };
}

function sent(bytes: Uint8Array): string[] {
  const decoder = new QuorumPacketDecoder(1000);
  decoder.push(Uint8Array.from(bytes));
  const lines: string[] = [];
  while (decoder.next()) lines.push(`${decoder.type} ${decoder.zxid}`);
  return lines;
}

const { SNAP, DIFF, PROPOSAL, COMMIT, INFORM } = QuorumPacketType;

test('learner-handler: a phase is left out → it is a bug', () => {
  const { learner } = handler();
  assert.throws(() => learner.transitionTo('broadcast'), /from epochAcked to broadcast/);
});

test('learner-handler: DIFF → each entry with its commit', () => {
  const { link, learner } = handler();
  learner.synchronize({ kind: 'DIFF', zxid: 8, entries: [entryOf(7), entryOf(8)] }, () => {
    throw new Error('no snapshot is wanted');
  });
  assert.deepEqual(sent(link.output), [
    `${DIFF} 8`,
    `${PROPOSAL} 7`,
    `${COMMIT} 7`,
    `${PROPOSAL} 8`,
    `${COMMIT} 8`,
  ]);
});

test('learner-handler: packets while a snapshot is sent → behind its last byte', () => {
  const { link, learner } = handler();
  let slices = 2;
  let isReleased = false;
  const snapshot = {
    zxid: 5,
    next(writer: BinaryWriter) {
      if (slices-- === 0) return false;
      writer.raw(Uint8Array.from([0xaa]), 0, 1);
      return true;
    },
    release() {
      isReleased = true;
    },
  };
  learner.synchronize({ kind: 'SNAP', why: '' }, () => snapshot);
  learner.propose(entryOf(6));
  assert.deepEqual(sent(link.output.subarray(0, 20)), [`${SNAP} 5`]);
  assert.deepEqual([...link.output.subarray(20)], [0xaa]);
  assert.ok(link.hasMore);
  link.isCongested = true;
  learner.sendSnapshot();
  assert.equal(link.output.length, 21);
  link.isCongested = false;
  learner.sendSnapshot();
  learner.sendSnapshot();
  assert.deepEqual([...link.output.subarray(20, 22)], [0xaa, 0xaa]);
  assert.deepEqual(sent(link.output.subarray(22)), [`${PROPOSAL} 6`]);
  assert.ok(isReleased);
  assert.equal(link.hasMore, false);
});

test('learner-handler: an observer → commits bring the entries themselves', () => {
  const { link, learner } = handler(false);
  learner.commit([entryOf(3), entryOf(4)]);
  assert.deepEqual(sent(link.output), [`${INFORM} 3`, `${INFORM} 4`]);
});

test('learner-handler: the oldest proposal is not acknowledged in time → it does not keep up', () => {
  const { learner } = handler();
  learner.propose(entryOf(3));
  learner.propose(entryOf(4));
  assert.ok(learner.keepsUp(100, 50));
  assert.ok(learner.keepsUp(150, 50));
  assert.equal(learner.keepsUp(151, 50), false);
  learner.lastAcked = 3;
  assert.ok(learner.keepsUp(151, 50));
  learner.propose(entryOf(5));
  assert.ok(learner.keepsUp(200, 50));
});

test('learner-handler: the last proposal of all is not acknowledged → it does not keep up', () => {
  const { learner } = handler();
  learner.propose(entryOf(3));
  learner.propose(entryOf(4));
  learner.lastAcked = 3;
  assert.ok(learner.keepsUp(100, 50));
  assert.equal(learner.keepsUp(151, 50), false);
  learner.lastAcked = 4;
  assert.ok(learner.keepsUp(151, 50));
});

test('learner-handler: it takes nothing of a snapshot while much is proposed → let go', () => {
  const { link, learner } = handler(true, 100);
  const snapshot = { zxid: 5, next: () => true, release() {} };
  learner.synchronize({ kind: 'SNAP', why: '' }, () => snapshot);
  link.isCongested = true;
  for (let zxid = 6; zxid < 6 + 100 && !link.isClosing; zxid++) learner.propose(entryOf(zxid));
  assert.equal(link.closeReason, 'snapshot takes too long');
});
