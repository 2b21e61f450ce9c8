/** The order of a snapshot's disk actions, and what becomes of one that is given up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshotSourceOf } from '../../../src/core/snapshot-source-of.ts';
import { SnapshotWriter } from '../../../src/core/storage/snapshot-writer.ts';
import { createAsk, startServer } from '../../scenario/asks.ts';

function begin(): { writer: SnapshotWriter; zxid: number; releases: () => number } {
  const run = startServer();
  run.call('a', createAsk('/x'));
  const choices = { serializeLastProcessedZxid: true, digestEnabled: true };
  const source = snapshotSourceOf(run.server.database, choices);
  let count = 0;
  const release = () => {
    count++;
    source.release();
  };
  const writer = new SnapshotWriter('', true);
  writer.start({ ...source, release });
  return { writer, zxid: source.zxid, releases: () => count };
}

/** The kinds of the actions until there is none. */
function actions(writer: SnapshotWriter, lastSynced: number): string[] {
  const kinds: string[] = [];
  for (;;) {
    const action = writer.nextAction(lastSynced);
    if (action === null) return kinds;
    kinds.push(action.kind);
    writer.onDone();
  }
}

const WHOLE = ['openSnapshot', 'writeSnapshot', 'finishSnapshot', 'renameFile', 'syncDirectory'];

test('snapshot writer: under a name of its own until it is whole, then renamed, then durable', () => {
  const { writer, zxid, releases } = begin();
  assert.deepEqual(actions(writer, zxid), WHOLE);
  assert.equal(writer.isRunning, false);
  assert.equal(releases(), 1);
});

test('snapshot writer: of txns that the log does not have yet → it is renamed only after them', () => {
  const { writer, zxid } = begin();
  assert.deepEqual(actions(writer, zxid - 1), WHOLE.slice(0, 3));
  assert.equal(writer.isRunning, true);
  assert.deepEqual(actions(writer, zxid), WHOLE.slice(3));
});

test('snapshot writer: given up on the way → the file is closed and removed, the source let go once', () => {
  const { writer, zxid, releases } = begin();
  assert.equal(writer.nextAction(zxid)?.kind, 'openSnapshot');
  writer.abandon();
  writer.onDone();
  assert.deepEqual(actions(writer, zxid), ['finishSnapshot', 'unlinkFile']);
  assert.equal(releases(), 1);
  assert.equal(writer.isRunning, false);
});

test('snapshot writer: given up before it began → nothing was on the disk, nothing is done', () => {
  const { writer, zxid, releases } = begin();
  writer.abandon();
  assert.deepEqual(actions(writer, zxid), []);
  assert.equal(releases(), 1);
});

test('snapshot writer: the disk has failed → the source is let go once', () => {
  const { writer, zxid, releases } = begin();
  writer.nextAction(zxid);
  writer.release();
  writer.release();
  assert.equal(releases(), 1);
});
