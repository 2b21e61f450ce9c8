import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TickTimer } from '../../src/server/tick-timer.ts';

function makeTimer() {
  let onTick = () => {};
  const ticks: number[] = [];
  const timer = new TickTimer(() => {
    ticks.push(performance.now());
    onTick();
  });
  const ticked = () =>
    new Promise<void>((resolve) => {
      onTick = resolve;
    });
  return { timer, ticks, ticked };
}

test('tick timer: an earlier wish → counts; a later one costs no tick', async (t) => {
  const { timer, ticks, ticked } = makeTimer();
  t.after(() => timer.stop());
  timer.arm(3_600_000);
  timer.arm(5);
  timer.arm(3_600_000);
  await ticked();
  assert.equal(ticks.length, 1);
});

test('tick timer: armed again in each tick → goes on', async (t) => {
  const { timer, ticks, ticked } = makeTimer();
  t.after(() => timer.stop());
  for (let turn = 1; turn <= 3; turn++) {
    timer.arm(0);
    await ticked();
    assert.equal(ticks.length, turn);
  }
});

test('tick timer: a fraction of a millisecond → not before it is over', async (t) => {
  const { timer, ticks, ticked } = makeTimer();
  t.after(() => timer.stop());
  const startedMs = performance.now();
  timer.arm(2.5);
  await ticked();
  assert.ok((ticks[0] ?? 0) - startedMs >= 2, `${(ticks[0] ?? 0) - startedMs}`);
});

test('tick timer: stopped → never again', async (t) => {
  const { timer, ticks } = makeTimer();
  timer.arm(1);
  timer.stop();
  timer.arm(0);
  const other = makeTimer();
  t.after(() => other.timer.stop());
  other.timer.arm(10);
  await other.ticked();
  assert.equal(ticks.length, 0);
});
