/** Ephemerals without a session, as a fuzzy snapshot that is ahead of its log may bring them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerDatabase } from '../../src/core/requests/server-database.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import { OPEN_ACL, startServer } from '../scenario/asks.ts';
import { HistoryRun } from './history-run.ts';
import { startedRig } from './peer-rig.ts';

const LIVING = 76n;
const UNKNOWN = 77n;

/** An ephemeral of a living session, and one whose session nobody knows. */
function makeFuzzy(database: ServerDatabase): void {
  const { lastProcessedZxid: zxid } = database.tree;
  database.sessionsWithTimeouts.set(LIVING, 30_000);
  for (const [path, clientId] of [
    ['/kept', LIVING],
    ['/orphaned', UNKNOWN],
  ] as const) {
    const data = new Uint8Array(0);
    const body = { path, data, acl: OPEN_ACL, ephemeral: true, parentCVersion: -1 };
    const origin = { clientId, cxid: 1, zxid, time: 1000 };
    database.apply(origin, { type: OpCode.create, body });
  }
}

function ephemerals({ tree }: ServerDatabase): string[] {
  return ['/kept', '/orphaned'].filter((path) => tree.findPath(path) > 0);
}

/** A member whose snapshot of zxid 1 has them, with txns after it. */
function fuzzyMember(): HistoryRun {
  const run = new HistoryRun();
  run.settle();
  run.write(1);
  makeFuzzy(run.history.database);
  assert.ok(run.history.takeSnapshot());
  run.settle();
  run.write(2, 3);
  return run;
}

test('orphans: a standalone server starts → gone, those of known sessions stay', () => {
  const run = startServer();
  run.step((server) => {
    makeFuzzy(server.database);
    server.takeSnapshot();
  });
  run.syncDisk();
  run.kill();
  run.syncDisk();
  assert.deepEqual(ephemerals(run.server.database), ['/kept']);
});

test('orphans: a member starts → gone', () => {
  const run = new HistoryRun(fuzzyMember().disk.restart());
  assert.deepEqual(ephemerals(run.history.database), ['/kept']);
  assert.equal(run.history.database.tree.lastProcessedZxid, 3);
});

test('orphans: a history is cut, and loaded from the disk again → gone', () => {
  const run = fuzzyMember();
  run.history.truncate(2);
  run.settle();
  assert.equal(run.history.lastZxid, 2);
  assert.deepEqual(ephemerals(run.history.database), ['/kept']);
});

test('orphans: a member has them and begins to lead → their sessions are closed, everywhere', () => {
  const rig = startedRig([1, 2, 3]);
  const old = rig.leader;
  for (const { peer } of rig.members.values()) if (peer !== null) makeFuzzy(peer.database);
  rig.kill(old);
  const left = [1, 2, 3].filter((sid) => sid !== old);
  rig.advance(1000);
  rig.awaitServing(...left);
  rig.advance(1000);
  for (const sid of left) assert.deepEqual(ephemerals(rig.peer(sid).database), ['/kept']);
});

test('orphans: a snapshot comes from a leader → they stay, what follows may know their session', () => {
  const leader = fuzzyMember();
  const learner = new HistoryRun();
  learner.settle();
  const sending = leader.history.snapshotBytes();
  const writer = new BinaryWriter();
  sending.next(writer, 1e9);
  const stream = learner.history.beginSnapshot();
  stream.push(writer.bytes, 0, writer.at);
  learner.history.adoptSnapshot(stream, sending.zxid);
  sending.release();
  learner.settle();
  assert.ok(learner.kinds().includes('adopted'));
  assert.deepEqual(ephemerals(learner.history.database), ['/kept', '/orphaned']);
});
