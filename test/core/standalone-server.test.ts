import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, createAsk, errorOf, startServer } from '../scenario/asks.ts';
import { serverOptions } from '../scenario/scenario-options.ts';
import { ScenarioServer } from '../scenario/scenario-server.ts';

test('server: recovered sessions → have their whole time again, and then expire', () => {
  const run = startServer();
  run.call('a', createAsk('/e', { flags: 1 }));
  run.kill();
  run.syncDisk();
  const { sessionId } = run.client('a');
  run.tick(39_000);
  assert.equal(run.server.sessions.get(sessionId)?.isClosing, false);
  run.tick(4000);
  run.syncDisk();
  assert.equal(run.server.sessions.get(sessionId), undefined);
  assert.equal(run.server.database.tree.findPath('/e'), 0);
});

test('server: what was recovered is made durable → before anybody can connect', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  run.trace.length = 0;
  run.kill();
  const at = (line: string) => run.trace.indexOf(line);
  assert.ok(at('disk log syncFile log.1 done') > 0);
  assert.ok(at('disk log syncFile log.1 done') < at('server ready'));
  assert.ok(run.trace.lastIndexOf('disk log syncDirectory done') < at('server ready'));
  assert.equal(run.server.isReady, true);
});

test('server: snapCount txns → a snapshot by itself, and the log goes on in a new file', () => {
  const options = serverOptions();
  const run = new ScenarioServer({ ...options, storage: { ...options.storage, snapCount: 10 } });
  connect(run, 'a');
  for (let i = 0; i < 12; i++) run.call('a', createAsk(`/x${i}`));
  const snapshots = run.trace.filter((line) => line === 'server snapshotDone');
  assert.ok(snapshots.length >= 1);
  assert.ok(run.disk.names().filter((name) => name.startsWith('log/log.')).length >= 2);
  run.kill();
  assert.ok(run.server.database.tree.findPath('/x11') > 0);
});

test('server: a second snapshot while one is taken → refused', () => {
  const run = startServer();
  assert.equal(run.server.takeSnapshot(), true);
  assert.equal(run.server.takeSnapshot(), false);
  run.step(() => {});
  run.syncDisk();
  assert.equal(run.server.takeSnapshot(), true);
});

test('server: purge → keeps the newest snapshots and says what went', () => {
  const run = startServer();
  for (let i = 0; i < 6; i++) {
    run.call('a', createAsk(`/x${i}`));
    run.step((server) => server.takeSnapshot());
    run.syncDisk();
  }
  run.step((server) => server.purge());
  run.syncDisk();
  const kept = run.disk.names().filter((name) => name.startsWith('snapshot/snapshot.'));
  assert.equal(kept.length, 3);
  assert.ok(run.trace.includes('server purged'));
});

test('server: the disk fails → one event, and nothing is acknowledged any more', () => {
  const run = startServer();
  run.failDisk('writeFile', 'ENOSPC');
  const before = run.client('a').received.length;
  run.send('a', createAsk('/x'));
  run.syncDisk();
  run.send('a', createAsk('/y'));
  run.tick(1000);
  assert.equal(run.client('a').received.length, before);
  assert.equal(run.trace.filter((line) => line === 'server failed').length, 1);
  assert.equal(run.server.takeSnapshot(), false);
});

test('server: a clean stop → closed once everything is on the disk, which then holds it', () => {
  const run = startServer();
  run.send('a', createAsk('/x'));
  run.step((server) => server.shutdown());
  run.syncDisk();
  assert.equal(errorOf(run.client('a').received.at(-1) ?? assert.fail()), 'Ok');
  assert.equal(run.trace.at(-1), 'server closed');
  run.kill();
  assert.ok(run.server.database.tree.findPath('/x') > 0);
});

test('server: power fails between any two disk ops → what was answered is there', () => {
  for (let seed = 0; seed < 40; seed++) {
    const run = startServer();
    for (let i = 0; i < 8; i++) run.send('a', createAsk(`/x${i}`));
    for (let i = 0; i < seed % 5; i++) run.finishOne();
    const answered = run
      .client('a')
      .received.flatMap((each) => (each.kind === 'reply' ? [each.body.path ?? ''] : []));
    run.crash(seed);
    for (const path of answered) assert.ok(run.server.database.tree.findPath(path) > 0, path);
  }
});

test('server: a session is expired → closed by a txn, its ephemerals and its connection go', () => {
  const run = startServer();
  run.call('a', createAsk('/e', { flags: 1 }));
  const { sessionId } = run.client('a');
  let answers: boolean[] = [];
  run.step((server) => {
    answers = [server.expireSession(1n), server.expireSession(sessionId)];
    answers.push(server.expireSession(sessionId));
  });
  run.syncDisk();
  assert.deepEqual(answers, [false, true, false]);
  assert.equal(run.server.sessions.get(sessionId), undefined);
  assert.equal(run.server.database.tree.findPath('/e'), 0);
  assert.equal(run.server.processor.connections.size, 0);
});
