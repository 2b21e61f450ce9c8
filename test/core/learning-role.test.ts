import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAsk, errorOf } from '../scenario/asks.ts';
import { startedRig } from './peer-rig.ts';

test('learning-role: a write while the leader is gone → the connection ends, unanswered', () => {
  const rig = startedRig([1, 2, 3]);
  const follower = rig.leader === 1 ? 2 : 1;
  const client = rig.connect(follower);
  const before = client.received.length;
  rig.cutOff(rig.leader);
  assert.ok(client.isEnded);
  assert.equal(client.received.length, before);
});

test('learning-role: figures → state and phase, nothing of a leader', () => {
  const rig = startedRig([1, 2, 3], [4]);
  const { leader, peerState, observerMasterId } = rig.peer(4).figures;
  assert.equal(peerState, 'observing - broadcast');
  assert.equal(leader, null);
  assert.equal(observerMasterId, rig.leader);
});

test('learning-role: the observer is cut off and comes back → it has what was written', () => {
  const rig = startedRig([1, 2, 3], [4]);
  rig.cutOff(4);
  const client = rig.connect(rig.leader);
  rig.call(client, createAsk('/a'));
  rig.cutOff(4, false);
  rig.awaitServing(4);
  const reader = rig.connect(4);
  assert.equal(errorOf(rig.call(reader, { kind: 'exists', path: '/a', watch: false })), 'Ok');
});

test('learning-role: a session ends at another server → its connection here ends', () => {
  const rig = startedRig([1, 2, 3]);
  const follower = rig.leader === 1 ? 2 : 1;
  const client = rig.connect(follower);
  const moved = rig.connect(rig.leader, client);
  rig.call(moved, { kind: 'closeSession' });
  assert.ok(client.isEnded);
});
