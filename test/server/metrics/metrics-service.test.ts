import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import { ConfigError } from '../../../src/server/config/config-error.ts';
import { StartupError } from '../../../src/server/exit-code.ts';
import { makeLogger, silentLogger } from '../../../src/server/logging/logger.ts';
import { MetricsService } from '../../../src/server/metrics/metrics-service.ts';
import { findFreePort } from '../../free-ports.ts';
import { startEmbedded } from '../embedded-server.ts';
import { readConfig, ToggledServer } from '../toggled-server.ts';
import { figureContext } from './exposition.ts';
import { ask } from './http-ask.ts';

const PROVIDER =
  'metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider\n';

async function openService(t: TestContext, lines: string, lineOf = (_: string) => {}) {
  const server = await ToggledServer.start(t, lines);
  const logger = makeLogger('info', (_level, message) => lineOf(message));
  const service = new MetricsService(figureContext(server, t), logger);
  t.after(() => service.close());
  await service.open();
  return service;
}

function loadedPackages(): string[] {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).filter((path) => path.includes('prom-client'));
}

test('metrics: not configured → no port, and nothing is loaded for it', async (t) => {
  const service = await openService(t, '');
  assert.equal(service.port, 0);
  assert.deepEqual(loadedPackages(), []);
});

test('metrics: the provider of Prometheus → /metrics', async (t) => {
  const { port } = await openService(t, `${PROVIDER}metricsProvider.httpPort=0\n`);
  assert.ok(loadedPackages().length > 0);
  const { status, type, text } = await ask(port, '/metrics');
  assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8']);
  assert.match(text, /^znode_count 5$/m);
});

test('metrics: a server by its configuration → the port is there while it runs', async (t) => {
  const port = await findFreePort();
  const config = {
    'metricsProvider.className':
      'org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider',
    'metricsProvider.httpPort': port,
  };
  const server = await startEmbedded(t, { config });
  assert.match((await ask(port, '/metrics')).text, /^zooid_server_info\{.*mode="standalone"\} 1$/m);
  await server.stop();
  await assert.rejects(ask(port, '/metrics'), { code: 'ECONNREFUSED' });
});

test('metrics: a port that is taken → the start fails and says so', async (t) => {
  const { port } = await openService(t, `${PROVIDER}metricsProvider.httpPort=0\n`);
  const second = openService(t, `${PROVIDER}metricsProvider.httpPort=${port}\n`);
  await assert.rejects(second, (error) => {
    assert.ok(error instanceof StartupError);
    assert.match(error.message, /^cannot publish metrics on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    return true;
  });
});

test('metrics: TLS alone → a warning, and no port without it', async (t) => {
  const lines: string[] = [];
  const keys = `${PROVIDER}metricsProvider.httpsPort=0\nmetricsProvider.ssl.keyStore.location=/x\n`;
  const service = await openService(t, keys, (line) => lines.push(line));
  assert.equal(service.port, 0);
  assert.deepEqual(lines, ['metrics are not published by TLS: httpsPort has no effect']);
});

test('metrics: closed before it listens → it never does', async (t) => {
  const server = await ToggledServer.start(t, `${PROVIDER}metricsProvider.httpPort=0\n`);
  const service = new MetricsService(figureContext(server, t), silentLogger);
  const opened = service.open();
  service.close();
  await opened;
  assert.equal(service.port, 0);
});

test('metrics: what is configured wrongly → refused with what is allowed', () => {
  const wrong = [
    'metricsProvider.className=com.example.Mine',
    'metricsProvider.httpPort=65536',
    'metricsProvider.httpPort=many',
  ];
  for (const line of wrong) {
    assert.throws(() => readConfig(`dataDir=/x\nclientPort=1\n${line}\n`), ConfigError, line);
  }
});
