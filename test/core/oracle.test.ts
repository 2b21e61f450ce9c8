/** Two voters, and an oracle that says who of them may go on alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerId } from '../../src/base/server-id.ts';
import { createAsk, errorOf } from '../scenario/asks.ts';
import { PeerRig, startedRig } from './peer-rig.ts';

function twoVoters(...allowed: readonly ServerId[]) {
  const oracle = new Set(allowed);
  const rig = startedRig([1, 2], [], { oracle });
  const { leader } = rig;
  return { rig, oracle, leader, follower: leader === 1 ? 2 : 1 };
}

function create(rig: PeerRig, sid: ServerId, path: string): string {
  return errorOf(rig.call(rig.connect(sid), createAsk(path)));
}

function has(rig: PeerRig, sid: ServerId, path: string): boolean {
  return rig.peer(sid).database.tree.findPath(path) !== 0;
}

test('oracle: it says no, the follower goes → the leader gives way', () => {
  const { rig, leader, follower } = twoVoters();
  rig.kill(follower);
  rig.advance(2000);
  assert.equal(rig.peer(leader).state, 'LOOKING');
  rig.advance(10_000);
  assert.equal(rig.peer(leader).state, 'LOOKING');
});

test('oracle: it says yes, the follower goes → the leader goes on, and finishes what waits', () => {
  const { rig, oracle, leader, follower } = twoVoters();
  oracle.add(leader);
  const client = rig.connect(leader);
  rig.call(client, createAsk('/a'));
  // Proposed, and the follower dies before it has acknowledged.
  rig.send(client, createAsk('/b'));
  rig.kill(follower);
  rig.advance(300);
  assert.equal(rig.peer(leader).mode, 'leader');
  assert.ok(has(rig, leader, '/b'));
  assert.equal(client.isEnded, false);
  assert.equal(errorOf(rig.call(client, createAsk('/c'))), 'Ok');
});

test('oracle: it says yes to the follower, the leader goes → that leads; the other comes back and follows', () => {
  const { rig, oracle, leader, follower } = twoVoters();
  create(rig, leader, '/a');
  oracle.add(follower);
  rig.kill(leader);
  const ms = rig.awaitServing(follower);
  assert.ok(ms <= 1000, `${ms} ms`);
  assert.equal(rig.leader, follower);
  assert.equal(create(rig, follower, '/b'), 'Ok');
  rig.start(leader);
  rig.awaitServing(leader);
  assert.equal(rig.leader, follower);
  assert.ok(has(rig, leader, '/b'));
});

test('oracle: it changes its mind → obeyed, both ways, without waiting for the next election', () => {
  const { rig, oracle, leader, follower } = twoVoters();
  rig.kill(follower);
  rig.advance(60_000);
  assert.equal(rig.peer(leader).state, 'LOOKING');
  oracle.add(leader);
  const ms = rig.awaitServing(leader);
  assert.ok(ms <= 500, `${ms} ms`);
  oracle.delete(leader);
  rig.advance(300);
  assert.equal(rig.peer(leader).state, 'LOOKING');
});

test('oracle: it says no while a write waits for it → not committed, and history with the follower', () => {
  const { rig, oracle, leader, follower } = twoVoters();
  oracle.add(leader);
  rig.kill(follower);
  rig.advance(300);
  const client = rig.connect(leader);
  oracle.delete(leader);
  rig.send(client, createAsk('/a'));
  rig.settle();
  assert.ok(!client.received.some(({ kind }) => kind === 'reply'));
  rig.start(follower);
  rig.awaitServing(1, 2);
  assert.ok(has(rig, 1, '/a') && has(rig, 2, '/a'));
});

test('oracle: the other is there → both are needed, whatever the oracle says', () => {
  const { rig, leader, follower } = twoVoters(1, 2);
  const client = rig.connect(leader);
  rig.cutOff(follower);
  rig.cutOff(follower, false);
  rig.awaitServing(1, 2);
  assert.equal(rig.leader, leader);
  rig.send(client, createAsk('/a'));
  rig.settle();
  assert.ok(has(rig, follower, '/a'));
});

test('oracle: both start, and both are allowed → one leads and one follows', () => {
  const rig = new PeerRig([1, 2], [], { oracle: new Set([1, 2]) });
  rig.start(1, 2);
  rig.awaitServing(1, 2);
  const modes = [1, 2].map((sid) => rig.peer(sid).mode);
  assert.deepEqual(modes.sort(), ['follower', 'leader']);
});

test('oracle: three voters → never asked', () => {
  const rig = startedRig([1, 2, 3], [], { oracle: new Set([1, 2, 3]) });
  const { leader } = rig;
  for (const sid of [1, 2, 3]) if (sid !== leader) rig.kill(sid);
  rig.advance(5000);
  assert.equal(rig.peer(leader).state, 'LOOKING');
});

test('oracle: an observer and no other voter → no quorum by the observer, one by the oracle', () => {
  const oracle = new Set<ServerId>();
  const rig = startedRig([1, 2], [3], { oracle });
  const { leader } = rig;
  rig.kill(leader === 1 ? 2 : 1);
  rig.advance(3000);
  assert.equal(rig.peer(leader).state, 'LOOKING');
  oracle.add(leader);
  rig.awaitServing(leader, 3);
  assert.equal(create(rig, 3, '/a'), 'Ok');
});

test('oracle: a sync waits for the other to confirm who leads, and it goes → answered all the same', () => {
  const oracle = new Set<ServerId>([1, 2]);
  const rig = startedRig([1, 2], [], { oracle, syncQuorum: true });
  const { leader } = rig;
  const client = rig.connect(leader);
  rig.send(client, { kind: 'sync', path: '/' });
  rig.kill(leader === 1 ? 2 : 1);
  rig.advance(300);
  assert.equal(client.received.at(-1)?.kind, 'reply');
  assert.equal(errorOf(rig.call(client, { kind: 'sync', path: '/' })), 'Ok');
});
