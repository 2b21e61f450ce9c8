import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ELECTION_CALLER } from '../../../src/testing/net/first-bytes.ts';
import { Relay, type RelayOptions } from '../../../src/testing/net/relay.ts';
import { dial, dialInVain, listen, turns } from './sockets.ts';

async function open(t: TestContext, options: RelayOptions = {}) {
  const relay = await Relay.open(options);
  t.after(() => relay.close());
  const target = await listen(t);
  return { relay, target };
}

async function connected(t: TestContext, options: RelayOptions = {}) {
  const { relay, target } = await open(t, options);
  relay.leadTo(target.port);
  const client = await dial(t, relay.port);
  const server = await target.next();
  return { relay, target, client, server };
}

test('relay: bytes and ends → reach the other side, each direction by itself', async (t) => {
  const { client, server } = await connected(t);
  client.write('question');
  await server.reads('question');
  client.socket.end();
  await server.becomes('end');
  server.write('answer');
  await client.reads('answer');
  server.socket.end();
  await client.becomes('end');
});

test('relay: more than both sides take → nothing is lost', async (t) => {
  const { client, server } = await connected(t);
  const text = 'x'.repeat(5_000_000);
  server.socket.pause();
  client.write(text);
  client.write('!');
  await turns();
  server.socket.resume();
  await server.reads('!');
  assert.equal(server.text.length, text.length + 1);
});

test('relay: a reset on one side → a reset on the other', async (t) => {
  const { client, server } = await connected(t);
  server.socket.resetAndDestroy();
  await client.becomes('ECONNRESET');
});

test('relay: no server yet → who comes waits; then there is one, with all that was said', async (t) => {
  const { relay, target } = await open(t);
  const client = await dial(t, relay.port);
  client.write('early');
  await turns();
  assert.equal(client.state, 'open');
  relay.leadTo(target.port);
  await (await target.next()).reads('early');
});

test('relay: no server any more → who comes is refused; another one → who comes gets there', async (t) => {
  const { relay, client, server } = await connected(t);
  relay.refuse();
  assert.equal(await dialInVain(relay.port), 'ECONNRESET');
  client.write('still here');
  await server.reads('still here');
  const other = await listen(t);
  relay.leadTo(other.port);
  const again = await dial(t, relay.port);
  again.write('hello');
  await (await other.next()).reads('hello');
});

test('relay: the server is not where it should be → who comes is reset', async (t) => {
  const { relay } = await open(t);
  const gone = await listen(t);
  relay.leadTo(gone.port);
  const other = await Relay.open();
  const { port } = other;
  await other.close();
  relay.leadTo(port);
  assert.equal(await dialInVain(relay.port), 'ECONNRESET');
});

test('relay: held → nothing gets through and nobody is told; let go → everything in order', async (t) => {
  const { relay, target, client, server } = await connected(t);
  relay.hold(true);
  client.write('1');
  server.write('2');
  client.write('3');
  server.socket.end();
  const late = await dial(t, relay.port);
  late.write('late');
  await turns();
  assert.deepEqual([client.text, client.state, server.text], ['', 'open', '']);
  assert.equal(target.accepted.length, 1);
  relay.hold(false);
  await server.reads('13');
  await client.reads('2');
  await client.becomes('end');
  await (await target.next()).reads('late');
});

test('relay: held, and one side is reset → the other hears of it when it is let go', async (t) => {
  const { relay, client, server } = await connected(t);
  relay.hold(true);
  server.socket.resetAndDestroy();
  await turns();
  assert.equal(client.state, 'open');
  relay.hold(false);
  await client.becomes('ECONNRESET');
});

test('relay: a delay → comes that much later, in order, in both directions; none → at once', async (t) => {
  const { relay, client, server } = await connected(t);
  relay.delay(30);
  const startMs = performance.now();
  client.write('1');
  await server.reads('1');
  assert.ok(performance.now() - startMs >= 29);
  server.write('2');
  client.write('3');
  // Until the relay has read both.
  await turns();
  relay.delay(0);
  client.write('4');
  await client.reads('2');
  await server.reads('134');
  assert.ok(performance.now() - startMs >= 59);
});

test('relay: reset of all → both ends of each', async (t) => {
  const { relay, client, server } = await connected(t);
  assert.equal(relay.reset(), 1);
  await client.becomes('ECONNRESET');
  await server.becomes('ECONNRESET');
  assert.equal(relay.reset(), 0);
});

/** An initial message of the election. */
function introduction(id: bigint): string {
  const bytes = Buffer.alloc(20);
  bytes.writeBigInt64BE(-65536n, 0);
  bytes.writeBigInt64BE(id, 8);
  return bytes.toString('latin1');
}

test('relay: one caller is cut off → its bytes and its connections wait, others pass', async (t) => {
  const cutOff = new Set<bigint | null>([2n]);
  const options = { caller: ELECTION_CALLER, isCutOff: (id: bigint | null) => cutOff.has(id) };
  const { relay, target } = await open(t, options);
  relay.leadTo(target.port);
  const callers = [];
  for (const id of [1n, 2n]) {
    const caller = await dial(t, relay.port);
    caller.write(introduction(id).slice(0, 7));
    caller.write(introduction(id).slice(7));
    callers.push(caller);
  }
  const first = await target.next();
  await first.reads(introduction(1n));
  await turns();
  assert.equal(target.accepted.length, 1);
  cutOff.clear();
  relay.update();
  const second = await target.next();
  await second.reads(introduction(2n));
  cutOff.add(1n);
  relay.update();
  callers[0]?.write('one');
  callers[1]?.write('two');
  await second.reads('two');
  await turns();
  assert.equal(first.text, introduction(1n));
});

test('relay: closed → its port is free, and every connection is reset', async (t) => {
  const { relay, client, server } = await connected(t);
  const { port } = relay;
  await relay.close();
  await client.becomes('ECONNRESET');
  await server.becomes('ECONNRESET');
  assert.equal(await dialInVain(port), 'ECONNREFUSED');
});

test('relay: closed while an end is on its way → closes nevertheless', async (t) => {
  const { relay, client, server } = await connected(t);
  server.socket.end();
  await client.becomes('end');
  client.socket.end();
  server.socket.destroy();
  await relay.close();
});

test('relay: reset just after an end → both ends, and it closes', async (t) => {
  for (let tries = 0; tries < 10; tries++) {
    const { relay, client, server } = await connected(t);
    client.socket.end();
    await server.becomes('end');
    relay.reset();
    await client.becomes('ECONNRESET');
    await relay.close();
  }
});
