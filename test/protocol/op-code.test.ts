// The numbers of operations and watches.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../src/protocol/op-code.ts';
import { AddWatchMode, EventType, WatcherType } from '../../src/protocol/watch-event.ts';

test('op codes: all → ZooKeeper’s numbers, each once', () => {
  const codes = Object.values(OpCode);
  assert.equal(new Set(codes).size, codes.length);
  const between = (low: number, high: number) =>
    codes.filter((code) => code >= low && code <= high).sort((a, b) => a - b);
  assert.deepEqual(between(-11, -1), [-11, -10, -1]);
  assert.deepEqual(
    between(0, 22),
    Array.from({ length: 23 }, (_, i) => i).filter((code) => code !== 10),
  );
  assert.deepEqual(between(100, 107), [100, 101, 102, 103, 104, 105, 106, 107]);
});

test('watch numbers: events, watcher types, addWatch modes → ZooKeeper’s', () => {
  assert.deepEqual(Object.values(EventType), [-1, 1, 2, 3, 4]);
  assert.deepEqual(Object.values(WatcherType), [1, 2, 3, 4, 5]);
  assert.deepEqual(Object.values(AddWatchMode), [0, 1]);
});
