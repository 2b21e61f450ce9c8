import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseRecovery } from '../../src/core/database-recovery.ts';
import type { ServerDatabase } from '../../src/core/requests/server-database.ts';
import { snapshotSourceOf } from '../../src/core/snapshot-source-of.ts';
import { BinaryReader } from '../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { createAsk, setAsk, startServer, worldAcl } from '../scenario/asks.ts';
import { REQUEST_OPTIONS } from '../scenario/scenario-options.ts';

const CHOICES = { serializeLastProcessedZxid: true, digestEnabled: true };

function load(source: ReturnType<typeof snapshotSourceOf>): ServerDatabase {
  const recovery = new DatabaseRecovery(REQUEST_OPTIONS);
  recovery.reset(source.zxid);
  for (const [id, timeoutMs] of source.sessions) recovery.session(id, timeoutMs);
  for (const [id, list] of source.acls) recovery.acl(Number(id), list);
  const writer = new BinaryWriter();
  while (source.nextNode(writer)) {
    recovery.node(new BinaryReader(writer.take()));
    writer.clear();
  }
  recovery.snapshotLoaded({ digest: source.digest, lastProcessedZxid: source.zxid });
  return recovery.database;
}

test('snapshot source: changes while it is read → it shows the moment when it was made', () => {
  const run = startServer();
  run.call('a', createAsk('/x', { data: Buffer.from('old') }));
  run.call('a', createAsk('/gone', { acl: worldAcl(1) }));
  run.call('a', createAsk('/e', { flags: 1 }));
  const { database } = run.server;
  const source = snapshotSourceOf(database, CHOICES);
  const digest = database.tree.digest.toBigInt();
  const sessions = [...database.sessionsWithTimeouts];
  run.call('a', setAsk('/x', 'new'));
  run.call('a', { kind: 'delete', path: '/gone', version: -1 });
  run.call('a', createAsk('/later'));
  run.call('a', { kind: 'closeSession' });
  const loaded = load(source);
  source.release();
  assert.equal(loaded.tree.digest.toBigInt(), digest);
  assert.equal(source.digest?.value, digest);
  assert.equal(source.zxid, 4);
  assert.deepEqual([...loaded.sessionsWithTimeouts], sessions);
  assert.equal(loaded.tree.findPath('/later'), 0);
  assert.ok(loaded.tree.findPath('/gone') > 0);
});

test('snapshot source: digests switched off → none', () => {
  const run = startServer();
  const source = snapshotSourceOf(run.server.database, { ...CHOICES, digestEnabled: false });
  assert.equal(source.digest, null);
  source.release();
});
