import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerClientServer } from '../../../src/server/quorum/peer-client-server.ts';
import { ToggledServer } from '../toggled-server.ts';
import { FakePeer } from './fake-peer.ts';

test('peer as a server: between two leaders → serves nobody, and is a member all the same', () => {
  const server = new PeerClientServer(new FakePeer(), () => new Map());
  assert.equal(server.isServing, false);
  assert.equal(server.processor, null);
  assert.deepEqual(server.takeResumed(), []);
  assert.equal(server.ensemble.quorumSize, 3);
  assert.deepEqual(server.storage, { lastAppended: 0, lastSynced: 0, isSnapshotting: false });
});

test('peer as a server: serving → mode and processor of its role', async (t) => {
  const { processor } = await ToggledServer.start(t);
  const peer = Object.assign(new FakePeer(), { processor, mode: 'observer' as const });
  const server = new PeerClientServer(peer, () => new Map());
  assert.equal(server.isServing, true);
  assert.equal(server.mode, 'observer');
});

test('peer as a server: output of a role that has ended → let go', async (t) => {
  const { processor } = await ToggledServer.start(t);
  assert.ok(processor !== null);
  const connection = processor.connect({ address: '127.0.0.1', port: 1 });
  processor.close(connection, 'the role ends');
  assert.notEqual(connection.output, null);
  new PeerClientServer(new FakePeer(), () => new Map()).release(connection);
  assert.equal(connection.output, null);
});

test('peer as a server: connections were ended → by port and reason', () => {
  const closings = new Map([['malformed packet', 2]]);
  const peer = Object.assign(new FakePeer(), { closings });
  const refusals = new Map([['no initial message in time', 1]]);
  const server = new PeerClientServer(peer, () => refusals);
  assert.deepEqual(server.closings, { election: refusals, quorum: closings });
});
