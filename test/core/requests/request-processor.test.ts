import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { PathWatchRequest } from '../../../src/protocol/records/node-ops.ts';
import { encodeAsk } from '../../../src/sim/clients/client-request.ts';
import { connect, createAsk, errorOf, replyOf, setAsk, startServer } from '../../scenario/asks.ts';

const OUTPUT_BYTES_MAX = 1_048_576;

test('pipeline: replies of one connection → in the order of its requests, whatever they wait for', () => {
  const run = startServer();
  run.send('a', createAsk('/x'));
  run.send('a', { kind: 'getData', path: '/x', watch: false });
  run.send('a', setAsk('/x', '1'));
  run.send('a', { kind: 'exists', path: '/', watch: false });
  run.callRaw('a', OpCode.setData, (writer) => writer.int(9));
  run.send('a', { kind: 'ping' });
  run.syncDisk();
  const replies = run.client('a').received.slice(1).map(replyOf);
  assert.deepEqual(
    replies.map(({ xid }) => xid),
    [1, 2, 3, 4, 5, -2],
  );
  assert.equal(replies[4]?.err, -5);
});

test('pipeline: many reads of much in one chunk → output stops at the limit and goes on when it is sent', () => {
  const run = startServer();
  run.call('a', createAsk('/big', { data: new Uint8Array(500_000) }));
  const { connection } = run.client('a');
  assert.ok(connection !== null);
  const writer = new BinaryWriter();
  for (let xid = 100; xid < 110; xid++) {
    const mark = writer.beginFrame();
    writer.int(xid);
    writer.int(OpCode.getData);
    PathWatchRequest.write(writer, { path: '/big', watch: false });
    writer.endFrame(mark);
  }
  const { server } = run;
  server.receive(connection, writer.take());
  const sizes: number[] = [];
  for (;;) {
    sizes.push(connection.output?.at ?? 0);
    server.takeDirty();
    server.processor.output.release(connection);
    if (!connection.frames.hasUnread) break;
    server.processor.continue(connection);
  }
  assert.deepEqual(
    sizes.map((size) => Math.floor(size / 500_000)),
    [3, 3, 3, 1],
  );
  assert.ok(Math.max(...sizes) < OUTPUT_BYTES_MAX + 600_000);
});

test('pipeline: beyond globalOutstandingLimit → only who has requests under way is stopped', () => {
  const run = startServer({ globalOutstandingLimit: 3 });
  connect(run, 'b');
  for (let i = 0; i < 3; i++) run.send('a', createAsk(`/a${i}`));
  assert.equal(run.client('a').connection?.isThrottled, false);
  run.send('a', createAsk('/a3'));
  assert.equal(run.client('a').connection?.isThrottled, true);
  run.send('b', { kind: 'getData', path: '/', watch: false });
  assert.equal(run.client('b').connection?.isThrottled, false);
  run.send('b', createAsk('/b'));
  assert.equal(run.client('b').connection?.isThrottled, true);
  run.syncDisk();
  assert.equal(run.server.processor.outstanding, 0);
  assert.equal(run.client('a').connection?.isThrottled, false);
  assert.equal(run.client('b').connection?.isThrottled, false);
});

test('pipeline: a malformed frame → the end of that connection, counted; its earlier writes are done', () => {
  const run = startServer();
  connect(run, 'b');
  run.send('a', createAsk('/x'));
  run.sendBytes(run.client('a'), Uint8Array.of(0xff, 0xff, 0xff, 0xff));
  assert.equal(run.client('a').connection, null);
  assert.deepEqual([...run.server.processor.stats.closeReasons], [['malformed frame', 1]]);
  run.syncDisk();
  assert.ok(run.server.database.tree.findPath('/x') > 0);
  assert.equal(errorOf(run.call('b', { kind: 'ping' })), 'Ok');
});

test('pipeline: a frame larger than jute.maxbuffer → the end; one exactly as large is taken', () => {
  const run = startServer({ frameBytesMax: 1000 });
  const most = createAsk('/x', { data: new Uint8Array(1000 - 8 - 6 - 4 - (4 + 4 + 9 + 10) - 4) });
  assert.equal(encodeAsk(1, most).length, 1004);
  assert.equal(errorOf(run.call('a', most)), 'Ok');
  const more = createAsk('/y', { data: new Uint8Array((most.data?.length ?? 0) + 1) });
  run.send('a', more);
  assert.equal(run.client('a').connection, null);
});

test('pipeline: bytes in any pieces → the same replies', () => {
  const run = startServer();
  const client = run.client('a');
  const ask = createAsk('/x', { data: Buffer.from('data') });
  client.asked.push({ xid: 1, ask });
  for (const byte of encodeAsk(1, ask)) run.sendBytes(client, Uint8Array.of(byte));
  run.syncDisk();
  assert.equal(errorOf(client.received.at(-1) ?? assert.fail()), 'Ok');
});

test('auth: refused → AuthFailed with zxid 0, and the end; ids earned before do not matter', () => {
  const run = startServer();
  const auth = (scheme: string, text: string) => ({
    kind: 'auth' as const,
    scheme,
    auth: Buffer.from(text),
  });
  assert.equal(errorOf(run.call('a', auth('digest', 'u:p'))), 'Ok');
  const refused = replyOf(run.call('a', auth('sasl', 'x')));
  assert.deepEqual([refused.err, refused.zxid, refused.xid], [-115, 0, -4]);
  assert.equal(run.client('a').connection, null);
});

test('auth: does not wait for the writes before it', () => {
  const run = startServer();
  run.send('a', createAsk('/x'));
  run.send('a', { kind: 'auth', scheme: 'digest', auth: Buffer.from('u:p') });
  assert.equal(replyOf(run.client('a').received.at(-1) ?? assert.fail()).xid, -4);
});

test('sasl: without a configuration → any token is answered with none', () => {
  const run = startServer();
  const { err, zxid } = replyOf(run.callRaw('a', OpCode.sasl, (writer) => writer.buffer(null)));
  assert.deepEqual([err, zxid], [0, 0]);
  assert.notEqual(run.client('a').connection, null);
});

test('enforced auth: any request without an id of the scheme → -124 and the end; with one it is served', () => {
  const run = startServer({ enforcedAuthSchemes: ['digest'] });
  connect(run, 'b');
  run.call('a', { kind: 'auth', scheme: 'digest', auth: Buffer.from('u:p') });
  assert.equal(errorOf(run.call('a', createAsk('/x'))), 'Ok');
  const refused = replyOf(run.call('b', { kind: 'ping' }));
  assert.deepEqual([refused.err, refused.zxid], [-124, 0]);
  assert.equal(run.client('b').connection, null);
});
