import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimStream, type StreamEnd } from '../../../../src/sim/ensemble/net/sim-stream.ts';
import { NetRig } from './net-rig.ts';

class End implements StreamEnd {
  readonly bytes: number[] = [];
  drained = 0;
  ended = 0;

  onBytes(bytes: Uint8Array): void {
    this.bytes.push(...bytes);
  }
  onDrained(): void {
    this.drained++;
  }
  onEnd(): void {
    this.ended++;
  }
}

function connected(seed = 1) {
  const rig = new NetRig(seed);
  const ends = [new End(), new End()] as const;
  const stream = new SimStream(rig.network, [1, 2], { ends, windowBytes: 64 });
  return { rig, ends, stream };
}

const COUNTED = Uint8Array.from({ length: 100 }, (_, i) => i);

test('sim-stream: bytes → all of them in order, however they are cut', () => {
  const { rig, ends, stream } = connected();
  for (let i = 0; i < 100; i += 10) stream.send(0, COUNTED.subarray(i, i + 10));
  rig.run();
  assert.deepEqual(ends[1].bytes, [...COUNTED]);
});

test('sim-stream: more than the window → congested until it is read', () => {
  const { rig, ends, stream } = connected();
  stream.setReading(1, false);
  stream.send(0, COUNTED);
  rig.run(1_000_000);
  assert.equal(stream.isCongested(0), true);
  assert.deepEqual(ends[1].bytes, []);
  stream.setReading(1, true);
  rig.run();
  assert.equal(stream.isCongested(0), false);
  assert.equal(ends[0].drained, 1);
  assert.deepEqual(ends[1].bytes, [...COUNTED]);
});

test('sim-stream: the direction is closed → bytes wait, and go on when it heals', () => {
  const { rig, ends, stream } = connected();
  rig.network.close(1, 2);
  stream.send(0, COUNTED);
  rig.run(1_000_000);
  assert.deepEqual(ends[1].bytes, []);
  rig.network.heal();
  stream.send(0, COUNTED.subarray(0, 3));
  rig.run();
  assert.deepEqual(ends[1].bytes, [...COUNTED, 0, 1, 2]);
});

test('sim-stream: it is cut → a prefix in each direction, and each side learns of it once', () => {
  const lengths = new Set<number>();
  for (let seed = 1; seed < 40; seed++) {
    const { rig, ends, stream } = connected(seed);
    stream.send(0, COUNTED);
    stream.cut();
    rig.run();
    assert.deepEqual(ends[1].bytes, [...COUNTED.subarray(0, ends[1].bytes.length)]);
    assert.deepEqual([ends[0].ended, ends[1].ended], [1, 1]);
    lengths.add(ends[1].bytes.length);
  }
  assert.ok(lengths.size > 5);
});

test('sim-stream: an orderly end → the other side learns of it behind the last byte', () => {
  const { rig, ends, stream } = connected();
  stream.send(0, COUNTED);
  stream.close(0);
  rig.run();
  assert.deepEqual(ends[1].bytes, [...COUNTED]);
  assert.deepEqual([ends[0].ended, ends[1].ended], [0, 1]);
  assert.equal(stream.isOver, true);
});

test('sim-stream: one direction is lost → nothing arrives, and nobody is told', () => {
  const { rig, ends, stream } = connected();
  stream.lose(0);
  stream.send(0, COUNTED);
  stream.send(1, COUNTED);
  rig.run();
  assert.deepEqual(ends[1].bytes, []);
  assert.deepEqual(ends[0].bytes, [...COUNTED]);
  assert.equal(ends[0].ended + ends[1].ended, 0);
});

test('sim-stream: the other process is gone → whoever sends is told', () => {
  const { rig, ends, stream } = connected();
  stream.abandon(1, false);
  rig.run();
  assert.equal(ends[0].ended, 1);
});
