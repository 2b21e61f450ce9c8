import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialTcp } from '../../../src/client/session/connection.ts';
import { isReadWrite } from '../../../src/client/session/isro-probe.ts';
import { startEmbedded } from '../../server/embedded-server.ts';
import { fakeNetwork } from './fake-dial.ts';

const host = { host: 'a', port: 1 };

test('isro: our server → takes writes', async (t) => {
  const server = await startEmbedded(t, { config: { '4lw.commands.whitelist': '*' } });
  assert.equal(await isReadWrite(dialTcp, { host: '127.0.0.1', port: server.port }), true);
});

for (const [answer, wanted] of [
  ['rw', true],
  ['ro', false],
  ['null', false],
  ['', false],
] as const) {
  test(`isro: ${JSON.stringify(answer)} in pieces, then the end → ${wanted}`, async () => {
    const network = fakeNetwork();
    const asked = isReadWrite(network.dial, host);
    const connection = network.connect();
    assert.equal(Buffer.from(connection.writes[0] ?? '').toString(), 'isro');
    for (const letter of answer) connection.say(Buffer.from(letter));
    connection.handlers?.onClose();
    assert.equal(await asked, wanted);
    assert.ok(connection.isDestroyed);
  });
}

test('isro: nobody there → false', async () => {
  const network = fakeNetwork();
  const asked = isReadWrite(network.dial, host);
  network.attempts[0]?.events.onFailed('ECONNREFUSED');
  assert.equal(await asked, false);
});
