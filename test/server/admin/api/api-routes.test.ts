/** /api over real HTTP, of a server with clients. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type {
  AdminEvent,
  ChildrenPage,
  EnsembleView,
  MetricsView,
  NodeView,
  Page,
  RecentEvents,
  ServerView,
  SessionView,
  WatchView,
} from '../../../../src/protocol/admin.ts';
import {
  acl,
  bool,
  buf,
  cat,
  int,
  long,
  Op,
  openAcl,
  RawClient,
  str,
  vec,
} from '../../../interop/raw-client.ts';
import { cleanUp } from '../../embedded-server.ts';
import { type Asker, runAdmin, startAdminShell } from '../running-admin.ts';

async function connectRaw(t: TestContext, port: number): Promise<RawClient> {
  const client = await RawClient.connect(port, { timeOut: 30_000 });
  cleanUp(t, () => client.connection.destroy());
  return client;
}

const create = (node: string, data: string | Buffer | null, flags = 0, list = vec([openAcl])) =>
  cat(str(node), buf(data), list, int(flags));

async function get<View>({ ask }: Asker, path: string, authorization?: string): Promise<View> {
  const headers = authorization === undefined ? {} : { Authorization: authorization };
  const response = await ask(`/api/${path}`, { headers });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text) as View;
}

async function refusalOf({ ask }: Asker, path: string, init?: RequestInit): Promise<string> {
  const response = await ask(`/api/${path}`, init);
  const { error, message } = (await response.json()) as { error: string; message: string };
  assert.ok(message.length > 0);
  return `${response.status} ${error}`;
}

test('api: a node → data as text or base64, Stat, kind, access list', async (t) => {
  const server = await startAdminShell(t, { lines: 'extendedTypesEnabled=true' });
  const client = await connectRaw(t, server.clientPort);
  await client.must(Op.create, create('/a', 'grüße'));
  await client.must(Op.create, create('/a/bytes', Buffer.from([0, 255, 1])));
  await client.must(Op.create, create('/a/none', null));
  await client.must(Op.create, create('/e', '', 1));
  await client.must(Op.createContainer, create('/c', '', 4));
  await client.must(Op.createTTL, cat(create('/t', '', 5), long(100_000n)));
  const node = await get<NodeView>(server, 'node?path=/a');
  assert.deepEqual(node.data, { encoding: 'utf8', value: 'grüße' });
  assert.equal(node.kind, 'persistent');
  assert.deepEqual(node.acl, [{ perms: 'cdrwa', scheme: 'world', id: 'anyone' }]);
  assert.equal(node.stat.numChildren, 2);
  assert.equal(node.stat.czxid, 2);
  assert.equal(node.stat.ephemeralOwner, null);
  const bytes = await get<NodeView>(server, 'node?path=/a/bytes');
  assert.deepEqual(bytes.data, { encoding: 'base64', value: 'AP8B' });
  assert.equal((await get<NodeView>(server, 'node?path=/a/none')).data, null);
  const ephemeral = await get<NodeView>(server, 'node?path=/e');
  assert.equal(ephemeral.kind, 'ephemeral');
  assert.equal(ephemeral.stat.ephemeralOwner, `0x${client.sessionId.toString(16)}`);
  assert.equal((await get<NodeView>(server, 'node?path=/c')).kind, 'container');
  assert.equal((await get<NodeView>(server, 'node?path=/t')).kind, 'ttl');
  assert.equal((await get<NodeView>(server, 'node')).path, '/');
});

test('api: children → pages by name, without figures of those that may not be read', async (t) => {
  const server = await startAdminShell(t);
  const client = await connectRaw(t, server.clientPort);
  await client.must(Op.create, create('/p', null));
  for (const name of ['c', 'a', 'd', 'b']) await client.must(Op.create, create(`/p/${name}`, 'xy'));
  await client.must(Op.create, create('/p/secret', 'xy', 0, vec([acl(31, 'ip', '10.0.0.1')])));
  const first = await get<ChildrenPage>(server, 'children?path=/p&limit=3');
  assert.deepEqual([first.total, first.isSorted, first.offset], [5, true, 0]);
  assert.deepEqual(
    first.items.map(({ name }) => name),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(first.items[0], {
    name: 'a',
    kind: 'persistent',
    numChildren: 0,
    dataLength: 2,
  });
  const rest = await get<ChildrenPage>(server, 'children?path=/p&offset=3&limit=3');
  assert.deepEqual(rest.items[1], {
    name: 'secret',
    kind: null,
    numChildren: null,
    dataLength: null,
  });
  assert.deepEqual((await get<ChildrenPage>(server, 'children?path=/p&offset=9')).items, []);
});

test('api: very many children → pages in the order of the tree, each once', async (t) => {
  const { server, ...asker } = await runAdmin(t);
  const { tree } = server.database;
  const facts = { data: null, acl: tree.aclOf(tree.root), owner: 0n, parentCVersion: -1 };
  const add = (path: string) => tree.create({ ...facts, path, zxid: 1, time: 1 });
  add('/many');
  for (let i = 0; i < 10_001; i++) add(`/many/${i}`);
  const seen = new Set<string>();
  for (let offset = 0; offset < 10_001; offset += 1000) {
    const page = await get<ChildrenPage>(asker, `children?path=/many&offset=${offset}&limit=1000`);
    assert.deepEqual([page.isSorted, page.total], [false, 10_001]);
    for (const { name } of page.items) seen.add(name);
  }
  assert.equal(seen.size, 10_001);
});

test('api: access lists → respected, for addresses and for who authenticates', async (t) => {
  const server = await startAdminShell(t);
  const client = await connectRaw(t, server.clientPort);
  await client.must(Op.auth, cat(int(0), str('digest'), buf('owner:pw')));
  await client.must(Op.create, create('/mine', 'x', 0, vec([acl(31, 'auth', '')])));
  await client.must(Op.create, create('/here', 'x', 0, vec([acl(1, 'ip', '127.0.0.1')])));
  assert.equal(await refusalOf(server, 'node?path=/mine'), '403 noAuth');
  assert.equal(await refusalOf(server, 'children?path=/mine'), '403 noAuth');
  const as = (authorization: string) => ({ headers: { Authorization: authorization } });
  assert.equal(await refusalOf(server, 'node?path=/mine', as('digest other:pw')), '403 noAuth');
  assert.equal(await refusalOf(server, 'node?path=/', as('nosuch x')), '401 notAuthenticated');
  const own = await get<NodeView>(server, 'node?path=/mine', 'digest owner:pw');
  assert.equal(own.acl[0]?.scheme, 'digest');
  assert.match(own.acl[0]?.id ?? '', /^owner:\S{20,}$/);
  assert.equal((await get<NodeView>(server, 'node?path=/here')).path, '/here');
});

test('api: digests → hidden from who may only read', async (t) => {
  const server = await startAdminShell(t);
  const client = await connectRaw(t, server.clientPort);
  const list = vec([
    acl(31, 'digest', 'bob:abcdefghijklmnopqrstuvwxyz0='),
    acl(1, 'world', 'anyone'),
  ]);
  await client.must(Op.create, create('/a', 'x', 0, list));
  const { acl: shown } = await get<NodeView>(server, 'node?path=/a');
  assert.deepEqual(shown[0], { perms: 'cdrwa', scheme: 'digest', id: 'bob:x' });
});

test('api: sessions, watches, server, metrics → as they are', async (t) => {
  const server = await startAdminShell(t);
  const client = await connectRaw(t, server.clientPort);
  await client.must(Op.auth, cat(int(0), str('digest'), buf('owner:pw')));
  await client.must(Op.create, create('/e', null, 1));
  await client.must(Op.getData, cat(str('/e'), bool(true)));
  const id = `0x${client.sessionId.toString(16)}`;
  const sessions = await get<Page<SessionView>>(server, 'sessions');
  assert.equal(sessions.total, 1);
  const [session] = sessions.items;
  assert.deepEqual([session?.id, session?.timeoutMs, session?.ephemerals], [id, 30_000, 1]);
  assert.equal(session?.isLocal, false);
  assert.ok((session?.expiresInMs ?? 0) > 0);
  assert.deepEqual(session?.connection?.users, ['digest:owner']);
  assert.equal(session?.connection?.lastOperation, 'GETD');
  const watches = await get<Page<WatchView>>(server, 'watches');
  assert.deepEqual(watches.items, [{ path: '/e', sessions: [id] }]);
  const view = await get<ServerView>(server, 'server');
  assert.deepEqual([view.mode, view.sessions, view.ephemerals], ['standalone', 1, 1]);
  assert.equal(view.lastZxid, 2);
  const metrics = await get<MetricsView>(server, 'metrics');
  assert.equal(metrics['ephemerals_count'], 1);
  assert.equal(typeof metrics['avg_latency'], 'number');
  assert.equal(metrics['server_state'], 'standalone');
  const ensemble = await get<EnsembleView>(server, 'ensemble');
  assert.deepEqual([ensemble.leaderId, ensemble.members], [null, []]);
});

test('api: recent → the session that was just closed, and why', async (t) => {
  const server = await startAdminShell(t);
  const client = await connectRaw(t, server.clientPort);
  await client.close();
  const { sessionEndings, stalls, slowRequests } = await get<RecentEvents>(server, 'recent');
  assert.deepEqual(
    sessionEndings.map(({ sessionId, cause }) => [sessionId, cause]),
    [[`0x${client.sessionId.toString(16)}`, 'clientClosed']],
  );
  assert.ok(Array.isArray(stalls) && Array.isArray(slowRequests));
});

test('api: watches → page after page, each once', async (t) => {
  const server = await startAdminShell(t);
  const client = await connectRaw(t, server.clientPort);
  for (const name of ['/1', '/2', '/3', '/4', '/5']) {
    await client.request(Op.exists, cat(str(name), bool(true)));
  }
  const seen: string[] = [];
  for (const offset of [0, 2, 4, 6]) {
    const page = await get<Page<WatchView>>(server, `watches?offset=${offset}&limit=2`);
    assert.equal(page.total, 5);
    seen.push(...page.items.map(({ path }) => path));
  }
  assert.deepEqual(seen.sort(), ['/1', '/2', '/3', '/4', '/5']);
});

test('api: bad questions → refused with a word and a sentence', async (t) => {
  const { server, ...asker } = await runAdmin(t);
  const bad = ['a', '', '/a/', '//', '/a/../b', '/a%00', '/%F0%9F%98%80'];
  for (const path of bad) {
    assert.equal(await refusalOf(asker, `node?path=${path}`), '400 badRequest', path);
    assert.equal(await refusalOf(asker, `events?path=${path}`), '400 badRequest', path);
  }
  for (const query of ['limit=1001', 'limit=-1', 'offset=x', 'offset=1e3', 'limit=9999999999']) {
    assert.equal(await refusalOf(asker, `children?${query}`), '400 badRequest', query);
    assert.equal(await refusalOf(asker, `sessions?${query}`), '400 badRequest', query);
  }
  assert.equal(await refusalOf(asker, 'node?path=/nosuch'), '404 noNode');
  assert.equal((await asker.ask('/api/nosuch')).status, 404);
  assert.equal((await asker.ask('/api/node?path=/', { method: 'POST' })).status, 404);
  server.isServing = false;
  for (const name of ['node', 'children', 'sessions', 'watches', 'metrics']) {
    assert.equal(await refusalOf(asker, name), '503 notServing', name);
  }
  assert.equal((await get<ServerView>(asker, 'server')).mode, null);
});

/** The next events, until one fits. */
async function* eventsOf(response: Response): AsyncGenerator<AdminEvent> {
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data !== undefined) yield JSON.parse(data) as AdminEvent;
    }
  }
}

test('api: events of a subtree → what a client changes there, and its session', async (t) => {
  const server = await startAdminShell(t);
  const ending = new AbortController();
  cleanUp(t, () => ending.abort());
  const response = await server.ask('/api/events?path=/a', { signal: ending.signal });
  const events = eventsOf(response);
  const next = async () => (await events.next()).value as AdminEvent;
  const state = await next();
  assert.deepEqual([state.kind, state.kind === 'state' && state.mode], ['state', 'standalone']);
  const client = await connectRaw(t, server.clientPort);
  await client.must(Op.create, create('/a', 'x'));
  await client.must(Op.create, create('/other', 'x'));
  await client.must(Op.create, create('/a/secret', 'x', 0, vec([acl(31, 'ip', '10.0.0.1')])));
  await client.must(Op.create, create('/a/b', 'x'));
  await client.must(Op.setData, cat(str('/a/b'), buf('y'), int(-1)));
  await client.must(Op.delete, cat(str('/a/b'), int(-1)));
  const seen: AdminEvent[] = [];
  while (seen.length < 5) seen.push(await next());
  const changes = seen.flatMap((event) => (event.kind === 'node' ? [event] : []));
  assert.deepEqual(
    changes.map(({ change, path }) => `${change} ${path}`),
    ['created /a', 'created /a/b', 'dataChanged /a/b', 'deleted /a/b'],
  );
  const session = seen.find(({ kind }) => kind === 'session');
  const id = `0x${client.sessionId.toString(16)}`;
  assert.deepEqual(session, { kind: 'session', change: 'opened', id });
});

test('api: HEAD of the events → no stream begins that nobody would end', async (t) => {
  const { ask } = await runAdmin(t);
  for (let at = 0; at < 17; at++) {
    assert.equal((await ask('/api/events', { method: 'HEAD' })).status, 200);
  }
  const ending = new AbortController();
  cleanUp(t, () => ending.abort());
  assert.equal((await ask('/api/events', { signal: ending.signal })).status, 200);
});

test('api: more sessions than are sorted → each on one page, as they come', async (t) => {
  const { ask, words } = await runAdmin(t);
  const { sessionsWithTimeouts } = words.server.database;
  for (let id = 10_001n; id > 0n; id--) sessionsWithTimeouts.set(id, 4000);
  const pageAt = async (offset: number) => {
    const response = await ask(`/api/sessions?offset=${offset}&limit=2`);
    const { total, items } = (await response.json()) as Page<SessionView>;
    return [total, ...items.map(({ id, timeoutMs }) => `${id} ${timeoutMs}`)];
  };
  assert.deepEqual(await pageAt(0), [10_001, '0x2711 4000', '0x2710 4000']);
  assert.deepEqual(await pageAt(10_000), [10_001, '0x1 4000']);
  sessionsWithTimeouts.delete(10_001n);
  assert.deepEqual(await pageAt(0), [10_000, '0x1 4000', '0x2 4000']);
});
