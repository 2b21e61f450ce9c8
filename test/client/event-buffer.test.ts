import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBuffer } from '../../src/client/event-buffer.ts';

function make(max = 3) {
  const ends: string[] = [];
  const buffer = new EventBuffer<number>({
    max,
    onOverflow: (items) => items.slice(-max),
    onEnd: () => void ends.push('end'),
  });
  return { buffer, ends };
}

test('event buffer: pushed before or after the reader came → read in order', async () => {
  const { buffer } = make();
  buffer.push(1);
  const reads = [buffer.next(), buffer.next()];
  buffer.push(2);
  assert.deepEqual(await Promise.all(reads), [
    { done: false, value: 1 },
    { done: false, value: 2 },
  ]);
});

test('event buffer: full → its maker decides what stays', async () => {
  const { buffer } = make(2);
  for (const item of [1, 2, 3]) buffer.push(item);
  assert.equal((await buffer.next()).value, 2);
});

test('event buffer: ended → the rest can be read, then done, for waiting readers too', async () => {
  const { buffer, ends } = make();
  buffer.push(1);
  buffer.end();
  buffer.push(2);
  assert.deepEqual(await buffer.next(), { done: false, value: 1 });
  assert.equal((await buffer.next()).done, true);
  const other = make();
  const waiting = other.buffer.next();
  other.buffer.end();
  assert.equal((await waiting).done, true);
  assert.deepEqual(ends, ['end']);
});

test('event buffer: failed → one reading rejects, whoever waits or comes next', async () => {
  const error = new Error('broken');
  for (const isWaiting of [true, false]) {
    const { buffer, ends } = make();
    const waiting = isWaiting ? assert.rejects(buffer.next(), error) : undefined;
    if (!isWaiting) buffer.push(1);
    buffer.fail(error);
    await (waiting ?? assert.rejects(buffer.next(), error));
    assert.equal((await buffer.next()).done, true);
    assert.deepEqual(ends, ['end']);
  }
});

test('event buffer: loop left early → told once', async () => {
  const { buffer, ends } = make();
  buffer.push(1);
  for await (const item of buffer) {
    assert.equal(item, 1);
    break;
  }
  await buffer[Symbol.asyncDispose]();
  assert.deepEqual(ends, ['end']);
});
