import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecipeError } from '../../src/recipes/index.ts';
import {
  abortable,
  delay,
  releaseOnTheWay,
  runHolding,
  withDeadline,
} from '../../src/recipes/waiting.ts';

const never = new AbortController().signal;

test('deadline: work that ends → its outcome; a limit beyond all timers → none', async () => {
  assert.equal(await withDeadline({ what: 'x' }, async () => 7), 7);
  assert.equal(await withDeadline({ what: 'x', timeoutMs: 1e12 }, async () => 7), 7);
  const failing = withDeadline({ what: 'x' }, () => Promise.reject(new Error('no')));
  await assert.rejects(failing, /no/);
});

test('deadline: the time is over → Timeout that names what was waited for', async () => {
  const waiting = withDeadline({ what: 'the tea', timeoutMs: 1 }, (signal) =>
    delay(60_000, signal),
  );
  await assert.rejects(waiting, (error) => {
    return (
      error instanceof RecipeError && error.code === 'Timeout' && /the tea/.test(error.message)
    );
  });
});

test('deadline: aborted before, aborted meanwhile → the reason', async () => {
  const reason = new Error('enough');
  const before = withDeadline({ what: 'x', signal: AbortSignal.abort(reason) }, async () => 7);
  await assert.rejects(before, reason);
  const controller = new AbortController();
  const meanwhile = withDeadline({ what: 'x', signal: controller.signal }, (signal) =>
    delay(60_000, signal),
  );
  controller.abort(reason);
  await assert.rejects(meanwhile, reason);
});

test('abortable: aborted first → the reason, and what comes late is put away', async () => {
  const controller = new AbortController();
  let bring: (value: string) => void = () => {};
  const promise = new Promise<string>((resolve) => {
    bring = resolve;
  });
  const late: string[] = [];
  const outcome = abortable(promise, controller.signal, (value) => late.push(value));
  controller.abort(new Error('enough'));
  await assert.rejects(outcome, /enough/);
  bring('late');
  await promise;
  assert.deepEqual(late, ['late']);
});

test('abortable: the promise is first → its outcome, and nothing is put away', async () => {
  const late: string[] = [];
  const onLate = (value: string) => late.push(value);
  assert.equal(await abortable(Promise.resolve('now'), never, onLate), 'now');
  await assert.rejects(abortable(Promise.reject<string>(new Error('no')), never, onLate), /no/);
  assert.deepEqual(late, []);
});

test('holding: work throws and the release fails → the error of the work', async () => {
  const held = { signal: never, release: () => Promise.reject(new Error('release')) };
  const work = () => {
    throw new Error('work');
  };
  await assert.rejects(runHolding(held, work), { message: 'work' });
  await assert.rejects(
    runHolding(held, () => 7),
    /release/,
  );
  await releaseOnTheWay(held, never);
});

test('holding: lost while the work runs → the reason', async () => {
  const lost = new AbortController();
  const held = { signal: lost.signal, release: async () => {} };
  const run = runHolding(held, () => lost.abort(new Error('lost')));
  await assert.rejects(run, /lost/);
});
