/** Commands over real HTTP. That their answers are Java's is in test/interop/admin/admin-server.test.ts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCommands } from '../../../src/server/admin/commands/command-table.ts';
import { bool, buf, cat, int, Op, openAcl, RawClient, str, vec } from '../../interop/raw-client.ts';
import { cleanUp } from '../embedded-server.ts';
import { readConfig } from '../toggled-server.ts';
import { runAdmin, startAdminShell } from './running-admin.ts';

const NOT_SERVING = 'This ZooKeeper instance is not currently serving requests';
const ANYBODY = { headers: { Authorization: 'digest anybody:pw' } };

async function connectRaw(t: TestContext, port: number): Promise<RawClient> {
  const client = await RawClient.connect(port, { timeOut: 10_000 });
  cleanUp(t, () => client.connection.destroy());
  return client;
}

const create = (node: string, data: string | null, flags = 0) =>
  cat(str(node), buf(data), vec([openAcl]), int(flags));

test('admin server: the page of commands → a link to each, by its first name', async (t) => {
  const { ask } = await runAdmin(t);
  for (const where of ['/commands', '/commands/']) {
    const page = await (await ask(where)).text();
    assert.match(page, /^<a href="\/commands\/configuration">configuration<\/a>\n<br\/>\n/);
    assert.equal(page.match(/<br\/>/g)?.length, 28);
  }
});

test('admin server: sessions, ephemerals and watches → shown', async (t) => {
  const { clientPort, command } = await startAdminShell(t);
  const client = await connectRaw(t, clientPort);
  await client.must(Op.create, create('/a', 'hi'));
  await client.must(Op.create, create('/e', null, 1));
  await client.must(Op.getData, cat(str('/a'), bool(true)));
  // Not exact as numbers: compared as they are rounded.
  const id = Number(client.sessionId);
  const { connections } = await command('cons');
  const [connection] = connections as Record<string, unknown>[];
  assert.equal(connection?.['session_id'], id);
  assert.equal(connection?.['last_operation'], 'GETD');
  assert.equal(connection?.['packets_received'], 4);
  const dump = await command('dump');
  assert.deepEqual(Object.values(dump['expiry_time_to_session_ids'] as object), [[id]]);
  assert.deepEqual(dump['session_id_to_ephemeral_paths'], { [String(client.sessionId)]: ['/e'] });
  assert.deepEqual((await command('wchp'))['path_to_session_ids'], { '/a': [id] });
  assert.deepEqual((await command('wchc'))['session_id_to_watched_paths'], {
    [String(client.sessionId)]: ['/a'],
  });
  const { num_connections, num_paths, num_total_watches } = await command('wchs');
  assert.deepEqual([num_connections, num_paths, num_total_watches], [1, 1, 1]);
  assert.equal((await command('srvr'))['node_count'], 7);
  assert.equal((await command('mntr'))['ephemerals_count'], 1);
  await command('crst');
  const [reset] = (await command('cons'))['connections'] as Record<string, unknown>[];
  assert.equal(reset?.['packets_received'], 0);
});

test('admin server: stat_reset → the figures are set back', async (t) => {
  const { clientPort, command } = await startAdminShell(t);
  const client = await connectRaw(t, clientPort);
  await client.must(Op.create, create('/a', 'hi'));
  assert.equal((await command('mntr'))['packets_received'], 2);
  assert.deepEqual(await command('srst'), { command: 'stat_reset', error: null });
  assert.equal((await command('mntr'))['packets_received'], 0);
});

test('admin server: the trace mask → set, refused, and shared with gtmk', async (t) => {
  const { command, words } = await runAdmin(t);
  assert.equal((await command('gtmk'))['tracemask'], 306);
  assert.equal((await command('stmk?traceMask=17&traceMask=18'))['tracemask'], 17);
  assert.equal(words.traceMask, 17n);
  for (const bad of ['x', '', '1.5', '9223372036854775808', '0x11', '9'.repeat(10_000)]) {
    const { error } = await command(`stmk?traceMask=${bad}`);
    assert.equal(error, `setTraceMask requires long traceMask argument, got ${bad}`);
  }
  assert.equal((await command('stmk'))['error'], 'setTraceMask requires long traceMask argument');
  assert.equal((await command('gtmk'))['tracemask'], 17);
});

test('admin server: nobody is served → said so, but for what is known all the same', async (t) => {
  const { server, command, ask } = await runAdmin(t);
  server.isServing = false;
  for (const { names, kind } of createCommands(server.config)) {
    const answer = await command(names[0]);
    if (kind === 'plain')
      assert.equal(
        answer['error'],
        names[0] === 'set_trace_mask' ? 'setTraceMask requires long traceMask argument' : null,
      );
    else assert.deepEqual(answer, { command: names[0], error: NOT_SERVING });
  }
  assert.deepEqual(await command('zabstate'), {
    voting: false,
    zabstate: '',
    command: 'zabstate',
    error: null,
  });
  assert.equal((await ask('/livez')).status, 200);
  const ready = await ask('/readyz');
  assert.equal(ready.status, 503);
  assert.deepEqual(await ready.json(), {
    ready: false,
    mode: null,
    reasons: ['the server is starting or stopping'],
  });
});

test('admin server: open to others, or refused to somebody → the log warns', async (t) => {
  const inside = await runAdmin(t);
  await inside.ask('/commands/snapshot');
  assert.deepEqual(inside.log, ['info the AdminServer listens', 'warn a command is refused']);
  const outside = await runAdmin(t, { lines: 'admin.serverAddress=0.0.0.0' });
  assert.match(
    outside.log.at(-1) ?? '',
    /^warn the AdminServer can be reached from other machines/,
  );
  const request = `GET /commands/ruok HTTP/1.1\r\nHost: zk1.example.org\r\n${close}\r\n`;
  assert.match(await sendRaw(outside.url, request), /^HTTP\/1\.1 200 /);
});

test('admin server: readyz of a server that serves, and of a read-only one → why not', async (t) => {
  const { server, ask } = await runAdmin(t);
  const ready = await ask('/readyz');
  assert.equal(ready.status, 200);
  assert.deepEqual(await ready.json(), { ready: true, mode: 'standalone', reasons: [] });
  server.mode = 'read-only';
  assert.equal((await ask('/readyz')).status, 503);
});

test('admin server: metrics → the page for Prometheus, or the samples that are asked for', async (t) => {
  const { ask } = await runAdmin(t);
  const response = await ask('/metrics');
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(await response.text(), /^znode_count 5$/m);
  const chosen = await (await ask('/metrics?name[]=znode_count')).text();
  assert.deepEqual(chosen.match(/^[^#\n]+/gm), ['znode_count 5']);
});

test('admin server: unknown commands and paths → the answers of Java', async (t) => {
  const { ask, command } = await runAdmin(t);
  for (const name of ['nosuch', 'RUOK', 'ruok/x', 'a/b', '__proto__', 'constructor', 'ä"']) {
    const answer = await command(encodeURIComponent(name));
    assert.deepEqual(answer, { command: name, error: `Unknown command: ${name}` });
  }
  for (const path of ['/', '/command', '/commands/%2e%2e/x', '/etc/passwd']) {
    assert.equal((await ask(path)).status, 404, path);
  }
  assert.equal((await ask('/commands/%zz')).status, 400);
});

test('admin server: other methods → refused', async (t) => {
  const { ask } = await runAdmin(t);
  const statusOf = async (method: string, name = 'ruok') =>
    (await ask(`/commands/${name}`, { method, ...ANYBODY })).status;
  for (const method of ['PUT', 'DELETE', 'PATCH']) assert.equal(await statusOf(method), 405);
  assert.equal(await statusOf('OPTIONS'), 200);
  assert.equal(await statusOf('POST'), 405);
  assert.equal(await statusOf('GET', 'restore'), 405);
  assert.equal(await statusOf('HEAD', 'snapshot'), 405);
  const head = await ask('/commands/ruok', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');
});

/** Sends bytes as they are, and resolves with what comes until the end. */
function sendRaw(url: string, ...chunks: readonly string[]): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      for (const chunk of chunks) socket.write(chunk);
    });
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}

const close = 'Connection: close\r\n';

test('admin server: another Host or origin than this machine → refused', async (t) => {
  const { url } = await runAdmin(t);
  const statusOf = async (headers: string) => {
    const answer = await sendRaw(url, `GET /commands/ruok HTTP/1.1\r\n${headers}${close}\r\n`);
    return answer.split(' ')[1];
  };
  for (const host of ['localhost', '127.0.0.1:8080', '[::1]:8080', 'a.localhost', 'LOCALHOST:1']) {
    assert.equal(await statusOf(`Host: ${host}\r\n`), '200', host);
  }
  for (const host of [
    'example.org',
    '127.0.0.1.example.org',
    '10.0.0.1',
    'localhost.example.org',
  ]) {
    assert.equal(await statusOf(`Host: ${host}\r\n`), '403', host);
  }
  const own = 'Host: localhost:8080\r\n';
  assert.equal(await statusOf(`${own}Origin: http://localhost:8080\r\n`), '200');
  for (const origin of ['http://example.org', 'null', 'http://localhost:1']) {
    assert.equal(await statusOf(`${own}Origin: ${origin}\r\n`), '403', origin);
  }
  assert.equal(await statusOf(`${own}Sec-Fetch-Site: cross-site\r\n`), '403');
  assert.equal(await statusOf(`${own}Sec-Fetch-Site: same-origin\r\n`), '200');
});

test('admin server: TRACE, no HTTP, too long headers → refused, and it goes on', async (t) => {
  const { url, command } = await runAdmin(t);
  const trace = `TRACE /commands/ruok HTTP/1.1\r\nHost: localhost\r\n${close}\r\n`;
  assert.match(await sendRaw(url, trace), /^HTTP\/1\.1 403 /);
  assert.match(await sendRaw(url, '\u0000\u0000\u0000\u0004ruok'), /^HTTP\/1\.1 400 /);
  const long = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`;
  assert.match(await sendRaw(url, long), /^HTTP\/1\.1 431 |^$/);
  assert.equal((await command('ruok'))['error'], null);
});

test('admin server: a client that says nothing more → cut off after the idle timeout', async (t) => {
  const { url } = await runAdmin(t, { lines: 'admin.idleTimeout=100' });
  // Without the timeout neither would end.
  await sendRaw(url, 'GET /commands/ruok HTTP/1.1\r\nHost: loc');
  await sendRaw(url);
});

test('admin server: a huge body that nobody wants → refused without being read', async (t) => {
  const { ask, command } = await runAdmin(t);
  const response = await ask('/commands/ruok', { method: 'POST', body: new Uint8Array(8_000_000) });
  assert.equal(response.status, 405);
  assert.equal((await command('ruok'))['error'], null);
});

test('admin server: initial configuration and properties → shown, secrets hidden', async (t) => {
  const { command, server } = await runAdmin(t);
  assert.equal((await command('icfg'))['initial_configuration'], null);
  assert.equal((await command('sysp'))['zookeeper.admin.serverPort'], '0');
  assert.ok(server.config.systemProperties.size > 0);
});

test('admin server: each command → a row in docs/operations.md', () => {
  const page = readFileSync(
    path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../docs/operations.md'),
    'utf8',
  );
  for (const { names } of createCommands(readConfig('dataDir=x\nclientPort=1\n'))) {
    const [name, ...shortForms] = names.map((each) => `\`${each}\``);
    assert.ok(page.includes(`\n| ${name} | ${shortForms.join(', ')} | `), name);
  }
});

test('admin server: a snapshot takes longer than the idle timeout → its asker is answered', async (t) => {
  const { admin, server, url, ask } = await runAdmin(t, { lines: 'admin.idleTimeout=50' });
  const begun = new Promise<void>((resolve) => {
    server.takeSnapshot = () => {
      resolve();
      return true;
    };
  });
  const answer = ask('/commands/snapshot', ANYBODY);
  await begun;
  // Begun later, and cut off for idleness: so would be who asked.
  const idler = connect(Number(new URL(url).port), '127.0.0.1');
  idler.resume();
  await once(idler, 'close');
  admin.onEvent({ kind: 'failed' });
  assert.equal((await answer).status, 500);
  assert.equal(server.stats.snapshotCommandErrors, 1);
});
