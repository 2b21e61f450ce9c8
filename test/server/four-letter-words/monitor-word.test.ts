/** The names are the golden list of Java 3.9.5: what a fresh standalone server prints. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buf, cat, int, Op, openAcl, RawClient, str, vec } from '../../interop/raw-client.ts';
import { runWords } from './running-words.ts';

const GOLDEN = new URL('mntr-names-java-3.9.5.txt', import.meta.url);

function parse(text: string): Map<string, string> {
  return new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [name = '', value = '', ...rest] = line.split('\t');
        assert.deepEqual(rest, [], line);
        return [name, value] as const;
      }),
  );
}

test('mntr: a fresh server → every name that Java 3.9 has, and beyond them only our own', async (t) => {
  const server = await runWords(t);
  const text = await server.ask('mntr');
  const names = [...parse(text).keys()];
  assert.equal(names.length, text.trimEnd().split('\n').length, 'each name once');
  const javaNames = readFileSync(GOLDEN, 'utf8')
    .trim()
    .split('\n')
    .map((name) => `zk_${name}`);
  assert.deepEqual(
    javaNames.filter((name) => !names.includes(name)),
    [],
  );
  const own = names.filter((name) => !javaNames.includes(name));
  assert.ok(own.length > 5);
  assert.deepEqual(
    own.filter((name) => !name.startsWith('zk_zooid_')),
    [],
  );
  assert.deepEqual(names.slice(-own.length), own, 'ours come last');
});

test('mntr: all values but version and state → numbers', async (t) => {
  const server = await runWords(t);
  const figures = parse(await server.ask('mntr'));
  assert.match(figures.get('zk_version') ?? '', /^3\.9\.5-zooid-\S+, built on .* UTC$/);
  assert.equal(figures.get('zk_server_state'), 'standalone');
  for (const [name, value] of figures) {
    if (name === 'zk_version' || name === 'zk_server_state') continue;
    assert.match(value, /^-?\d+(\.\d+)?(E-\d+)?$/, name);
  }
});

test('mntr: work was done → figures that say so, and srst takes them back', async (t) => {
  const server = await runWords(t);
  const client = await RawClient.connect(server.port);
  t.after(() => client.connection.destroy());
  for (const path of ['/a', '/b', '/c']) {
    await client.must(Op.create, cat(str(path), buf('hi'), vec([openAcl]), int(1)));
  }
  const figures = parse(await server.ask('mntr'));
  const expected = {
    zk_znode_count: '8',
    zk_ephemerals_count: '3',
    zk_global_sessions: '1',
    zk_num_alive_connections: '2',
    zk_connection_request_count: '1',
    zk_packets_received: '5',
    zk_cnt_updatelatency: '3',
    zk_outstanding_requests: '0',
    zk_connection_drop_probability: '0.0',
    zk_sessionless_connections_expired: '0',
    zk_zooid_txns_not_durable: '0',
  };
  const seen = Object.fromEntries(Object.keys(expected).map((name) => [name, figures.get(name)]));
  assert.deepEqual(seen, expected);
  assert.ok(Number(figures.get('zk_cnt_fsynctime')) >= 1);
  assert.ok(Number(figures.get('zk_zooid_rss_bytes')) > 1e6);
  await server.ask('srst');
  assert.equal(parse(await server.ask('mntr')).get('zk_cnt_updatelatency'), '0');
});

test('mntr: what the limits count → shown', async (t) => {
  const { words } = await runWords(t);
  const figures = parse(words.answer(Buffer.from('mntr'))?.text(Buffer.from('mntr')) ?? '');
  assert.equal(figures.get('zk_connection_drop_probability'), '0.25');
  assert.equal(figures.get('zk_sessionless_connections_expired'), '3');
});
