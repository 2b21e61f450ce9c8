// The AdminServer against Java 3.9's, side by side: the same session on both, every command, the same
// JSON with times and ids masked. What is different on purpose is left out here and listed in
// docs/compatibility.md.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { findFreePort } from '../../free-ports.ts';
import { javaAdminServerAvailability, quickJvmFlags, startJavaServer } from '../java-server.ts';
import type { RunningServer } from '../running-server.ts';
import { WordStage } from '../word-session.ts';
import { startZooidServer, zooidServerAvailability } from '../zooid-server.ts';

type Kind = 'java' | 'zooid';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Record<string, string>;
  readonly text: string;
}

type Answers = ReadonlyMap<string, Answer>;

const commands: readonly string[] = [
  ...['stat_reset', 'connection_stat_reset', 'ruok', 'is_read_only', 'configuration', 'conf'],
  ...['config', 'connections', 'cons', 'dirs', 'dump', 'environment', 'env', 'envi', 'hash'],
  ...[
    'get_trace_mask',
    'gtmk',
    'set_trace_mask',
    'stmk?traceMask=17',
    'stmk?traceMask=x',
    'gtmk?x',
  ],
  ...['stmk?traceMask=306', 'initial_configuration', 'icfg', 'isro', 'last_snapshot', 'lsnp'],
  ...['leader', 'lead', 'monitor', 'mntr', 'observers', 'obsr', 'observer_connection_stat_reset'],
  ...['orst', 'server_stats', 'srvr', 'stats', 'stat', 'system_properties', 'sysp', 'voting_view'],
  ...['watch_summary', 'wchs', 'watches', 'wchc', 'watches_by_path', 'wchp', 'zabstate', 'crst'],
  ...['srst', 'nosuch', 'RUOK', 'ruok/x', 'a%2fb', '', 'snapshot', 'restore'],
];

/** In this order: a snapshot is followed by one that is too soon. */
const requests: Record<string, RequestInit & { path: string }> = {
  'snapshot, no such scheme': { path: 'snapshot', headers: { Authorization: 'bad' } },
  'snapshot, digest without data': { path: 'snapshot', headers: { Authorization: 'digest' } },
  'snapshot, three words': { path: 'snapshot', headers: { Authorization: 'digest a b' } },
  'snapshot, world': { path: 'snapshot', headers: { Authorization: 'world anyone' } },
  'snapshot, not streamed': {
    path: 'snap?streaming=FALSE',
    headers: { Authorization: 'digest u:p' },
  },
  PUT: { path: 'ruok', method: 'PUT' },
  DELETE: { path: 'ruok', method: 'DELETE' },
  OPTIONS: { path: 'ruok', method: 'OPTIONS' },
  HEAD: { path: 'ruok', method: 'HEAD' },
  'POST of the page': { path: '', method: 'POST' },
  'a bad escape': { path: '%zz' },
  'below another path': { path: '../command' },
};

const askAll = async (port: number, adminPort: number): Promise<Answers> => {
  const ask = async (name: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${adminPort}/commands/${name}`, init);
    const headers = Object.fromEntries(
      ['last_zxid', 'snapshot_size'].map((key) => [key, response.headers.get(key) ?? '']),
    );
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, headers, text: await response.text() };
  };
  const stage = await WordStage.open(port);
  const answers = new Map<string, Answer>();
  const masked = (answer: Answer): Answer => ({
    ...answer,
    text: answer.text
      .replaceAll(String(stage.a.sessionId), '"A"')
      .replaceAll(String(stage.b.sessionId), '"B"')
      .replaceAll('""A""', '"A"')
      .replaceAll('""B""', '"B"'),
  });
  for (const command of commands) {
    answers.set(command, masked(await ask(command)));
    if (command === 'connection_stat_reset') await stage.useAgain();
  }
  for (const [name, { path: where, ...init }] of Object.entries(requests)) {
    answers.set(name, masked(await ask(where, init)));
  }
  await stage.close();
  return answers;
};

const running = new Map<Kind, Promise<Answers>>();
const servers: RunningServer[] = [];
const folders: string[] = [];

after(async () => {
  for (const server of servers) await server.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const answersOf = (kind: Kind): Promise<Answers> => {
  const known = running.get(kind);
  if (known !== undefined) return known;
  const made = (async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-admin-'));
    folders.push(dataDir);
    const adminPort = await findFreePort();
    const config = {
      'admin.enableServer': 'true',
      'admin.serverAddress': '127.0.0.1',
      'admin.serverPort': String(adminPort),
    };
    const server = await (kind === 'zooid'
      ? startZooidServer({ dataDir, config })
      : startJavaServer({
          ...{ version: '3.9', dataDir, config, hasAdminServer: true, jvmFlags: quickJvmFlags },
        }));
    servers.push(server);
    return askAll(server.port, adminPort);
  })();
  running.set(kind, made);
  return made;
};

const reasonToSkip = async (): Promise<string | undefined> => {
  const zooid = zooidServerAvailability();
  if (!zooid.available) return zooid.reason;
  const java = await javaAdminServerAvailability();
  return java.available ? undefined : java.reason;
};

/** Of these the kind of value is compared. */
const varying = new RegExp(
  [
    '^(client_port|data_dir|data_log_dir|datadir_size|logdir_size|data_dir_size|log_dir_size)$',
    '^(established|last_response_time|(last|min|avg|max)_latency|uptime|timestamp|version)$',
    '^(initial_configuration|remote_socket_address)$',
  ].join('|'),
);

/** Where the order is that of a hash table, or of the moment. */
const unordered: readonly string[] = [
  ...['connections', 'session_id_to_ephemeral_paths', 'session_id_to_watched_paths'],
  ...['path_to_session_ids'],
];

const comparable = (value: unknown, key = '', isUnordered = false): unknown => {
  if (varying.test(key)) return typeof value;
  if (key === 'expiry_time_to_session_ids')
    return Object.values(value as object)
      .flat()
      .sort();
  const isMixed = isUnordered || unordered.includes(key);
  if (Array.isArray(value)) {
    const list = value.map((each) => comparable(each, '', isMixed));
    return isMixed ? list.map((each) => JSON.stringify(each)).sort() : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => [name, comparable(each, name, isMixed)]),
  );
};

const namesOnly: Record<string, (name: string) => boolean> = {
  environment: () => true,
  monitor: (name) => !name.startsWith('zooid_') && !name.endsWith('_per_namespace'),
  system_properties: (name) => /^zookeeper\.(4lw|admin)\./.test(name),
};

for (const command of commands) {
  test(`admin server: ${command || 'the page'} → the answer of Java 3.9`, async (t) => {
    const reason = await reasonToSkip();
    if (reason !== undefined) return t.skip(reason);
    const [java, ours] = await Promise.all([answersOf('java'), answersOf('zooid')]);
    const [expected, got] = [java.get(command), ours.get(command)];
    assert.ok(expected !== undefined && got !== undefined);
    assert.equal(got.status, expected.status);
    if (command === '') return assert.equal(got.text, expected.text);
    assert.equal(got.type, expected.type);
    const [theirs, mine] = [JSON.parse(expected.text), JSON.parse(got.text)];
    const isShown = namesOnly[String(theirs.command)];
    if (isShown === undefined) return assert.deepEqual(comparable(mine), comparable(theirs));
    const names = (answer: object) => Object.keys(answer).filter(isShown).sort();
    assert.deepEqual(names(mine), names(theirs));
    for (const name of names(theirs)) assert.equal(typeof mine[name], typeof theirs[name], name);
  });
}

for (const name of Object.keys(requests)) {
  test(`admin server: ${name} → the answer of Java 3.9`, async (t) => {
    const reason = await reasonToSkip();
    if (reason !== undefined) return t.skip(reason);
    const [java, ours] = await Promise.all([answersOf('java'), answersOf('zooid')]);
    const [expected, got] = [java.get(name), ours.get(name)];
    assert.ok(expected !== undefined && got !== undefined);
    assert.equal(got.status, expected.status);
    assert.deepEqual(got.headers, expected.headers);
    if (expected.type === 'application/json') assert.equal(got.text, expected.text);
  });
}

test('admin server: the text of short answers → that of Java 3.9, blank by blank', async (t) => {
  const reason = await reasonToSkip();
  if (reason !== undefined) return t.skip(reason);
  const [java, ours] = await Promise.all([answersOf('java'), answersOf('zooid')]);
  const same = ['ruok', 'isro', 'gtmk', 'stmk?traceMask=x', 'hash', 'lead', 'obsr', 'voting_view'];
  for (const command of [...same, 'wchs', 'zabstate', 'nosuch', 'snapshot', 'restore']) {
    assert.equal(ours.get(command)?.text, java.get(command)?.text, command);
  }
  for (const answers of [java, ours]) {
    assert.match(answers.get('srvr')?.text ?? '', /^ {4}"avg_latency" : \d+\.\d+(E-\d+)?,?$/m);
    assert.match(answers.get('mntr')?.text ?? '', /^ {2}"avg_fsynctime" : \d+\.\d+(E-\d+)?,$/m);
  }
});
