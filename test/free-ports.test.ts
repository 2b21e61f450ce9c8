import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { findFreePort, findPortsInRow, takePort } from './free-ports.ts';

/** Another process that takes that port and ends as the code says: 0 when it got it, else 1. */
function takeElsewhere(port: number, end: string): number | NodeJS.Signals | null {
  const from = JSON.stringify(new URL('free-ports.ts', import.meta.url).href);
  const code = `import(${from}).then(async ({ takePort }) => {
    const got = await takePort(${port});
    ${end}
  });`;
  const { status, signal } = spawnSync(process.execPath, ['--import', 'tsx', '--eval', code]);
  return signal ?? status;
}

const SAY = 'process.exit(got ? 0 : 1);';

test('a port given to a process → no other gets it, in a row neither', async () => {
  assert.equal(takeElsewhere(await findFreePort(), SAY), 1);
  assert.equal(takeElsewhere((await findPortsInRow(3)) + 2, SAY), 1);
});

test('a port of a process that ended → free again, when it was killed, too', async () => {
  const port = 11_999; // Outside of what others are given.
  assert.equal(takeElsewhere(port, SAY), 0);
  assert.equal(takeElsewhere(port, "process.kill(process.pid, 'SIGKILL');"), 'SIGKILL');
  assert.equal(await takePort(port), true);
  assert.equal(await takePort(port), false, 'once it is given');
});

test('a port on which somebody listens → not given', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  assert.equal(await takePort(address.port), false);
  server.close();
});
