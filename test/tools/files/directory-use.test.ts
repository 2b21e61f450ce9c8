import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findUser, refuseDirectoryInUse } from '../../../src/tools/files/directory-use.ts';
import { makeDataDirectory, makeFolder } from '../tool-run.ts';

/** A process that opens the path and says so. */
const HOLD =
  "require('fs').openSync(process.argv[1]); console.log('held'); setInterval(() => {}, 1e6)";

async function hold(t: TestContext, path: string, ...words: readonly string[]) {
  const child = spawn(process.execPath, ['-e', HOLD, path, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  await once(child.stdout, 'data');
  const end = async () => {
    child.kill();
    await once(child, 'exit');
  };
  return { pid: child.pid, end };
}

test('directory use: a process has the directory or a file in it open → seen, until it ends', async (t) => {
  if (process.platform !== 'linux') return t.skip('open files of others are seen on Linux only');
  const { dataDir, path } = makeDataDirectory(t, { 'log.1': new Uint8Array(0) });
  const directory = realpathSync(join(dataDir, 'version-2'));
  assert.equal(findUser(directory), null);
  for (const held of [path('log.1'), path('')]) {
    const user = await hold(t, held);
    assert.equal(findUser(directory), user.pid);
    const message = new RegExp(`version-2 is in use by process ${user.pid}: stop that server`);
    assert.throws(() => refuseDirectoryInUse(path('log.1.fixed')), message);
    await user.end();
    assert.equal(findUser(directory), null);
  }
});

test('directory use: the pid file of zkServer.sh → in use while that process lives', async (t) => {
  const { dataDir, path } = makeDataDirectory(t, {});
  const pidFile = join(dataDir, 'zookeeper_server.pid');
  const elsewhere = makeFolder(t);
  for (const word of ['/opt/zooid/dist/bundle/main.js', 'a.b.ZooKeeperServerMain']) {
    const server = await hold(t, elsewhere, word);
    writeFileSync(pidFile, String(server.pid));
    assert.equal(findUser(join(dataDir, 'version-2')), server.pid);
    await server.end();
    assert.equal(findUser(join(dataDir, 'version-2')), null);
  }
  // Beyond the largest pid there is.
  writeFileSync(pidFile, '4194305');
  refuseDirectoryInUse(path('log.1.fixed'));
});

test('directory use: the pid of a stale file is another program’s → not in use', (t) => {
  if (process.platform !== 'linux') return t.skip('command lines are seen on Linux only');
  const { dataDir } = makeDataDirectory(t, {});
  writeFileSync(join(dataDir, 'zookeeper_server.pid'), String(process.pid));
  assert.equal(findUser(join(dataDir, 'version-2')), null);
});

test('directory use: an idle server of Java → known by the zoo.cfg on its command line', async (t) => {
  if (process.platform !== 'linux') return t.skip('command lines are seen on Linux only');
  const { dataDir, path } = makeDataDirectory(t, {});
  const conf = makeFolder(t);
  const config = join(conf, 'zoo.cfg');
  writeFileSync(config, `tickTime=2000\ndataDir = ${dataDir}\nclientPort=2181\n`);
  const server = await hold(t, conf, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', config);
  assert.equal(findUser(realpathSync(path(''))), server.pid);
  await server.end();
  assert.equal(findUser(realpathSync(path(''))), null);
});
