import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../src/base/prng.ts';
import { newConnectionHistory } from '../../src/sim/clients/sim-client.ts';
import { EventQueue } from '../../src/sim/event-queue.ts';
import { SimClock } from '../../src/sim/sim-clock.ts';
import { SimConnection } from '../../src/sim/sim-connection.ts';

function rig(seed: number) {
  const clock = new SimClock();
  const queue = new EventQueue(new Prng(seed));
  const up: number[] = [];
  const down: number[] = [];
  const ends: string[] = [];
  const attempt = { at: 0, sessionId: 0n, isPasswordRight: true, timeOutMs: 1, lastZxidSeen: 0 };
  const connection = new SimConnection({
    clock,
    queue,
    prng: new Prng(seed),
    shape: { delayUsMin: 1, delayUsMax: 500, rechunks: true },
    ends: {
      onBytes: (_connection, bytes) => up.push(...bytes),
      onServerSideEnd: () => ends.push('server'),
      onFrame: (_connection, frame) => down.push(frame[0] ?? -1),
      onClientSideEnd: () => ends.push('client'),
    },
    record: newConnectionHistory(0, 0, { attempt, life: 1 }),
  });
  const settle = () => {
    for (let event = queue.take(); event !== undefined; event = queue.take()) {
      clock.moveTo(event.timeUs);
      event.action();
    }
  };
  return { connection, up, down, ends, settle };
}

const numbers = Array.from({ length: 40 }, (_, i) => i);

test('sim-connection: bytes and frames → arrive whole and in order, however they are cut', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { connection, up, down, settle } = rig(seed);
    connection.send(Uint8Array.from(numbers.slice(0, 25)));
    connection.send(Uint8Array.from(numbers.slice(25)));
    connection.sendDown(numbers.map((each) => Uint8Array.of(each)));
    settle();
    assert.deepEqual(up, numbers);
    assert.deepEqual(down, numbers);
  }
});

test('sim-connection: it breaks → a prefix arrives in each direction, both ends learn of it once', () => {
  const lengths = new Set<number>();
  for (let seed = 1; seed <= 60; seed++) {
    const { connection, up, down, ends, settle } = rig(seed);
    connection.send(Uint8Array.from(numbers));
    connection.sendDown(numbers.map((each) => Uint8Array.of(each)));
    connection.breakOff();
    settle();
    assert.deepEqual(up, numbers.slice(0, up.length));
    assert.deepEqual(down, numbers.slice(0, down.length));
    assert.deepEqual(ends.toSorted(), ['client', 'server']);
    lengths.add(up.length);
  }
  assert.ok(lengths.size > 3);
});

test('sim-connection: paused → nothing arrives until it is resumed, and then in order', () => {
  const { connection, up, settle } = rig(3);
  connection.isPaused = true;
  connection.send(Uint8Array.from(numbers));
  settle();
  assert.deepEqual(up, []);
  connection.resume();
  assert.deepEqual(up, numbers);
});

test('sim-connection: the server closes → what it had sent arrives first', () => {
  const { connection, down, ends, settle } = rig(4);
  connection.sendDown([Uint8Array.of(1), Uint8Array.of(2)]);
  connection.closeFromServer();
  settle();
  assert.deepEqual(down, [1, 2]);
  assert.deepEqual(ends, ['client']);
});
