import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { checkClocks, estimateSkew } from '../../../../src/tools/doctor/checks/clock-check.ts';
import { makeSubject, render } from '../subjects.ts';

/** An admin server whose clock is so much ahead; without a number one that has none. */
async function verdictOf(t: TestContext, aheadMs: number | null): Promise<string> {
  const server = createServer((_, response) => {
    response.sendDate = false;
    if (aheadMs !== null) response.setHeader('Date', new Date(Date.now() + aheadMs).toUTCString());
    response.end('{}');
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const lines = ['initLimit=5', 'syncLimit=2', 'server.1=zoo1:1:2', 'server.2=127.0.0.1:1:2'];
  const subject = makeSubject(t, [
    ...lines,
    `admin.serverPort=${port}`,
    'server.3=127.0.0.1:3:4:observer',
  ]);
  return render(await checkClocks(subject));
}

test('doctor clock: a minute apart → warned of; no date → nothing said', async (t) => {
  assert.match(
    await verdictOf(t, -60_000),
    /^warn server\.[23]: its clock differs by [4-7]\d\.\d s/m,
  );
  assert.equal(await verdictOf(t, null), '');
});

test('doctor clock: an answer with a date → the difference, from the middle of the way', () => {
  const date = 'Tue, 01 Dec 2026 10:00:00 GMT';
  const saidMs = Date.parse(date);
  const skewOf = (sentMs: number, heardMs: number) => estimateSkew({ sentMs, heardMs, date });
  assert.equal(skewOf(saidMs, saidMs + 1000), 0);
  assert.equal(skewOf(saidMs + 9000, saidMs + 12_000), -10_000);
  assert.equal(estimateSkew({ sentMs: 0, heardMs: 0, date: undefined }), null);
});
