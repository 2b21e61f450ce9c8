// What Prometheus' own client library for Python makes of the page that a Zooid process publishes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { findFreePort } from '../../free-ports.ts';
import { cleanUp, temporaryDirectory } from '../../server/embedded-server.ts';
import { ask } from '../../server/metrics/http-ask.ts';
import { ensureDebianPackages } from '../packages.ts';
import { createBody } from '../raw-body.ts';
import { Op, RawClient } from '../raw-client.ts';
import { startZooidServer } from '../zooid-server.ts';

const PARSER = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.read())
print(json.dumps([[f.name, f.type, [[s.name, s.labels, repr(s.value)] for s in f.samples]] for f in families]))
`;

type ParsedFamily = readonly [
  name: string,
  type: string,
  samples: readonly (readonly [name: string, labels: Record<string, string>, value: string])[],
];

function parse(text: string): Promise<readonly ParsedFamily[]> {
  return new Promise((resolve, reject) => {
    // Debian's: another Python that comes first has no such library.
    const options = { maxBuffer: 1 << 26 };
    const child = execFile('/usr/bin/python3', ['-c', PARSER], options, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout) as readonly ParsedFamily[]);
    });
    child.stdin?.end(text);
  });
}

test('metrics: the page of a process → read by Prometheus’ parser, every type known', async (t) => {
  const { available, reason } = await ensureDebianPackages(['python3-prometheus-client']);
  if (!available) return t.skip(reason);
  const dataDir = temporaryDirectory(t);
  const port = await findFreePort();
  const server = await startZooidServer({
    dataDir,
    config: {
      'metricsProvider.className':
        'org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider',
      'metricsProvider.httpPort': String(port),
    },
  });
  cleanUp(t, () => server.stop());
  const client = await RawClient.connect(server.port);
  cleanUp(t, () => void client.connection.destroy());
  for (let at = 0; at < 3; at++) await client.must(Op.create, createBody(`/n${at}`));
  const families = await parse((await ask(port, '/metrics')).text);
  assert.ok(families.length > 200, String(families.length));
  assert.deepEqual(
    families.filter(([, type]) => type === 'unknown' || type === 'untyped'),
    [],
  );
  const values = new Map(
    families.flatMap(([, , samples]) =>
      samples.map(([name, labels, value]) => [`${name}${JSON.stringify(labels)}`, Number(value)]),
    ),
  );
  assert.equal(values.get('znode_count{}'), 8);
  assert.equal(values.get('updatelatency_count{}'), 3);
  assert.ok((values.get('updatelatency{"quantile":"0.99"}') ?? 0) > 0);
  assert.ok((values.get('process_resident_memory_bytes{}') ?? 0) > 1e6);
});
