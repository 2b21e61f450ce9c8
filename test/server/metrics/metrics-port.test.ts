import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makeLogger } from '../../../src/server/logging/logger.ts';
import { MetricsPort } from '../../../src/server/metrics/metrics-port.ts';
import { ask } from './http-ask.ts';

const ADDRESS = { host: '127.0.0.1', port: 0 };

async function openPort(t: TestContext, render: (names: readonly string[]) => Promise<string>) {
  const lines: string[] = [];
  const logger = makeLogger('info', (level, message) => lines.push(`${level} ${message}`));
  const page = { contentType: 'text/plain; version=0.0.4', render: (names = []) => render(names) };
  const port = new MetricsPort(page, logger);
  t.after(() => port.close());
  await port.listen(ADDRESS);
  return { port: port.port, lines };
}

test('metrics port: /metrics → the page, and what is asked for by name', async (t) => {
  const { port } = await openPort(t, async (names) => `for ${names.join('+')}\n`);
  assert.deepEqual(await ask(port, '/metrics'), {
    status: 200,
    type: 'text/plain; version=0.0.4',
    text: 'for \n',
  });
  assert.equal((await ask(port, '/metrics?name%5B%5D=a&name[]=b&x=y')).text, 'for a+b\n');
  const head = await ask(port, '/metrics', 'HEAD');
  assert.deepEqual([head.status, head.text], [200, '']);
});

test('metrics port: another path or method → refused, without a page', async (t) => {
  const { port } = await openPort(t, () => assert.fail('nobody asked'));
  const answers = [
    await ask(port, '/'),
    await ask(port, '/metrics/'),
    await ask(port, '/metrics', 'POST'),
    await ask(port, '/metrics', 'TRACE'),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [404, 404, 405, 405],
  );
});

test('metrics port: the page cannot be made → 500, and a line in the log', async (t) => {
  const { port, lines } = await openPort(t, () => Promise.reject(new Error('no such thing')));
  assert.equal((await ask(port, '/metrics')).status, 500);
  assert.deepEqual(lines, ['error the metrics cannot be shown']);
});

test('metrics port: closed → nobody is answered, and connections end', async (t) => {
  const port = new MetricsPort(
    { contentType: 'text/plain', render: () => new Promise(() => {}) },
    makeLogger('off', () => {}),
  );
  t.after(() => port.close());
  await port.listen(ADDRESS);
  const asked = ask(port.port, '/metrics');
  await new Promise((resolve) => setImmediate(resolve));
  port.close();
  await assert.rejects(asked);
  assert.equal(port.port, 0);
});
