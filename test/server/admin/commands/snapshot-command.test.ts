/** The command snapshot over real HTTP, of a server that is written to meanwhile. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeLogger, silentLogger } from '../../../../src/server/logging/logger.ts';
import { StandaloneShell } from '../../../../src/server/standalone-shell.ts';
import {
  acl,
  buf,
  cat,
  int,
  Op,
  openAcl,
  RawClient,
  str,
  vec,
} from '../../../interop/raw-client.ts';
import { cleanUp, temporaryDirectory } from '../../embedded-server.ts';
import { readConfig } from '../../toggled-server.ts';
import { startAdminShell } from '../running-admin.ts';

const SUPER = 'DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=';

const as = (authorization: string) => ({ headers: { Authorization: authorization } });
const ANYBODY = as('digest anybody:pw');

async function connectRaw(t: TestContext, port: number): Promise<RawClient> {
  const client = await RawClient.connect(port, { timeOut: 30_000 });
  cleanUp(t, () => client.connection.destroy());
  return client;
}

const create = (node: string, data: string) => cat(str(node), buf(data), vec([openAcl]), int(0));

/** A server that begins with this snapshot and nothing else. */
async function startFrom(t: TestContext, name: string, bytes: Uint8Array) {
  const dataDir = temporaryDirectory(t);
  mkdirSync(path.join(dataDir, 'version-2'));
  writeFileSync(path.join(dataDir, 'version-2', name), bytes);
  const config = { ...readConfig(`dataDir=${dataDir}\nclientPort=1\n`), clientPort: null };
  const shell = new StandaloneShell({ config, logger: silentLogger, onFatal: () => {} });
  cleanUp(t, () => shell.stop());
  return shell.applied;
}

for (const method of ['', 'gz']) {
  test(`snapshot: asked for under writes, compression '${method}' → the tree at one zxid, from which a server starts`, async (t) => {
    const { clientPort, ask, dataDir } = await startAdminShell(t, {
      lines: `snapshot.compression.method=${method}\n`,
    });
    const client = await connectRaw(t, clientPort);
    for (let i = 0; i < 100; i++) await client.must(Op.create, create(`/before-${i}`, 'x'));
    let isOver = false;
    const writing = (async () => {
      for (let i = 0; !isOver; i++) await client.must(Op.create, create(`/during-${i}`, 'y'));
    })();
    const response = await ask('/commands/snapshot?streaming=true', ANYBODY);
    const bytes = new Uint8Array(await response.arrayBuffer());
    isOver = true;
    await writing;
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    assert.equal(response.headers.get('snapshot_size'), String(bytes.length));
    const zxid = Number(response.headers.get('last_zxid'));
    assert.ok(zxid >= 101);
    const name = `snapshot.${zxid.toString(16)}${method === '' ? '' : '.gz'}`;
    assert.deepEqual(bytes, new Uint8Array(readFileSync(path.join(dataDir, 'version-2', name))));
    assert.equal((await startFrom(t, name, bytes)).zxid, zxid);
  });
}

test('snapshot: streaming=false → its facts as headers, the file stays here', async (t) => {
  const { ask, dataDir } = await startAdminShell(t);
  const response = await ask('/commands/snap?streaming=FALSE', ANYBODY);
  assert.deepEqual(await response.json(), { command: 'snapshot', error: null });
  assert.equal(response.headers.get('last_zxid'), '0x0');
  const { length } = readFileSync(path.join(dataDir, 'version-2/snapshot.0'));
  assert.equal(response.headers.get('snapshot_size'), String(length));
});

test('snapshot: without or with a bad Authorization → 401', async (t) => {
  const { ask } = await startAdminShell(t);
  const answerTo = async (init?: RequestInit) => {
    const response = await ask('/commands/snapshot', init);
    return `${response.status} ${((await response.json()) as { error: string }).error}`;
  };
  assert.equal(await answerTo(), '401 Auth info is missing for the command');
  for (const bad of [
    'digest',
    'nosuch a:b',
    'digest a b',
    'world anyone',
    'super x',
    'Basic YTpi',
  ]) {
    assert.equal(await answerTo(as(bad)), '401 Not authenticated', bad);
  }
});

test('snapshot: the access list of / → who may not do all gets 403, super 200', async (t) => {
  const { clientPort, ask } = await startAdminShell(t, { lines: SUPER });
  const client = await connectRaw(t, clientPort);
  await client.must(Op.auth, cat(int(0), str('digest'), buf('owner:pw')));
  const list = vec([acl(31, 'auth', ''), acl(1 | 16, 'world', 'anyone')]);
  await client.must(Op.setACL, cat(str('/'), list, int(-1)));
  const statusOf = async (who: string) =>
    (await ask('/commands/snapshot?streaming=false', as(who))).status;
  assert.equal(await statusOf('ip'), 403);
  assert.equal(await statusOf('digest other:pw'), 403);
  assert.equal(await statusOf('digest owner:pw'), 200);
});

for (const [trusted, status] of [
  ['true', 200],
  ['false', 403],
] as const) {
  test(`snapshot: X-Forwarded-For, trusted: ${trusted} → ${status} for the address of the list`, async (t) => {
    const { clientPort, ask } = await startAdminShell(t, {
      lines: `IPAuthenticationProvider.usexforwardedfor=${trusted}`,
    });
    const client = await connectRaw(t, clientPort);
    await client.must(Op.setACL, cat(str('/'), vec([acl(31, 'ip', '10.1.2.3')]), int(-1)));
    const headers = { Authorization: 'ip', 'X-Forwarded-For': '10.1.2.3, 192.0.2.1' };
    assert.equal((await ask('/commands/snapshot', { headers })).status, status);
  });
}

test('snapshot: super → may, whatever the access list says', async (t) => {
  const { clientPort, ask } = await startAdminShell(t, { lines: SUPER });
  const client = await connectRaw(t, clientPort);
  await client.must(Op.setACL, cat(str('/'), vec([acl(1, 'digest', 'nobody:x')]), int(-1)));
  const response = await ask('/commands/snapshot?streaming=false', as('digest super:test'));
  assert.equal(response.status, 200);
});

test('snapshot: too soon, or switched off → 429 and 503, and why', async (t) => {
  const { ask } = await startAdminShell(t, { lines: 'admin.rateLimiterIntervalInMS=2000000000' });
  assert.equal((await ask('/commands/snapshot', ANYBODY)).status, 200);
  const second = await ask('/commands/snapshot', ANYBODY);
  assert.equal(second.status, 429);
  assert.deepEqual(await second.json(), {
    command: 'snapshot',
    error: 'too soon after the last one',
  });
  const figures = await (await ask('/commands/monitor')).text();
  assert.match(figures, /"snapshot_rate_limited_count" ?: ?1\b/);
  assert.match(figures, /"snapshot_error_count" ?: ?0\b/);
  const off = await startAdminShell(t, { lines: 'admin.snapshot.enabled=false' });
  assert.equal((await off.ask('/commands/snapshot', ANYBODY)).status, 503);
  const zxidless = await startAdminShell(t, { lines: 'serializeLastProcessedZxid.enabled=false' });
  assert.equal((await zxidless.ask('/commands/snapshot', ANYBODY)).status, 500);
});

test('snapshot: the client reads nothing → cut off after the idle timeout', async (t) => {
  let onCutOff = () => {};
  const cutOff = new Promise<void>((resolve) => {
    onCutOff = resolve;
  });
  const logger = makeLogger('info', (_level, message) => {
    if (message.startsWith('a connection of the AdminServer is cut off')) onCutOff();
  });
  const options = { lines: 'admin.idleTimeout=300\n', logger };
  const { url, clientPort } = await startAdminShell(t, options);
  const client = await connectRaw(t, clientPort);
  const large = 'x'.repeat(1_000_000);
  for (let i = 0; i < 24; i++) await client.must(Op.create, create(`/${i}`, large));
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  cleanUp(t, () => void socket.destroy());
  socket.pause();
  socket.on('error', () => {});
  const headers = 'Host: localhost\r\nAuthorization: digest a:b\r\n';
  socket.write(`GET /commands/snapshot HTTP/1.1\r\n${headers}\r\n`);
  await cutOff;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await closed;
  assert.ok(socket.bytesRead < 24_000_000);
});

test('restore: asked for → 503, and what to do instead; the data are as before', async (t) => {
  const { ask, dataDir } = await startAdminShell(t);
  const files = () =>
    readdirSync(path.join(dataDir, 'version-2')).filter((name) => /^log/.test(name));
  const before = files();
  const response = await ask('/commands/restore', {
    method: 'POST',
    body: new Uint8Array(1_000_000),
    ...ANYBODY,
  });
  assert.equal(response.status, 503);
  assert.match(((await response.json()) as { error: string }).error, /stop it/);
  assert.deepEqual(files(), before);
});
