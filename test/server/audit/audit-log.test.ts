import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ZooKeeper } from '../../../src/client/index.ts';
import { type LogFacts, makeLogger } from '../../../src/server/logging/logger.ts';
import { TestEnsemble } from '../../../src/testing/index.ts';
import { startEmbedded, temporaryDirectory } from '../embedded-server.ts';

/** The events that were logged, without the session and where from. */
function makeRecord() {
  const events: string[] = [];
  const logger = makeLogger('info', (level, message, facts: LogFacts = {}) => {
    if (message !== 'audit') return;
    const { operation, znode = '', result } = facts;
    events.push(`${level} ${operation} ${znode} ${result}`.replace('  ', ' '));
  });
  return { events, logger };
}

test('audit log: without a file → in the log of the server, failures as errors', async (t) => {
  const { events, logger } = makeRecord();
  const server = await startEmbedded(t, { logger, config: { 'audit.enable': true } });
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  await zk.create('/x', 'data');
  await zk.getData('/x');
  await assert.rejects(zk.setData('/x', 'y', { version: 7 }));
  await zk.close();
  await server.stop();
  assert.deepEqual(events, [
    ...['info serverStart success', 'info create /x success', 'error setData /x failure'],
    'info serverStop invoked',
  ]);
});

test('audit log: an access list with passwords → without their hashes', async (t) => {
  const lists: unknown[] = [];
  const logger = makeLogger('trace', (_, message, facts) => {
    if (message === 'audit' && facts?.['acl'] !== undefined) lists.push(facts['acl']);
  });
  const server = await startEmbedded(t, { logger, config: { 'audit.enable': true } });
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  const all = ['create', 'delete', 'read', 'write', 'admin'] as const;
  await zk.setAcl('/', [
    { permissions: all, scheme: 'digest', id: 'bob:x1y2z3=' },
    { permissions: ['read'], scheme: 'world', id: 'anyone' },
  ]);
  await zk.close();
  await server.stop();
  assert.deepEqual(lists, ['digest:bob:x:cdrwaworld:anyone:r']);
});

test('audit log: off → nothing', async (t) => {
  const { events, logger } = makeRecord();
  const server = await startEmbedded(t, { logger });
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  await zk.create('/x', 'data');
  await zk.close();
  await server.stop();
  assert.deepEqual(events, []);
});

test('audit log: into a file → lines in its directory, behind those of the last run', async (t) => {
  const folder = temporaryDirectory(t);
  const config = { 'audit.enable': true, 'auditlog.file': 'a.log', 'log.dir': folder };
  for (let run = 0; run < 2; run++) await (await startEmbedded(t, { config })).stop();
  const lines = readFileSync(join(folder, 'a.log'), 'utf8').trimEnd().split('\n');
  const said = lines.map(
    (line) => /^\d{4}-.* INFO o\.a\.z\.a\.Slf4jAuditLogger: (.*)$/.exec(line)?.[1],
  );
  const run = [
    `user=${userInfo().username}\toperation=serverStart\tresult=success`,
    `user=${userInfo().username}\toperation=serverStop\tresult=invoked`,
  ];
  assert.deepEqual(said, [...run, ...run]);
});

test('audit log: a file that cannot be opened → the server does not start', async (t) => {
  const config = { 'audit.enable': true, 'auditlog.file': 'a.log', 'log.dir': '/nowhere' };
  await assert.rejects(startEmbedded(t, { config }), /the audit log cannot be opened: ENOENT/);
});

test('audit log: an ensemble → the server of the client tells of a write, all of an ephemeral', async (t) => {
  const { events, logger } = makeRecord();
  const config = { 'audit.enable': true };
  const ensemble = await TestEnsemble.start({ config, logger, after: (end) => t.after(end) });
  const zk = await ZooKeeper.connect(ensemble.connectString);
  for (const server of ensemble.servers) {
    const one = await ZooKeeper.connect(server.connectString);
    await one.create(`/by-${server.id}`, 'x');
    await one.close();
  }
  await zk.create('/gone', 'x', { mode: 'ephemeral' });
  await zk.close();
  // Equal in all: all have applied everything.
  await ensemble.digest();
  const count = (wanted: string) => events.filter((event) => event === wanted).length;
  for (const { id } of ensemble.servers) assert.equal(count(`info create /by-${id} success`), 1);
  const deletion = 'info ephemeralZNodeDeletionOnSessionCloseOrExpire /gone success';
  assert.equal(count(deletion), ensemble.servers.length);
});
