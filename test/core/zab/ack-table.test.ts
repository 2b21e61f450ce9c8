import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AckTable } from '../../../src/core/zab/ack-table.ts';
import { QuorumMaj } from '../../../src/core/zab/members/quorum-maj.ts';

const quorum = (...voters: number[]) =>
  new QuorumMaj({ version: 0, voters: new Set(voters), observers: new Set(), configText: '' });

const maj = (...voters: number[]) => new AckTable([quorum(...voters)]);

test('ack-table: nobody has acknowledged → no zxid', () => {
  assert.equal(maj(1, 2, 3).quorumZxid(), -1);
});

test('ack-table: one of three → no zxid', () => {
  const acks = maj(1, 2, 3);
  acks.set(1, 10);
  assert.equal(acks.quorumZxid(), -1);
});

test('ack-table: two of three → the lower of the two', () => {
  const acks = maj(1, 2, 3);
  acks.set(1, 10);
  acks.set(3, 7);
  assert.equal(acks.quorumZxid(), 7);
  acks.set(2, 9);
  assert.equal(acks.quorumZxid(), 9);
});

test('ack-table: five voters → the third furthest', () => {
  const acks = maj(1, 2, 3, 4, 5);
  for (const [sid, zxid] of [
    [1, 5],
    [2, 9],
    [3, 1],
    [4, 7],
    [5, 3],
  ] as const)
    acks.set(sid, zxid);
  assert.equal(acks.quorumZxid(), 5);
});

test('ack-table: a server without a vote → does not count', () => {
  const acks = maj(1, 2, 3);
  acks.set(1, 10);
  acks.set(9, 10);
  assert.equal(acks.quorumZxid(), -1);
});

test('ack-table: a follower is gone → its acks do not count any more', () => {
  const acks = maj(1, 2, 3);
  acks.set(1, 10);
  acks.set(2, 10);
  acks.remove(2);
  assert.equal(acks.quorumZxid(), -1);
});

test('ack-table: entries of a pending reconfiguration → wait for quorums of both', () => {
  const acks = maj(1, 2, 3);
  acks.beginSpan(5, [quorum(1, 2, 3), quorum(3, 4, 5)]);
  acks.set(1, 9);
  acks.set(2, 9);
  assert.equal(acks.quorumZxid(), 4);
  acks.set(4, 6);
  assert.equal(acks.quorumZxid(), 4);
  acks.set(5, 7);
  assert.equal(acks.quorumZxid(), 6);
});

test('ack-table: after the reconfiguration → what was proposed before still waits, in order', () => {
  const acks = maj(1, 2, 3);
  acks.beginSpan(5, [quorum(1, 2, 3), quorum(3, 4, 5)]);
  acks.beginSpan(8, [quorum(3, 4, 5)]);
  for (const sid of [3, 4]) acks.set(sid, 9);
  assert.equal(acks.quorumZxid(), -1);
  acks.set(1, 6);
  assert.equal(acks.quorumZxid(), 6);
  acks.set(2, 7);
  assert.equal(acks.quorumZxid(), 9);
  acks.remove(1);
  acks.remove(2);
  assert.equal(acks.quorumZxid(), 9);
});

test('ack-table: a former voter is gone right after the reconfiguration → nothing waits for it', () => {
  const acks = maj(1, 2, 3);
  acks.beginSpan(5, [quorum(1, 2, 3), quorum(3)]);
  for (const sid of [1, 2, 3]) acks.set(sid, 5);
  assert.equal(acks.quorumZxid(), 5);
  acks.beginSpan(6, [quorum(3)]);
  acks.remove(1);
  acks.remove(2);
  acks.set(3, 7);
  assert.equal(acks.quorumZxid(), 7);
});

test('ack-table: nothing was proposed while it was pending → the later span takes its place', () => {
  const acks = maj(1, 2, 3);
  acks.beginSpan(5, [quorum(1, 2, 3), quorum(4)]);
  acks.beginSpan(5, [quorum(4)]);
  for (const sid of [1, 2]) acks.set(sid, 4);
  acks.set(4, 6);
  assert.equal(acks.quorumZxid(), 6);
});
