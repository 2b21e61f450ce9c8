import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerId } from '../../src/base/server-id.ts';
import { encodeNotification, ServerState } from '../../src/protocol/records/election.ts';
import type { ReconfigAsk } from '../../src/sim/clients/client-request.ts';
import { createAsk, errorOf, replyOf } from '../scenario/asks.ts';
import { type PeerRig, type RigClient, startedRig } from './peer-rig.ts';
import { ensembleOf, joiningLine } from './zab/members/ensemble-of.ts';

function dynamicRig(voters: readonly ServerId[], observers: readonly ServerId[] = []): PeerRig {
  return startedRig(voters, observers, { isDynamic: true });
}

function reconfigAsk(facts: Partial<ReconfigAsk>): ReconfigAsk {
  return {
    kind: 'reconfig',
    joiningServers: null,
    leavingServers: null,
    newMembers: null,
    curConfigId: -1,
    ...facts,
  };
}

function reconfig(rig: PeerRig, client: RigClient, facts: Partial<ReconfigAsk>): string {
  return errorOf(rig.call(client, reconfigAsk(facts)));
}

function create(rig: PeerRig, client: RigClient, path: string): string {
  return errorOf(rig.call(client, createAsk(path)));
}

function assertSame(rig: PeerRig): void {
  const digests = rig.digests().map((line) => line.split(' ').slice(1).join(' '));
  assert.equal(new Set(digests).size, 1, rig.digests().join('\n'));
}

/** The same configuration counts on all of these. */
function assertConfig(rig: PeerRig, sids: readonly ServerId[], voters: readonly ServerId[]): void {
  for (const sid of sids) {
    const { current, isPending } = rig.peer(sid).configs;
    assert.deepEqual([...current.voters].sort(), voters, `server ${sid}`);
    assert.equal(isPending, false, `server ${sid}`);
    const shown = rig.peer(sid).database.shownConfig;
    assert.equal(Buffer.from(shown?.data ?? []).toString(), current.configText, `server ${sid}`);
  }
}

/** A server that is not a member yet, started as one of the ensemble that it would join. */
function startJoiner(rig: PeerRig, sid: ServerId, voters: readonly ServerId[]): void {
  rig.add(sid, ensembleOf([...voters, sid]));
  rig.start(sid);
  rig.awaitServing(sid);
}

test('reconfig: an ensemble starts → its configuration is named by the first epoch, everywhere', () => {
  const rig = dynamicRig([1, 2, 3], [4]);
  for (const sid of [1, 2, 3, 4]) {
    assert.equal(rig.peer(sid).configs.current.version, 2 ** 32);
    assert.equal(rig.member(sid).config.version, 2 ** 32);
  }
  assertConfig(rig, [1, 2, 3, 4], [1, 2, 3]);
});

test('reconfig: a server joins → it votes, and is told like the others', () => {
  const rig = dynamicRig([1, 2, 3]);
  startJoiner(rig, 4, [1, 2, 3]);
  const client = rig.connect(1);
  const received = rig.call(client, reconfigAsk({ joiningServers: joiningLine(4) }));
  assert.equal(errorOf(received), 'Ok');
  const { body, zxid } = replyOf(received);
  const text = Buffer.from(body.data ?? []).toString();
  assert.match(text, /server\.4=10\.0\.0\.4:2888:3888:participant;0\.0\.0\.0:2181/);
  assert.ok(text.endsWith(`version=${zxid.toString(16)}`));
  assert.equal(body.stat?.version, -1);
  assert.equal(body.stat?.mzxid, zxid);
  assertConfig(rig, [1, 2, 3, 4], [1, 2, 3, 4]);
  // Two of four are no quorum any more.
  const down = [1, 2, 3].filter((sid) => sid !== rig.leader).slice(0, 2);
  const { leader } = rig;
  for (const sid of down) rig.kill(sid);
  rig.awaitUntil(() => rig.peer(leader).mode === null);
  rig.start(down[0] ?? 0);
  rig.awaitServing(leader, 4, down[0] ?? 0);
});

test('reconfig: a follower is removed → the others go on, it follows without a vote', () => {
  const rig = dynamicRig([1, 2, 3]);
  const gone = rig.leader === 1 ? 2 : 1;
  const rest = [1, 2, 3].filter((sid) => sid !== gone);
  const client = rig.connect(rig.leader);
  assert.equal(reconfig(rig, client, { leavingServers: String(gone) }), 'Ok');
  assertConfig(rig, [1, 2, 3], rest);
  assert.equal(rig.peer(gone).mode, 'follower');
  assert.equal(create(rig, client, '/a'), 'Ok');
  assertSame(rig);
  rig.kill(gone);
  assert.equal(create(rig, client, '/b'), 'Ok');
});

test('reconfig: the leader is removed → another leads without an election, it follows', () => {
  const rig = dynamicRig([1, 2, 3]);
  const old = rig.leader;
  const rest = [1, 2, 3].filter((sid) => sid !== old);
  const client = rig.connect(old);
  const started = rig.monotonicMs;
  assert.equal(reconfig(rig, client, { leavingServers: String(old) }), 'Ok');
  rig.awaitServing(1, 2, 3);
  assert.ok(rig.monotonicMs - started < 100);
  assertConfig(rig, [1, 2, 3], rest);
  assert.ok(rest.includes(rig.leader));
  assert.equal(rig.peer(old).mode, 'follower');
  assert.equal(create(rig, rig.connect(old), '/a'), 'Ok');
  assertSame(rig);
  rig.kill(old);
  assert.equal(create(rig, rig.connect(rig.leader), '/b'), 'Ok');
});

test('reconfig: the leader becomes an observer → another leads, it observes', () => {
  const rig = dynamicRig([1, 2, 3, 4]);
  const old = rig.leader;
  const client = rig.connect(old === 1 ? 2 : 1);
  const ask = { joiningServers: joiningLine(old, 'observer') };
  assert.equal(reconfig(rig, client, ask), 'Ok');
  rig.awaitServing(1, 2, 3, 4);
  assert.equal(rig.peer(old).mode, 'observer');
  assert.equal(create(rig, rig.connect(old), '/a'), 'Ok');
  assertSame(rig);
});

test('reconfig: an observer becomes a participant, and back → its role follows', () => {
  const rig = dynamicRig([1, 2, 3], [4]);
  assert.equal(reconfig(rig, rig.connect(4), { joiningServers: joiningLine(4) }), 'Ok');
  rig.awaitServing(1, 2, 3, 4);
  assert.equal(rig.peer(4).mode, 'follower');
  assertConfig(rig, [1, 2, 3, 4], [1, 2, 3, 4]);
  const client = rig.connect(rig.leader);
  assert.equal(reconfig(rig, client, { joiningServers: joiningLine(4, 'observer') }), 'Ok');
  rig.awaitServing(1, 2, 3, 4);
  assert.equal(rig.peer(4).mode, 'observer');
  assert.equal(create(rig, client, '/a'), 'Ok');
  assertSame(rig);
});

test('reconfig: two in a row, the second before the first is committed → it is refused', () => {
  const rig = dynamicRig([1, 2, 3, 4, 5]);
  const client = rig.connect(rig.leader);
  const [one, other] = [1, 2, 3, 4, 5].filter((sid) => sid !== rig.leader);
  rig.send(client, reconfigAsk({ leavingServers: String(one) }));
  rig.send(client, reconfigAsk({ leavingServers: String(other) }));
  rig.settle();
  assert.deepEqual(client.received.slice(-2).map(errorOf), ['Ok', 'ReconfigInProgress']);
  assert.equal(reconfig(rig, client, { leavingServers: String(other) }), 'Ok');
  const rest = [1, 2, 3, 4, 5].filter((sid) => sid !== one && sid !== other);
  assertConfig(rig, rest, rest);
});

test('reconfig: writes behind it in one batch → answered in order, applied everywhere', () => {
  const rig = dynamicRig([1, 2, 3]);
  const client = rig.connect(rig.leader);
  const gone = rig.leader === 1 ? 2 : 1;
  rig.send(client, createAsk('/a'));
  rig.send(client, reconfigAsk({ leavingServers: String(gone) }));
  rig.send(client, createAsk('/b'));
  rig.settle();
  assert.deepEqual(client.received.slice(-3).map(errorOf), ['Ok', 'Ok', 'Ok']);
  assertSame(rig);
});

test('reconfig: writes behind one that removes the leader → nothing is lost that was answered', () => {
  const rig = dynamicRig([1, 2, 3]);
  const old = rig.leader;
  const client = rig.connect(old);
  rig.send(client, reconfigAsk({ leavingServers: String(old) }));
  for (let i = 0; i < 5; i++) rig.send(client, createAsk(`/n${i}`));
  rig.settle();
  rig.awaitServing(1, 2, 3);
  const answered = client.received.filter((each) => each.kind === 'reply').length;
  assert.ok(answered >= 1);
  assertSame(rig);
  assertConfig(
    rig,
    [1, 2, 3],
    [1, 2, 3].filter((sid) => sid !== old),
  );
});

test('reconfig: the leader crashes with it only on its own disk → it never was', () => {
  const rig = dynamicRig([1, 2, 3]);
  const old = rig.leader;
  const rest = [1, 2, 3].filter((sid) => sid !== old);
  const client = rig.connect(old);
  rig.send(client, reconfigAsk({ leavingServers: String(rest[0]) }));
  rig.cutOff(old);
  assert.ok(rig.peer(old).configs.isPending);
  rig.kill(old);
  rig.awaitServing(...rest);
  rig.start(old);
  rig.cutOff(old, false);
  rig.awaitServing(1, 2, 3);
  assertConfig(rig, [1, 2, 3], [1, 2, 3]);
  assertSame(rig);
});

test('reconfig: the leader crashes before it commits, a follower has it → the next completes it', () => {
  const rig = dynamicRig([1, 2, 3, 4, 5]);
  const old = rig.leader;
  const [gone = 0, keeper = 0, ...others] = [1, 2, 3, 4, 5].filter((sid) => sid !== old);
  const client = rig.connect(old);
  // Only the keeper hears of it.
  rig.send(client, reconfigAsk({ leavingServers: String(gone) }));
  rig.cutOff([gone, ...others]);
  assert.ok(rig.peer(keeper).configs.isPending);
  rig.kill(old);
  rig.cutOff([gone, ...others], false);
  rig.awaitServing(keeper, gone, ...others);
  assertConfig(
    rig,
    [keeper, gone, ...others],
    [1, 2, 3, 4, 5].filter((sid) => sid !== gone),
  );
  rig.start(old);
  rig.awaitServing(1, 2, 3, 4, 5);
  assertSame(rig);
});

test('reconfig: all lose power with it logged and no file written → it is pending, then completed', () => {
  const rig = dynamicRig([1, 2, 3, 4]);
  const gone = rig.leader === 1 ? 2 : 1;
  const before = rig.member(1).config;
  assert.equal(reconfig(rig, rig.connect(rig.leader), { leavingServers: String(gone) }), 'Ok');
  const rest = [1, 2, 3, 4].filter((sid) => sid !== gone);
  for (const sid of [1, 2, 3, 4]) {
    rig.kill(sid);
    rig.member(sid).config = before;
    rig.member(sid).lastSeen = null;
  }
  rig.start(...rest);
  rig.awaitServing(...rest);
  assertConfig(rig, rest, rest);
});

test('reconfig: a server was down meanwhile → it learns of it and takes its place', () => {
  const rig = dynamicRig([1, 2, 3]);
  startJoiner(rig, 4, [1, 2, 3]);
  const away = rig.leader === 1 ? 2 : 1;
  rig.kill(away);
  const client = rig.connect(rig.leader);
  assert.equal(reconfig(rig, client, { joiningServers: joiningLine(4) }), 'Ok');
  rig.start(away);
  rig.awaitServing(1, 2, 3, 4);
  assertConfig(rig, [1, 2, 3, 4], [1, 2, 3, 4]);
  assertSame(rig);
});

test('reconfig: all members are given anew → as for single ones', () => {
  const rig = dynamicRig([1, 2, 3]);
  for (const sid of [4, 5]) startJoiner(rig, sid, [1, 2, 3]);
  const client = rig.connect(rig.leader);
  const stays = rig.leader;
  const members = [stays, 4, 5].map((sid) => joiningLine(sid)).join(',');
  assert.equal(reconfig(rig, client, { newMembers: members }), 'Ok');
  assertConfig(rig, [1, 2, 3, 4, 5], [stays, 4, 5].sort());
  for (const sid of [1, 2, 3]) if (sid !== stays) rig.kill(sid);
  assert.equal(create(rig, client, '/a'), 'Ok');
  rig.kill(stays);
  rig.awaitServing(4, 5);
  assert.equal(create(rig, rig.connect(4), '/b'), 'Ok');
});

test('reconfig: a watch on /zookeeper/config → fires once, on every server', () => {
  const rig = dynamicRig([1, 2, 3]);
  const watchers = [1, 2, 3].map((sid) => rig.connect(sid));
  const ask = { kind: 'getData', path: '/zookeeper/config', watch: true } as const;
  for (const watcher of watchers) rig.call(watcher, ask);
  reconfig(rig, rig.connect(rig.leader), { leavingServers: '9' });
  for (const { received } of watchers) {
    assert.equal(received.filter(({ kind }) => kind === 'event').length, 1);
  }
});

test('reconfig: a stranger tells of a newer configuration while a member looks → it stays with its own', () => {
  const rig = dynamicRig([1, 2, 3]);
  for (const sid of [2, 3]) rig.kill(sid);
  rig.advance(5000);
  const peer = rig.peer(1);
  assert.equal(peer.state, 'LOOKING');
  const { current } = peer.configs;
  const config = current.configText
    .replace(/^server\.[23]=.*\n/gm, '')
    .replace(/version=\w+/, 'version=fff00000001');
  const vote = { leader: 77, zxid: 0, electionEpoch: 1, peerEpoch: 0, config };
  const bytes = encodeNotification({ state: ServerState.LOOKING, ...vote });
  peer.receiveNotification(77, bytes);
  rig.settle();
  assert.equal(peer.configs.current, current);
  assert.equal(peer.refusals.get('a configuration from who is no member'), 1);
  // A member is believed.
  peer.receiveNotification(2, bytes);
  assert.notEqual(peer.configs.current, current);
});
