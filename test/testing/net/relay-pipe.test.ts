import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RelayPipe } from '../../../src/testing/net/relay-pipe.ts';
import { dial, listen, turns } from './sockets.ts';

test('relay pipe: nowhere to go → what comes waits, and the sender in the end', async (t) => {
  const [from, to] = [await listen(t), await listen(t)];
  const sender = await dial(t, from.port);
  const { socket: source } = await from.next();
  let seen = 0;
  const pipe = new RelayPipe(source, (bytes) => {
    seen += bytes.length;
  });
  const text = 'x'.repeat(20_000_000);
  sender.write(text);
  await turns(200);
  assert.ok(source.isPaused());
  assert.ok(seen < 1_000_000, `${seen} bytes were read`);
  const { socket: sink } = await dial(t, to.port);
  const receiver = await to.next();
  pipe.connect(sink);
  sender.socket.end();
  await receiver.becomes('end');
  assert.equal(receiver.text.length, text.length);
});

test('relay pipe: closed with something that waits for its time → it never comes', async (t) => {
  const [from, to] = [await listen(t), await listen(t)];
  const sender = await dial(t, from.port);
  const { socket: source } = await from.next();
  const { socket: sink } = await dial(t, to.port);
  const receiver = await to.next();
  let onSeen = () => {};
  const seen = new Promise<void>((resolve) => {
    onSeen = resolve;
  });
  const pipe = new RelayPipe(source, () => onSeen());
  pipe.connect(sink);
  pipe.delay(3_600_000);
  sender.write('late');
  await seen;
  pipe.close();
  sink.end('end');
  await receiver.becomes('end');
  assert.equal(receiver.text, 'end');
});
