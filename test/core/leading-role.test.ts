import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counterOf, epochOf } from '../../src/base/zxid.ts';
import { createAsk } from '../scenario/asks.ts';
import { startedRig } from './peer-rig.ts';

test('leading-role: the first entry of an epoch → counts from 1', () => {
  const rig = startedRig([1, 2, 3]);
  const before = rig.peer(rig.leader).history.lastZxid;
  rig.connect(rig.leader);
  const after = rig.peer(rig.leader).history.lastZxid;
  assert.ok(epochOf(after) > epochOf(before));
  assert.equal(counterOf(after), 1);
});

test('leading-role: figures → learners by kind, sizes of proposals', () => {
  const rig = startedRig([1, 2, 3], [4]);
  rig.call(rig.connect(rig.leader), createAsk('/a', { data: new Uint8Array(500) }));
  const { leader, peerState, quorumSize, leaderId, members, learners } = rig.peer(
    rig.leader,
  ).figures;
  assert.equal(peerState, 'leading - broadcast');
  assert.equal(leaderId, rig.leader);
  assert.deepEqual([...members.keys()].sort(), [1, 2, 3, 4]);
  const others = [1, 2, 3, 4].filter((sid) => sid !== rig.leader);
  assert.deepEqual(learners.map(({ sid }) => sid).sort(), others);
  assert.ok(learners.every(({ phase }) => phase === 'broadcast'));
  assert.equal(quorumSize, 3);
  assert.equal(leader?.learners, 3);
  assert.equal(leader?.syncedFollowers, 2);
  assert.equal(leader?.syncedObservers, 1);
  assert.ok((leader?.proposalSizes.max ?? 0) > 500);
  assert.ok((leader?.proposalSizes.min ?? 0) < 100);
});

test('leading-role: an unused container → removed once, everywhere', () => {
  const rig = startedRig([1, 2, 3]);
  const client = rig.connect(rig.leader);
  rig.call(client, createAsk('/c', { flags: 4, type: 19 }));
  rig.call(client, createAsk('/c/a'));
  rig.call(client, { kind: 'delete', path: '/c/a', version: -1 });
  for (let i = 0; i < 20; i++) {
    rig.advance(3500);
    rig.call(client, { kind: 'exists', path: '/', watch: false });
  }
  for (const sid of [1, 2, 3]) assert.equal(rig.peer(sid).database.tree.findPath('/c'), 0);
});

test('leading-role: the session of a learner is expired → closed everywhere; unknown ones are not', () => {
  const rig = startedRig([1, 2, 3]);
  const follower = rig.leader === 1 ? 2 : 1;
  const client = rig.connect(follower);
  rig.call(client, createAsk('/e', { flags: 1 }));
  const expire = (sid: number, id: bigint) => {
    const isExpired = rig.peer(sid).expireSession(id);
    rig.settle();
    return isExpired;
  };
  assert.equal(expire(follower, client.sessionId), false);
  assert.equal(expire(rig.leader, 1n), false);
  assert.equal(expire(rig.leader, client.sessionId), true);
  assert.equal(expire(rig.leader, client.sessionId), false);
  assert.ok(client.isEnded);
  assert.equal(rig.connect(follower, client).sessionId, 0n);
  for (const sid of [1, 2, 3]) assert.equal(rig.peer(sid).database.tree.findPath('/e'), 0);
});
