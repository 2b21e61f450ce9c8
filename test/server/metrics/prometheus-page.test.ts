/** The names, types and labels are those that Java 3.9.5 was seen to have. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { FourLetterWords } from '../../../src/server/four-letter-words/four-letter-words.ts';
import { createMetricsPage } from '../../../src/server/metrics/prometheus-page.ts';
import { buf, cat, int, Op, openAcl, RawClient, str, vec } from '../../interop/raw-client.ts';
import { runWords } from '../four-letter-words/running-words.ts';
import { LEADER } from '../member-figures.ts';
import { ToggledServer } from '../toggled-server.ts';
import { type Family, figureContext, parseExposition } from './exposition.ts';

const GOLDEN = new URL('../../golden/metrics/prometheus-java-3.9.5.txt', import.meta.url);

interface JavaMetric {
  readonly where: string;
  readonly type: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly quantiles: readonly string[];
}

const javaMetrics: readonly JavaMetric[] = readFileSync(GOLDEN, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [where = '', type = '', name = '', ...rest] = line.split(' ');
    const quantiles = rest
      .find((word) => word.startsWith('quantile='))
      ?.slice(9)
      .split(',');
    const labels = rest.filter((word) => !word.includes('='));
    return { where, type, name, labels, quantiles: quantiles ?? [] };
  });

/** What is said of the JVM that nothing here is like; docs/operations.md says why. */
const OF_JAVA_ALONE = [
  'jvm_buffer_pool_used_buffers',
  'jvm_classes_loaded',
  'jvm_classes_loaded_total',
  'jvm_classes_unloaded_total',
  'jvm_memory_bytes_init',
  'jvm_memory_pool_allocated_bytes_total',
  'jvm_memory_pool_bytes_init',
  'jvm_memory_pool_bytes_max',
  'jvm_threads_daemon',
  'jvm_threads_deadlocked',
  'jvm_threads_deadlocked_monitor',
  'jvm_threads_peak',
  'jvm_threads_started_total',
  'jvm_threads_state',
];

async function makePage(t: TestContext, lines = '') {
  const server = await ToggledServer.start(t, `4lw.commands.whitelist=*\n${lines}`);
  const context = figureContext(server, t);
  return { server, context, page: createMetricsPage(context) };
}

function assertHas(families: ReadonlyMap<string, Family>, java: JavaMetric): void {
  const family = families.get(java.name);
  assert.equal(family?.type, java.type, java.name);
  if (java.labels.length > 0 || java.name === 'jvm_gc_collection_seconds') return;
  const quantiles = family.samples.flatMap(({ labels }) => labels['quantile'] ?? []);
  assert.deepEqual(quantiles, java.quantiles, java.name);
  const names = family.samples.map(({ name }) => name);
  if (java.type !== 'summary') return assert.deepEqual(names, [java.name]);
  const tail = [`${java.name}_count`, `${java.name}_sum`];
  assert.deepEqual(names.slice(java.quantiles.length), tail);
}

test('metrics page: a server that is alone → all of Java 3.9, and beyond them only our own', async (t) => {
  const { page } = await makePage(t);
  const families = parseExposition(await page.render());
  const expected = javaMetrics.filter(({ where }) => where === 'server');
  assert.ok(expected.length > 170);
  for (const java of expected) {
    if (OF_JAVA_ALONE.includes(java.name)) assert.ok(!families.has(java.name), java.name);
    else assertHas(families, java);
  }
  const known = new Set(expected.map(({ name }) => name));
  const own = [...families.keys()].filter((name) => !known.has(name));
  assert.deepEqual(
    own.filter((name) => !/^(zooid_|nodejs_|process_)/.test(name)),
    [],
  );
});

test('metrics page: a leader → what Java shows only of one, which stays by name when it leads no more', async (t) => {
  const { page, server } = await makePage(t);
  server.mode = 'leader';
  server.ensemble = LEADER;
  const expected = javaMetrics.filter(({ where }) => /leader|member/.test(where));
  assert.equal(expected.length, 10);
  const leading = parseExposition(await page.render());
  for (const java of expected) assertHas(leading, java);
  assert.equal(leading.get('leader_uptime')?.samples[0]?.value, 2718);
  assert.deepEqual(leading.get('zooid_server_info')?.samples[0]?.labels['mode'], 'leader');
  server.mode = 'follower';
  server.ensemble = { ...LEADER, leader: null };
  const following = parseExposition(await page.render());
  assert.deepEqual(following.get('leader_uptime'), { type: 'gauge', samples: [] });
  assert.equal(following.get('quorum_size')?.samples[0]?.value, 3);
});

test('metrics page: nobody is served → the counters, and no gauge of clients', async (t) => {
  const { page, server } = await makePage(t);
  server.isServing = false;
  const families = parseExposition(await page.render());
  assert.equal(families.get('response_bytes')?.samples[0]?.value, 0);
  assert.ok(!families.has('num_alive_connections'));
  assert.equal(families.get('zooid_server_info')?.samples[0]?.labels['mode'], 'none');
});

test('metrics page: exportJvmInfo=false → nothing of the process', async (t) => {
  const { page } = await makePage(t, 'metricsProvider.exportJvmInfo=false\n');
  const names = [...parseExposition(await page.render()).keys()];
  assert.ok(names.includes('znode_count'));
  assert.deepEqual(
    names.filter((name) => /^(jvm_(?!pause_time_ms)|process_|nodejs_)/.test(name)),
    [],
  );
});

test('metrics page: names are asked for → those samples, and what they are', async (t) => {
  const { page } = await makePage(t);
  const text = await page.render(['znode_count', 'readlatency_sum', 'unheard_of']);
  assert.deepEqual(
    text.split('\n').filter((line) => !line.startsWith('#')),
    ['znode_count 5', 'readlatency_sum 0', ''],
  );
  assert.match(text, /# TYPE readlatency summary\nreadlatency_sum/);
});

test('metrics page: the same moment → the figures of mntr', async (t) => {
  const { port, shell } = await runWords(t);
  const client = await RawClient.connect(port);
  t.after(() => client.connection.destroy());
  for (const path of ['/a', '/b', '/c']) {
    await client.must(Op.create, cat(str(path), buf('hi'), vec([openAcl]), int(0)));
  }
  await client.must(Op.create, cat(str('/zookeeper/quota/a'), buf(''), vec([openAcl]), int(0)));
  const limits = buf('count=5,bytes=-1');
  const path = '/zookeeper/quota/a/zookeeper_limits';
  await client.must(Op.create, cat(str(path), limits, vec([openAcl]), int(0)));
  const server = await ToggledServer.start(t);
  const context = { ...figureContext(server, t), config: shell.config, server: shell.server };
  const words = new FourLetterWords({ ...context, traceMask: 0n });
  const families = parseExposition(await createMetricsPage(context).render());
  const said = words.answer(Buffer.from('mntr'))?.text(Buffer.from('mntr')) ?? '';
  let compared = 0;
  for (const line of said.trimEnd().split('\n')) {
    const [name = '', value = ''] = line.split('\t');
    const shown = shownAs(families, name.slice('zk_'.length));
    // The word is a packet; time, memory and open files go on.
    if (shown === undefined || /packets_|uptime|open_file|zooid_.*(bytes|loop)/.test(name))
      continue;
    assert.equal(Number(value), shown, line);
    compared++;
  }
  assert.ok(compared > 300, String(compared));
  assert.equal(families.get('updatelatency')?.samples[3]?.value, 5);
  assert.match(said, /zk_a_quota_count_limit_per_namespace\t5\n/);
});

/** The value of Prometheus for a row of `mntr`; undefined where it shows no such thing. */
function shownAs(families: ReadonlyMap<string, Family>, row: string): number | undefined {
  const sampleOf = (family: string, fits: (sample: Family['samples'][number]) => boolean) =>
    families.get(family)?.samples.find(fits)?.value;
  const [, part = '', summary = ''] = /^(cnt|sum|avg|p50|p99)_(.*)$/.exec(row) ?? [];
  if (families.get(summary)?.type === 'summary') {
    const ended = (end: string) =>
      sampleOf(summary, ({ name }) => name === `${summary}${end}`) ?? Number.NaN;
    const quantile = (share: string) =>
      Math.round(sampleOf(summary, ({ labels }) => labels['quantile'] === share) || 0);
    switch (part) {
      case 'cnt':
        return ended('_count');
      case 'sum':
        return Math.round(ended('_sum'));
      case 'avg':
        return Math.round((ended('_sum') / ended('_count') || 0) * 10_000) / 10_000;
      case 'p50':
        return quantile('0.5');
      default:
        return quantile('0.99');
    }
  }
  const [, key = '', quota = ''] = /^(.*?)_(quota_.*)$/.exec(row) ?? [];
  if (quota !== '') return sampleOf(quota, ({ labels }) => labels['key'] === key);
  return sampleOf(row, ({ name, labels }) => name === row && Object.keys(labels).length === 0);
}
