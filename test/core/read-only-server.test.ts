import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAsk, errorOf } from '../scenario/asks.ts';
import { type PeerRig, type RigClient, startedRig } from './peer-rig.ts';

const READ_ONLY = { readOnlyModeEnabled: true, localSessionsEnabled: true };
const EXISTS = { kind: 'exists', path: '/a', watch: false } as const;

/** Three servers with the node /a, of which a follower is cut off. */
function partitionedRig(options = READ_ONLY): { rig: PeerRig; sid: number } {
  const rig = startedRig([1, 2, 3], [], options);
  rig.call(rig.connect(rig.leader), createAsk('/a'));
  const sid = rig.leader === 1 ? 2 : 1;
  rig.cutOff(sid);
  return { rig, sid };
}

function connectReadOnly(rig: PeerRig, sid: number): RigClient {
  return rig.connect(sid, undefined, true);
}

test('read-only server: no leader for two seconds → what is there is served to who asks for that', () => {
  const { rig, sid } = partitionedRig();
  const peer = rig.peer(sid);
  assert.equal(peer.state, 'LOOKING');
  rig.advance(1990);
  assert.equal(peer.mode, null);
  rig.advance(20);
  assert.deepEqual([peer.mode, peer.state], ['read-only', 'LOOKING']);
  const client = connectReadOnly(rig, sid);
  assert.equal(errorOf(rig.call(client, EXISTS)), 'Ok');
  assert.equal(errorOf(rig.call(client, createAsk('/b'))), 'NotReadOnly');
  assert.equal(rig.connect(sid).sessionId, 0n);
});

test('read-only server: a leader is found → its connections end, the server follows', () => {
  const { rig, sid } = partitionedRig();
  rig.advance(3000);
  const client = connectReadOnly(rig, sid);
  rig.call(rig.connect(rig.leader), createAsk('/b'));
  assert.ok(!client.isEnded);
  rig.cutOff(sid, false);
  rig.awaitServing(sid);
  assert.ok(client.isEnded);
  assert.equal(rig.peer(sid).mode, 'follower');
  // It was a session of the read-only server alone.
  assert.equal(rig.connect(sid, client).sessionId, 0n);
  const other = rig.connect(sid);
  assert.equal(errorOf(rig.call(other, { ...EXISTS, path: '/b' })), 'Ok');
  assert.equal(errorOf(rig.call(other, createAsk('/c'))), 'Ok');
  assert.equal(new Set(rig.digests().map((line) => line.slice(2))).size, 1, rig.digests().join());
});

test('read-only server: a quorum comes together again → it elects, whoever reads here', () => {
  const rig = startedRig([1, 2, 3], [], READ_ONLY);
  rig.call(rig.connect(rig.leader), createAsk('/a'));
  for (const sid of [1, 2, 3]) rig.cutOff(sid);
  rig.advance(6000);
  assert.deepEqual(
    [1, 2, 3].map((sid) => rig.peer(sid).mode),
    ['read-only', 'read-only', 'read-only'],
  );
  const clients = [1, 2, 3].map((sid) => connectReadOnly(rig, sid));
  for (const sid of [1, 2, 3]) rig.cutOff(sid, false);
  rig.awaitServing(rig.leader);
  rig.awaitServing(1, 2, 3);
  assert.ok(clients.every(({ isEnded }) => isEnded));
});

test('read-only server: a local session that is not heard of → its connection ends', () => {
  const { rig, sid } = partitionedRig();
  rig.advance(3000);
  const [silent, alive] = [connectReadOnly(rig, sid), connectReadOnly(rig, sid)];
  for (let i = 0; i < 4; i++) {
    rig.advance(2000);
    rig.call(alive, { kind: 'ping' });
  }
  assert.deepEqual([silent.isEnded, alive.isEnded], [true, false]);
});

test('read-only server: the server stops → the connections end, and it stops', () => {
  const { rig, sid } = partitionedRig();
  rig.advance(3000);
  const client = connectReadOnly(rig, sid);
  rig.peer(sid).shutdown();
  rig.settle();
  assert.ok(client.isEnded);
  assert.equal(rig.peer(sid).mode, null);
  rig.advance(5000);
  assert.equal(rig.peer(sid).mode, null);
});

test('read-only server: not enabled → nobody is served without a leader', () => {
  const { rig, sid } = partitionedRig({ ...READ_ONLY, readOnlyModeEnabled: false });
  rig.advance(10_000);
  assert.equal(rig.peer(sid).mode, null);
});
