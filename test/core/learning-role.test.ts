import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counterOf } from '../../src/base/zxid.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import { SUPER } from '../../src/sim/access.ts';
import { createAsk, errorOf } from '../scenario/asks.ts';
import {
  awaitServing,
  awaitThat,
  followerOf,
  leaderOf,
  quietConfig,
  startedEnsemble,
} from '../sim/ensemble/ensemble-rig.ts';
import { startedRig } from './peer-rig.ts';
import { joiningLine } from './zab/members/ensemble-of.ts';

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
  const { leader, peerState, observerMasterId, leaderId, learners } = rig.peer(4).figures;
  assert.equal(peerState, 'observing - broadcast');
  assert.equal(leaderId, rig.leader);
  assert.deepEqual(learners, []);
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

test('learning-role: a local session that is not heard of → over, here alone and without a txn', () => {
  const rig = startedRig([1, 2, 3], [4], { localSessionsEnabled: true });
  for (const sid of [1, 2, 3, 4]) {
    const client = rig.connect(sid);
    assert.notEqual(client.sessionId, 0n);
    rig.advance(3000);
    rig.call(client, { kind: 'ping' });
    rig.advance(3000);
    assert.ok(!client.isEnded, `server ${sid}`);
    rig.advance(6000);
    assert.ok(client.isEnded, `server ${sid}`);
    assert.equal(rig.connect(sid, client).sessionId, 0n);
  }
  for (const { history } of [1, 2, 3, 4].map((sid) => rig.peer(sid))) {
    assert.equal(counterOf(history.lastZxid), 0);
    assert.equal(history.database.sessionsWithTimeouts.size, 0);
  }
});

test('learning-role: its local session is upgraded → outlives the role, and is kept by pings', () => {
  const options = { localSessionsEnabled: true, localSessionsUpgradingEnabled: true };
  const rig = startedRig([1, 2, 3], [], options);
  const follower = rig.leader === 1 ? 2 : 1;
  const plain = rig.connect(follower);
  const client = rig.connect(follower);
  assert.equal(errorOf(rig.call(client, createAsk('/e', { flags: 1 }))), 'Ok');
  for (let i = 0; i < 5; i++) {
    rig.advance(2000);
    rig.call(client, { kind: 'ping' });
  }
  rig.kill(rig.leader);
  const rest = [1, 2, 3].filter((sid) => rig.member(sid).peer !== null);
  rig.awaitServing(...rest);
  assert.equal(rig.connect(follower, plain).sessionId, 0n);
  assert.equal(rig.connect(follower, client).sessionId, client.sessionId);
  rig.advance(10_000);
  for (const sid of rest) assert.equal(rig.peer(sid).database.tree.findPath('/e'), 0);
});

test('learning-role: the wall clock is set back → a later local session has another id', () => {
  const rig = startedRig([1, 2, 3], [], { localSessionsEnabled: true });
  const follower = rig.leader === 1 ? 2 : 1;
  const before = rig.connect(follower);
  rig.wallOffsetMs -= 900_000;
  rig.cutOff(follower);
  rig.cutOff(follower, false);
  rig.awaitServing(follower);
  assert.ok(before.isEnded);
  const after = rig.connect(follower);
  assert.ok(after.sessionId > before.sessionId);
});

test('learning-role: its local session is expired → over here; the leader knows of none', () => {
  const rig = startedRig([1, 2, 3], [], { localSessionsEnabled: true });
  const follower = rig.leader === 1 ? 2 : 1;
  const client = rig.connect(follower);
  assert.equal(rig.peer(rig.leader).expireSession(client.sessionId), false);
  assert.equal(rig.peer(follower).expireSession(client.sessionId), true);
  rig.settle();
  assert.ok(client.isEnded);
  assert.equal(rig.connect(follower, client).sessionId, 0n);
});

test('learning-role: the clock is set back, a session not committed when the role ends → other ids', () => {
  const ensemble = startedEnsemble();
  const leader = leaderOf(ensemble);
  const follower = followerOf(ensemble);
  const third = [...ensemble.peers.values()].find((each) => each !== leader && each !== follower);
  assert.ok(third);
  const cutLinks = () => {
    for (const stream of follower.links.streams) stream.cut();
    awaitThat(ensemble, () => follower.mode === null);
  };
  const first = ensemble.addClient(follower);
  first.calm();
  awaitThat(ensemble, () => first.isSettled);
  follower.clock.jumpWall(-900_000);
  cutLinks();
  awaitServing(ensemble);
  // What it asks for is proposed, and gets to nobody.
  const before = leader.lastLogged;
  ensemble.network.close(leader.sid, follower.sid);
  ensemble.network.close(leader.sid, third.sid);
  ensemble.addClient(follower).calm();
  awaitThat(ensemble, () => leader.lastLogged > before);
  cutLinks();
  ensemble.network.heal();
  ensemble.network.close(leader.sid, third.sid);
  awaitThat(ensemble, () => follower.mode === 'follower');
  ensemble.network.heal();
  ensemble.addClient(follower).calm();
  awaitThat(ensemble, () => ensemble.clients.every((client) => client.isSettled));
  const made = ensemble.witness.committed.filter(({ txn }) => txn.type === OpCode.createSession);
  const ids = made.map(({ clientId }) => clientId);
  assert.ok(ids.length >= 3);
  assert.equal(new Set(ids).size, ids.length);
});

test('learning-role: synchronized while a reconfiguration is pending → it does not count yet', () => {
  const { server } = quietConfig();
  const requests = { ...server.requests, reconfigEnabled: true };
  const ensemble = startedEnsemble({ config: { server: { ...server, requests } } });
  const leader = leaderOf(ensemble);
  const follower = followerOf(ensemble);
  const third = [...ensemble.peers.values()].find((each) => each !== leader && each !== follower);
  assert.ok(third);
  const client = ensemble.addClient(leader);
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  ensemble.network.close(leader.sid, third.sid);
  // A quorum of five is connected, and not enough of them will hear of it.
  const newMembers = [1, 2, 3, 4, 5].map((sid) => joiningLine(sid)).join(',');
  const none = { joiningServers: null, leavingServers: null, curConfigId: -1 };
  client.ask({ kind: 'auth', scheme: 'digest', auth: Buffer.from(SUPER) });
  client.ask({ kind: 'reconfig', ...none, newMembers });
  awaitThat(ensemble, () => follower.peer?.configs.isPending === true);
  for (const stream of follower.links.streams) stream.cut();
  awaitThat(ensemble, () => follower.mode === null);
  awaitThat(ensemble, () => follower.mode === 'follower');
  const { configs } = follower.peer ?? assert.fail();
  assert.deepEqual([configs.current.voters.size, configs.lastSeen.voters.size], [3, 5]);
  ensemble.network.heal();
  awaitThat(ensemble, () => configs.current.voters.size === 5);
});

test('learning-role: a follower that does not know yet that it observes → no quorum can be made with it', () => {
  const { server } = quietConfig();
  const requests = { ...server.requests, reconfigEnabled: true };
  const ensemble = startedEnsemble({ config: { server: { ...server, requests } } });
  const leader = leaderOf(ensemble);
  const follower = followerOf(ensemble);
  const client = ensemble.addClient(leader);
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  client.ask({ kind: 'auth', scheme: 'digest', auth: Buffer.from(SUPER) });
  const none = { joiningServers: null, leavingServers: null, newMembers: null, curConfigId: -1 };
  ensemble.network.close(leader.sid, follower.sid);
  const joiningServers = joiningLine(follower.sid, 'observer');
  client.ask({ kind: 'reconfig', ...none, joiningServers });
  awaitThat(ensemble, () => client.isSettled);
  const newMembers = [leader, follower].map(({ sid }) => joiningLine(sid)).join(',');
  client.ask({ kind: 'reconfig', ...none, newMembers });
  awaitThat(ensemble, () => client.isSettled);
  const asked = ensemble.history.connections.flatMap((each) => each.asked);
  const errs = asked.flatMap(({ ask, reply }) => (ask.kind === 'reconfig' ? [reply?.err] : []));
  assert.deepEqual(errs, [0, -13]);
});
