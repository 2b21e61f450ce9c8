import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { isRecipeError, LeaderSelector } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { FencingProof } from './fencing-proof.ts';
import { aborted, recipeTest, untilChildren } from './recipe-test.ts';

/** A promise that is resolved from outside. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

recipeTest(
  'leader selector: all requeue by themselves → take turns, one at a time',
  async (context) => {
    const clients = await context.connectAll(3);
    const proof = new FencingProof();
    const enough = gate();
    const selectors = clients.map((zk) => {
      return new LeaderSelector(zk, context.path, {
        autoRequeue: true,
        takeLeadership: async ({ fencingToken }) => {
          await proof.alone(fencingToken, () => zk.exists('/'));
          if (proof.tokens.length >= 9) enough.open();
        },
      });
    });
    for (const selector of selectors) selector.start();
    await enough.opened;
    await Promise.all(selectors.map((selector) => selector.close()));
    proof.assertOrdered(proof.tokens.length);
    const [zk] = clients;
    assert.ok(zk !== undefined);
    await untilChildren(zk, context.path, (children) => children.length === 0);
    assert.deepEqual(await selectors[0]?.participants(), []);
  },
);

recipeTest('leader selector: one turn, requeued by hand → another turn', async (context) => {
  const zk = await context.connect();
  let turns = 0;
  let done = gate();
  const selector = new LeaderSelector(zk, context.path, {
    takeLeadership: () => {
      turns++;
      done.open();
    },
  });
  context.cleanUp(() => selector.close());
  assert.throws(() => selector.requeue(), { code: 'InvalidState' });
  selector.start();
  assert.equal(selector.requeue(), false);
  await done.opened;
  await untilChildren(zk, context.path, (children) => children.length === 0);
  done = gate();
  while (!selector.requeue()) await zk.exists('/');
  await done.opened;
  assert.equal(turns, 2);
  assert.throws(() => selector.start(), { code: 'InvalidState' });
});

recipeTest(
  'leader selector: interrupted, closed, expired → the signal of the turn aborts',
  async (context) => {
    const zk = await context.connect();
    const reasons: unknown[] = [];
    const errors: unknown[] = [];
    const turns = [gate(), gate(), gate()];
    const selector = new LeaderSelector(zk, context.path, {
      autoRequeue: true,
      onError: (error) => errors.push(error),
      takeLeadership: async ({ signal }) => {
        turns[reasons.length]?.open();
        reasons.push(await aborted(signal));
        signal.throwIfAborted();
      },
    });
    selector.start();
    await turns[0]?.opened;
    assert.equal(selector.hasLeadership, true);
    selector.interruptLeadership();
    await turns[1]?.opened;
    await endSession(zk);
    await selector.close();
    assert.ok(isRecipeError(reasons[0], 'InvalidState'));
    assert.ok(isRecipeError(reasons[1], 'Lost'));
    assert.deepEqual(reasons.length, 2);
    // Without a session there is no next turn, if it was not closed before it found out.
    assert.ok(errors.length <= 1);
  },
);

recipeTest(
  'leader selector: closed while it leads → its turn ends, the next one leads',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const led = gate();
    const next = gate();
    const first = new LeaderSelector(one, context.path, {
      takeLeadership: async ({ signal }) => {
        led.open();
        await aborted(signal);
      },
    });
    const second = new LeaderSelector(two, context.path, { takeLeadership: () => next.open() });
    context.cleanUp(() => second.close());
    first.start();
    await led.opened;
    second.start();
    await untilChildren(one, context.path, (children) => children.length === 2);
    await first[Symbol.asyncDispose]();
    await next.opened;
    assert.throws(() => first.requeue(), { code: 'InvalidState' });
  },
);

recipeTest('leader selector: the work throws → told, and the next turn comes', async (context) => {
  const zk = await context.connect();
  const errors: unknown[] = [];
  const again = gate();
  let turns = 0;
  const selector = new LeaderSelector(zk, context.path, {
    autoRequeue: true,
    onError: (error) => errors.push(error),
    takeLeadership: () => {
      if (++turns === 1) throw new Error('no');
      again.open();
    },
  });
  selector.start();
  await again.opened;
  await selector.close();
  assert.match(String(errors[0]), /no/);
});

recipeTest(
  'leader selector: the work waits with its signal, is interrupted → no error, the next turn comes',
  async (context) => {
    const zk = await context.connect();
    const errors: unknown[] = [];
    const turns = [gate(), gate()];
    let turn = 0;
    const selector = new LeaderSelector(zk, context.path, {
      autoRequeue: true,
      onError: (error) => errors.push(error),
      takeLeadership: async ({ signal }) => {
        turns[turn++]?.open();
        // Rejects with an AbortError, whose cause is the reason of the signal.
        await pause(60_000, undefined, { signal });
      },
    });
    selector.start();
    await turns[0]?.opened;
    selector.interruptLeadership();
    await turns[1]?.opened;
    await selector.close();
    assert.deepEqual(errors, []);
  },
);

recipeTest('leader selector: bad arguments → BadArguments', async (context) => {
  const zk = await context.connect();
  const make = (path: string, options: object) => () =>
    new LeaderSelector(zk, path, options as never);
  assert.throws(make('/x', {}), { code: 'BadArguments' });
  assert.throws(make('/x', { takeLeadership: 'me' }), { code: 'BadArguments' });
  assert.throws(make('x', { takeLeadership: () => {} }), { code: 'BadArguments' });
});

recipeTest(
  'leader selector: the server restarts while they take turns → turns go on',
  async (context) => {
    const clients = await context.connectAll(2);
    const proof = new FencingProof();
    const enough = gate();
    const selectors = clients.map((zk) => {
      return new LeaderSelector(zk, context.path, {
        autoRequeue: true,
        takeLeadership: async ({ fencingToken }) => {
          const retry = { delayMs: () => 10 };
          await proof.alone(fencingToken, () => zk.exists('/', { retry }));
          if (proof.tokens.length >= 12) enough.open();
        },
      });
    });
    for (const selector of selectors) selector.start();
    await context.server.restart();
    await enough.opened;
    await Promise.all(selectors.map((selector) => selector.close()));
    proof.assertOrdered(proof.tokens.length);
  },
  { isForOursOnly: true },
);
