import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeAsk } from '../../../src/sim/clients/client-request.ts';
import { createAsk, replyOf, startServer } from '../../scenario/asks.ts';

test('writes: the data of a write under way → is a copy, too', () => {
  const run = startServer();
  const client = run.client('a');
  const ask = createAsk('/x', { data: Buffer.from('kept') });
  client.asked.push({ xid: 1, ask });
  const chunk = encodeAsk(1, ask);
  run.sendBytes(client, chunk);
  chunk.fill(0xa5);
  run.syncDisk();
  const get = run.call('a', { kind: 'getData', path: '/x', watch: false });
  assert.equal(Buffer.from(replyOf(get).body.data ?? []).toString(), 'kept');
});
