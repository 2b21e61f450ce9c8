/** Dashboard and alert rules ask only for what the page has: a typo would be an alert that never fires. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { createMetricsPage } from '../../../src/server/metrics/prometheus-page.ts';
import { LEADER } from '../member-figures.ts';
import { ToggledServer } from '../toggled-server.ts';
import { figureContext, parseExposition, type Sample } from './exposition.ts';

const FOLDER = new URL('../../../deploy/monitoring/', import.meta.url);

const KEYWORDS = new Set(['by', 'without', 'unless', 'and', 'or', 'on', 'ignoring', 'bool']);
/** Prometheus makes this one itself. */
const OF_PROMETHEUS = 'up';

interface Selector {
  readonly name: string;
  readonly labels: readonly string[];
}

/** The metrics that an expression of PromQL selects, with the labels that it asks for. */
function selectorsOf(expression: string): Selector[] {
  const plain = expression.replace(/\b(by|without) \([^)]*\)/g, '').replace(/\[[^\]]*\]/g, '');
  const found = plain.matchAll(/([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?/g);
  return Array.from(found).flatMap(([, name = '', next = '']) => {
    if (next === '(' || KEYWORDS.has(name)) return [];
    const labels = Array.from(next.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g), ([, label = '']) => label);
    return [{ name, labels }];
  });
}

async function samplesByName(t: TestContext): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const server = await ToggledServer.start(t);
  server.mode = 'leader';
  server.ensemble = LEADER;
  server.stats.countClose('a reason');
  const families = parseExposition(await createMetricsPage(figureContext(server, t)).render());
  const byName = new Map<string, Sample[]>();
  for (const sample of Array.from(families.values()).flatMap(({ samples }) => samples)) {
    byName.set(sample.name, [...(byName.get(sample.name) ?? []), sample]);
  }
  return byName;
}

/** What whoever scrapes adds. */
const ADDED_LABELS = new Set(['job', 'instance']);

async function assertKnown(t: TestContext, expressions: readonly string[]) {
  const known = await samplesByName(t);
  for (const expression of expressions) {
    const selectors = selectorsOf(expression);
    assert.ok(selectors.length > 0, expression);
    for (const { name, labels } of selectors) {
      if (name === OF_PROMETHEUS) continue;
      const samples = known.get(name);
      assert.ok(samples !== undefined, `${name} in ${expression}`);
      for (const label of labels.filter((each) => !ADDED_LABELS.has(each))) {
        const hasLabel = samples.some((sample) => sample.labels[label] !== undefined);
        assert.ok(hasLabel, `${name}{${label}} in ${expression}`);
      }
    }
  }
}

test('monitoring: every alert → asks for metrics and labels that there are', async (t) => {
  const rules = readFileSync(new URL('alerts.yml', FOLDER), 'utf8');
  const expressions = Array.from(rules.matchAll(/^ +expr: (.+)$/gm), ([, text = '']) => text);
  assert.equal(expressions.length, rules.match(/^ +- alert: Zooid\w+$/gm)?.length);
  assert.ok(expressions.length > 15);
  await assertKnown(t, expressions);
});

/** Of the rules in ZooKeeper's guide to monitoring (3.9), what they ask for. */
const RULES_OF_ZOOKEEPER = [
  'up == 0',
  'znode_count > 1000000',
  'num_alive_connections > 50',
  'approximate_data_size / 1024 / 1024 > 1024',
  'watch_count > 10000',
  'increase(election_time_count[5m]) > 0',
  'open_file_descriptor_count > 300',
  'rate(fsynctime_sum[1m]) > 100',
  'rate(snapshottime_sum[5m]) > 100',
  'avg_latency > 100',
  'jvm_memory_bytes_used / jvm_memory_bytes_max{area="heap"} > 0.8',
];

test('monitoring: the rules that ZooKeeper’s guide gives → fit this server unchanged', async (t) => {
  await assertKnown(t, RULES_OF_ZOOKEEPER);
});

test('monitoring: every panel of the dashboard → asks for metrics and labels that there are', async (t) => {
  const text = readFileSync(new URL('grafana-dashboard.json', FOLDER), 'utf8');
  const { panels } = JSON.parse(text) as {
    readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  assert.ok(expressions.length > 40);
  await assertKnown(t, expressions);
});

test('monitoring: a causes’ name in an alert → one that sessions end by', async (t) => {
  const known = await samplesByName(t);
  const causes = new Set(known.get('zooid_sessions_ended')?.map(({ labels }) => labels['cause']));
  const rules = readFileSync(new URL('alerts.yml', FOLDER), 'utf8');
  const asked = Array.from(rules.matchAll(/cause=~?"([^"]+)"/g), ([, text = '']) =>
    text.split('|'),
  );
  assert.ok(asked.flat().length > 3);
  for (const cause of asked.flat()) assert.ok(causes.has(cause), cause);
});

test('monitoring: an expression with what is not there → found out', () => {
  const expression = 'sum by (cause) (rate(a_total{job=~"x",cause="y"}[5m])) > 3 unless b_sum / c';
  assert.deepEqual(selectorsOf(expression), [
    { name: 'a_total', labels: ['job', 'cause'] },
    { name: 'b_sum', labels: [] },
    { name: 'c', labels: [] },
  ]);
});
