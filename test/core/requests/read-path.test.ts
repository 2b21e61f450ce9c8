import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { encodeAsk } from '../../../src/sim/clients/client-request.ts';
import { connect, createAsk, errorOf, replyOf, startServer } from '../../scenario/asks.ts';

test('reads: the frame of a waiting read → is a copy; the chunk may change under it', () => {
  const run = startServer();
  run.send('a', createAsk('/x', { data: Buffer.from('kept') }));
  const client = run.client('a');
  const ask = { kind: 'getData', path: '/x', watch: false } as const;
  client.asked.push({ xid: 50, ask });
  const chunk = encodeAsk(50, ask);
  run.sendBytes(client, chunk);
  chunk.fill(0xa5);
  run.syncDisk();
  const { xid, body } = replyOf(client.received.at(-1) ?? assert.fail());
  assert.equal(xid, 50);
  assert.equal(Buffer.from(body.data ?? []).toString(), 'kept');
});

test('reads: waiting reads of a connection that goes → are not outstanding any more', () => {
  const run = startServer();
  run.send('a', createAsk('/x'));
  for (let i = 0; i < 5; i++) run.send('a', { kind: 'getData', path: '/', watch: false });
  assert.equal(run.server.processor.outstanding, 6);
  run.disconnect('a');
  assert.equal(run.server.processor.outstanding, 1);
  run.syncDisk();
  assert.equal(run.server.processor.outstanding, 0);
});

test('reads: one that is malformed → MarshallingError in its turn, and no body', () => {
  const run = startServer();
  run.send('a', createAsk('/x'));
  run.callRaw('a', OpCode.getData, (writer) => writer.int(99));
  const replies = run.client('a').received.slice(1).map(replyOf);
  assert.deepEqual(
    replies.map(({ xid, err }) => [xid, err]),
    [
      [1, 0],
      [2, -5],
    ],
  );
});

test('reads: those of a session without writes under way → answered at once', () => {
  const run = startServer();
  connect(run, 'b');
  run.send('a', createAsk('/x'));
  run.send('b', { kind: 'exists', path: '/', watch: false });
  assert.equal(errorOf(run.client('b').received.at(-1) ?? assert.fail()), 'Ok');
});
