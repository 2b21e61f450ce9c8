import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { silentLogger } from '../../../src/server/logging/logger.ts';
import { ProcessHost } from '../../../src/testing/hosts/process-host.ts';
import { ServerFolder, TemporaryFolder } from '../../../src/testing/server-folder.ts';

function make(t: TestContext, entries = {}) {
  const root = new TemporaryFolder();
  t.after(() => root.remove());
  const folder = new ServerFolder({ root: root.path, id: 1 });
  folder.writeConfig({ clientPort: 2181, clientPortAddress: '127.0.0.1', ...entries });
  let onFailed: (reason: string) => void = () => {};
  const failed = new Promise<string>((resolve) => {
    onFailed = resolve;
  });
  const host = new ProcessHost({
    configFile: folder.configFile,
    temporaryFolder: root.path,
    systemProperties: {},
    logger: silentLogger,
    isDiskFull: false,
    onServing: () => {},
    onFailed,
  });
  t.after(() => host.kill());
  return { host, failed };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('process host: somebody kills its process → it has failed, and what was asked is answered', async (t) => {
  const { host, failed } = make(t);
  await host.started;
  assert.ok(host.ports.client > 0);
  assert.equal(isAlive(host.pid), true);
  const never = assert.rejects(host.waitUntilApplied(1000), /the process has ended/);
  process.kill(host.pid, 'SIGKILL');
  assert.match(await failed, /the process has ended \(SIGKILL\)/);
  await never;
  await assert.rejects(host.applied(), /the process has ended/);
});

test('process host: asked to stop while it stands still and resumed → gone', async (t) => {
  const { host } = make(t);
  await host.started;
  host.pause();
  const stopped = host.stop();
  host.resume();
  await stopped;
  assert.equal(isAlive(host.pid), false);
});

test('process host: a wrong configuration → rejected with the words of the server', async (t) => {
  const { host } = make(t, { tickTime: 'fast' });
  await assert.rejects(host.started, /tickTime.*fast/);
});
