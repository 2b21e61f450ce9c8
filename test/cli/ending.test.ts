/** The built shell as a process that is ended from outside. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ZooKeeper } from '../../src/client/index.ts';
import { missingServer } from '../process/server-process.ts';
import { cleanUp, startEmbedded } from '../server/embedded-server.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/zooid.js', import.meta.url));

/** With an ephemeral /e; `end` gives the exit code, once /e is seen to have gone before its time. */
async function shellWithEphemeral(t: TestContext) {
  const host = `127.0.0.1:${(await startEmbedded(t)).port}`;
  const words = [LAUNCHER, 'cli', '-server', host];
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, words);
  cleanUp(t, () => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdout.resume();
  child.stdin.on('error', () => {}).write('create -e /e\n');
  for await (const line of createInterface({ input: child.stderr })) {
    if (line === 'Created /e') break;
  }
  const end = async () => {
    const code = await ended;
    const zk = await ZooKeeper.connect(host);
    cleanUp(t, () => zk.close());
    assert.equal(await zk.exists('/e'), null);
    return code;
  };
  return { child, end };
}

const missing = missingServer();

for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`zkCli: ${name} → the session is closed, exit code ${code}`, async (t) => {
    if (missing !== undefined) return t.skip(missing);
    const { child, end } = await shellWithEphemeral(t);
    child.kill(name);
    assert.equal(await end(), code);
  });
}

test('zkCli: nobody reads its output any more → the session is closed, exit code 0', async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const { child, end } = await shellWithEphemeral(t);
  child.stdout.destroy();
  child.stdin.write('ls /\nls /\n');
  assert.equal(await end(), 0);
});
