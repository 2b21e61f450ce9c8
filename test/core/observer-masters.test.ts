/** Observers that followers feed: whole servers, their clients, and who dies in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerId } from '../../src/base/server-id.ts';
import type { ReconfigAsk } from '../../src/sim/clients/client-request.ts';
import { createAsk, errorOf } from '../scenario/asks.ts';
import { type PeerRig, type RigOptions, startedRig } from './peer-rig.ts';

const VOTERS = [1, 2, 3];

function fedRig(observers: readonly ServerId[] = [4], options: RigOptions = {}): PeerRig {
  return startedRig(VOTERS, observers, { observerMasters: [1, 2, 3, 4, 5], ...options });
}

function masterOf(rig: PeerRig, sid: ServerId): ServerId {
  const { observerMasterId } = rig.peer(sid).figures;
  assert.ok(observerMasterId !== null);
  return observerMasterId;
}

function assertSame(rig: PeerRig): void {
  const digests = rig.digests().map((line) => line.split(' ').slice(1).join(' '));
  assert.equal(new Set(digests).size, 1, rig.digests().join('\n'));
}

test('observer-masters: all are up → the observer is fed by a follower, which counts it', () => {
  const rig = fedRig();
  const master = masterOf(rig, 4);
  assert.notEqual(master, rig.leader);
  assert.equal(rig.peer(master).figures.syncedObservers, 1);
  assert.equal(rig.peer(rig.leader).figures.leader?.syncedObservers, 0);
  assert.equal(rig.peer(rig.leader).figures.syncedObservers, null);
});

test('observer-masters: writes, reads, syncs, watches and sessions through two hops', () => {
  const rig = fedRig([4, 5]);
  const client = rig.connect(4);
  const other = rig.connect(rig.leader);
  assert.equal(errorOf(rig.call(client, createAsk('/a', { flags: 1 }))), 'Ok');
  assert.equal(errorOf(rig.call(client, { kind: 'exists', path: '/b', watch: true })), 'NoNode');
  assert.equal(errorOf(rig.call(other, createAsk('/b'))), 'Ok');
  assert.ok(client.received.some(({ kind }) => kind === 'event'));
  assert.equal(errorOf(rig.call(client, { kind: 'sync', path: '/' })), 'Ok');
  for (let i = 0; i < 10; i++) {
    rig.advance(1000);
    rig.call(client, { kind: 'ping' });
  }
  assert.equal(errorOf(rig.call(client, { kind: 'exists', path: '/a', watch: false })), 'Ok');
  assertSame(rig);
});

test('observer-masters: a session moves to another observer and to a follower → goes on', () => {
  const rig = fedRig([4, 5]);
  let client = rig.connect(4);
  const { sessionId } = client;
  for (const sid of [5, ...VOTERS, 4]) {
    client = rig.connect(sid, client);
    assert.equal(client.sessionId, sessionId, `server ${sid}`);
    assert.equal(errorOf(rig.call(client, createAsk(`/at-${sid}`))), 'Ok', `server ${sid}`);
  }
  rig.call(client, { kind: 'closeSession' });
  assert.equal(rig.connect(5, client).sessionId, 0n);
});

test('observer-masters: a session goes from the master to its observer → ends at the master', () => {
  const rig = fedRig();
  const master = masterOf(rig, 4);
  const former = rig.connect(master);
  const client = rig.connect(4, former);
  assert.equal(client.sessionId, former.sessionId);
  assert.ok(former.isEnded);
});

test('observer-masters: the client is not heard of any more → its session expires', () => {
  const rig = fedRig();
  const client = rig.connect(4);
  rig.call(client, createAsk('/e', { flags: 1 }));
  rig.advance(12_000);
  assert.ok(client.isEnded);
  for (const sid of [1, 2, 3, 4]) assert.equal(rig.peer(sid).database.tree.findPath('/e'), 0);
});

test('observer-masters: the master dies → the observer goes on with the other follower', () => {
  const rig = fedRig();
  const master = masterOf(rig, 4);
  rig.call(rig.connect(4), createAsk('/a'));
  rig.kill(master);
  rig.call(rig.connect(rig.leader), createAsk('/b'));
  rig.awaitServing(4);
  const next = masterOf(rig, 4);
  assert.ok(next !== master && next !== rig.leader, `fed by ${next}`);
  assertSame(rig);
});

test('observer-masters: no follower feeds observers → the leader does', () => {
  const rig = fedRig([4], { observerMasters: [4] });
  assert.equal(masterOf(rig, 4), rig.leader);
  const tried = rig.member(4).notes.filter((note) => note.includes('cannot be reached'));
  assert.equal(tried.length, 4, rig.member(4).notes.join('\n'));
  assert.equal(rig.peer(rig.leader).figures.leader?.syncedObservers, 1);
});

test('observer-masters: the leader dies → followers cut their observers off, and feed them again', () => {
  const rig = fedRig([4, 5]);
  const { leader } = rig;
  rig.call(rig.connect(4), createAsk('/a'));
  rig.kill(leader);
  rig.awaitServing(...VOTERS.filter((sid) => sid !== leader), 4, 5);
  const left = VOTERS.filter((sid) => sid !== leader && sid !== rig.leader);
  assert.deepEqual([masterOf(rig, 4), masterOf(rig, 5)], [left[0], left[0]]);
  assert.equal(errorOf(rig.call(rig.connect(5), createAsk('/b'))), 'Ok');
  assertSame(rig);
});

test('observer-masters: the master is cut off from all → the observer reads nothing stale', () => {
  const rig = fedRig();
  const master = masterOf(rig, 4);
  rig.cutOff(master);
  rig.call(rig.connect(rig.leader), createAsk('/a'));
  rig.awaitServing(4);
  assert.notEqual(masterOf(rig, 4), master);
  assert.equal(
    errorOf(rig.call(rig.connect(4), { kind: 'exists', path: '/a', watch: false })),
    'Ok',
  );
});

test('observer-masters: an observer without any data → has all of it', () => {
  const rig = fedRig();
  const client = rig.connect(rig.leader);
  for (let i = 0; i < 60; i++) rig.call(client, createAsk(`/n${i}`));
  rig.kill(4);
  rig.wipe(4);
  rig.call(client, createAsk('/last'));
  rig.start(4);
  rig.awaitServing(4);
  assert.notEqual(masterOf(rig, 4), rig.leader);
  assertSame(rig);
});

test('observer-masters: a reconfiguration → reaches observers, with who leads', () => {
  const rig = fedRig([4], { isDynamic: true });
  const ask: ReconfigAsk = {
    kind: 'reconfig',
    joiningServers: null,
    leavingServers: String(VOTERS.find((sid) => sid !== rig.leader && sid !== masterOf(rig, 4))),
    newMembers: null,
    curConfigId: -1,
  };
  assert.equal(errorOf(rig.call(rig.connect(rig.leader), ask)), 'Ok');
  rig.awaitServing(4);
  assert.equal(rig.peer(4).configs.current.version, rig.peer(rig.leader).configs.current.version);
  assert.equal(rig.peer(4).configs.current.voters.size, 2);
});

test('observer-masters: this server looks or leads → connections for observers are refused', () => {
  const rig = fedRig();
  const link = rig.peer(rig.leader).acceptObserver({ address: '10.9.9.9', port: 1 });
  assert.equal(link.closeReason, 'this server feeds no observers');
  rig.cutOff(1);
  rig.cutOff(2);
  rig.cutOff(3);
  rig.advance(5000);
  const looking = rig.peer(2).acceptObserver({ address: '10.9.9.9', port: 1 });
  assert.equal(looking.closeReason, 'this server feeds no observers');
  const plain = startedRig(VOTERS);
  const follower = VOTERS.find((sid) => sid !== plain.leader) ?? 0;
  const other = plain.peer(follower).acceptObserver({ address: '10.9.9.9', port: 1 });
  assert.equal(other.closeReason, 'this server feeds no observers');
});
