import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshotSourceOf } from '../../src/core/snapshot-source-of.ts';
import { SnapshotStream } from '../../src/core/snapshot-stream.ts';
import { SnapshotSending } from '../../src/core/storage/history/snapshot-sending.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../src/protocol/jute/jute-error.ts';
import { StatPersisted } from '../../src/protocol/records/stat.ts';
import { createAsk, setAsk, startServer, worldAcl } from '../scenario/asks.ts';
import { REQUEST_OPTIONS } from '../scenario/scenario-options.ts';

const CHOICES = { serializeLastProcessedZxid: true, digestEnabled: true };

function serverWithNodes() {
  const run = startServer();
  run.call('a', createAsk('/x', { data: Buffer.from('old') }));
  run.call('a', createAsk('/x/y', { acl: worldAcl(1) }));
  run.call('a', createAsk('/e', { flags: 1 }));
  return run;
}

test('snapshot stream: what a server sends → the same tree and sessions', () => {
  const run = serverWithNodes();
  const { database } = run.server;
  const sending = new SnapshotSending(snapshotSourceOf(database, CHOICES));
  const digest = database.tree.digest.toBigInt();
  const { nodeCount } = database.tree;
  const stream = new SnapshotStream(REQUEST_OPTIONS);
  const writer = new BinaryWriter();
  for (let hasMore = true; hasMore; ) {
    writer.clear();
    hasMore = sending.next(writer, 40);
    assert.equal(stream.push(writer.bytes, 0, writer.at), writer.at);
    run.call('a', setAsk('/x', 'new'));
  }
  sending.release();
  const taken = stream.takeDatabase(sending.zxid);
  assert.equal(taken.tree.digest.toBigInt(), digest);
  assert.equal(taken.tree.nodeCount, nodeCount);
  assert.equal(taken.tree.lastProcessedZxid, 4);
  assert.deepEqual([...taken.sessionsWithTimeouts], [...database.sessionsWithTimeouts]);
  assert.equal(taken.tree.ephemeralCount, 1);
  assert.throws(() => stream.takeDatabase(4), /taken already/);
});

const STAT = {
  czxid: 0,
  mzxid: 0,
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  pzxid: 0,
};

function streamOf(...paths: readonly string[]): SnapshotStream {
  const writer = new BinaryWriter();
  writer.int(0);
  writer.int(0);
  for (const path of paths) {
    writer.ustring(path);
    writer.buffer(null);
    writer.long(-1n);
    StatPersisted.write(writer, STAT);
  }
  const stream = new SnapshotStream(REQUEST_OPTIONS);
  stream.push(writer.bytes, 0, writer.at);
  return stream;
}

test('snapshot stream: paths that are no tree → JuteError', () => {
  const wrong: Record<string, readonly string[]> = {
    'before the root': ['/a'],
    'root comes twice': ['', ''],
    'node comes twice': ['', '/a', '/a'],
    'parent is missing': ['', '/a/b'],
    'a path is wrong': ['', 'a'],
  };
  for (const [reason, paths] of Object.entries(wrong)) {
    const isExpected = (error: unknown) =>
      error instanceof JuteError && error.message.includes(reason);
    assert.throws(() => streamOf(...paths), isExpected, reason);
  }
  for (const path of ['/a/', '//', '/a//b'])
    assert.throws(() => streamOf('', '/a', path), JuteError);
});

test('snapshot stream: taken before its end → an assertion', () => {
  assert.throws(() => streamOf('').takeDatabase(1), /not whole/);
});
