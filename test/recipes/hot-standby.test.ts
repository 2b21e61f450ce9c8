import assert from 'node:assert/strict';
import type { ZooKeeper } from '../../src/client/index.ts';
import { HotStandby, type HotStandbyState } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { aborted, type RecipeContext, recipeTest, untilChildren } from './recipe-test.ts';

/** A unit that notes what happens to it, and a promise for each state. */
class Unit {
  readonly states: HotStandbyState[] = [];
  readonly tokens: bigint[] = [];
  readonly standby: HotStandby;
  signal: AbortSignal | undefined;
  #waiters: (() => void)[] = [];

  constructor(zk: ZooKeeper, context: RecipeContext, identifier: string) {
    this.standby = new HotStandby(zk, context.path, {
      identifier,
      activate: ({ fencingToken, signal }) => {
        this.tokens.push(fencingToken);
        this.signal = signal;
      },
      onState: (state) => {
        this.states.push(state);
        for (const wake of this.#waiters.splice(0)) wake();
      },
    });
    context.cleanUp(() => this.standby.stop());
  }

  async becomes(state: HotStandbyState): Promise<void> {
    while (this.standby.state !== state) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }
}

async function startUnits(context: RecipeContext, identifiers: string): Promise<Unit[]> {
  const units: Unit[] = [];
  for (const identifier of identifiers) {
    const unit = new Unit(await context.connect(), context, identifier);
    await unit.standby.start();
    units.push(unit);
  }
  return units;
}

recipeTest(
  'hot standby: switched over twice → the lowest sequence runs, the old one stands by',
  async (context) => {
    const [a, b, c] = await startUnits(context, 'abc');
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    await a.becomes('RUNNING');
    // Asked for at a unit that does not run itself.
    await c.standby.switchOver();
    await b.becomes('RUNNING');
    assert.equal(a.standby.state, 'STANDBY');
    await b.standby.switchOver();
    await c.becomes('RUNNING');
    assert.ok((a.tokens[0] ?? 0n) < (b.tokens[0] ?? 0n));
    assert.ok((b.tokens[0] ?? 0n) < (c.tokens[0] ?? 0n));
    assert.deepEqual(a.states, ['STANDBY', 'RUNNING', 'STANDBY']);
  },
);

recipeTest(
  'hot standby: units → the running one first, then the order of succession',
  async (context) => {
    const [a, b] = await startUnits(context, 'ab');
    assert.ok(a !== undefined && b !== undefined);
    await a.becomes('RUNNING');
    const zk = await context.connect();
    const children = await zk.getChildren(context.path);
    const [first] = (await b.standby.units()).map(({ name }) => name);
    assert.ok(children.includes(first ?? ''));
    while ((await b.standby.units())[0]?.state !== 'RUNNING') await zk.sync('/');
    assert.deepEqual(
      (await b.standby.units()).map(({ identifier, state }) => `${identifier} ${state}`),
      ['a RUNNING', 'b STANDBY'],
    );
  },
);

recipeTest(
  'hot standby: the running unit stops → deactivated before the next one runs',
  async (context) => {
    const order: string[] = [];
    const make = async (identifier: string) => {
      const zk = await context.connect();
      const standby = new HotStandby(zk, context.path, {
        identifier,
        activate: async () => {
          await zk.exists('/');
          order.push(`${identifier} runs`);
        },
        deactivate: async () => {
          order.push(`${identifier} ends`);
          await zk.exists('/');
          await zk.exists('/');
          order.push(`${identifier} has ended`);
        },
      });
      await standby.start();
      context.cleanUp(() => standby.stop());
      return standby;
    };
    const a = await make('a');
    const b = await make('b');
    while (a.state !== 'RUNNING') await (await context.connect()).exists('/');
    await a.stop();
    await a[Symbol.asyncDispose]();
    assert.equal(a.state, 'STOPPED');
    while (b.state !== 'RUNNING') await (await context.connect()).exists('/');
    assert.deepEqual(order, ['a runs', 'a ends', 'a has ended', 'b runs']);
  },
);

recipeTest(
  'hot standby: the running unit expires → lost, failed; the next one runs',
  async (context) => {
    const zk = await context.connect();
    const a = new Unit(zk, context, 'a');
    await a.standby.start();
    await a.becomes('RUNNING');
    const [b] = await startUnits(context, 'b');
    await endSession(zk);
    assert.ok(a.signal !== undefined);
    await aborted(a.signal);
    await b?.becomes('RUNNING');
    await a.becomes('FAILED');
    assert.equal((a.standby.failure as { code?: string }).code, 'SessionExpired');
  },
);

recipeTest(
  'hot standby: it expires and is renewed → stands by again, runs again',
  async (context) => {
    const zk = await context.connect({ onExpired: 'renew' });
    const unit = new Unit(zk, context, 'a');
    await unit.standby.start();
    await unit.becomes('RUNNING');
    await endSession(zk);
    await unit.becomes('STANDBY');
    await unit.becomes('RUNNING');
    assert.ok((unit.tokens[0] ?? 0n) < (unit.tokens[1] ?? 0n));
  },
);

recipeTest('hot standby: activate throws → failed, and the next one runs', async (context) => {
  const zk = await context.connect();
  const bad = new HotStandby(zk, context.path, {
    identifier: 'bad',
    activate: () => {
      throw new Error('no disk');
    },
  });
  await bad.start().catch(() => {});
  const [good] = await startUnits(context, 'g');
  await good?.becomes('RUNNING');
  assert.match(String(bad.failure), /no disk/);
  assert.equal(bad.state, 'FAILED');
  await untilChildren(zk, context.path, (children) => children.length === 1);
});

recipeTest('hot standby: used out of order, bad arguments → refused', async (context) => {
  const zk = await context.connect();
  const activate = () => {};
  const make = (path: string, options: object) => () => new HotStandby(zk, path, options as never);
  assert.throws(make('x', { identifier: 'a', activate }), { code: 'BadArguments' });
  assert.throws(make('/x', { identifier: 'a' }), { code: 'BadArguments' });
  assert.throws(make('/x', { identifier: 7, activate }), { code: 'BadArguments' });
  assert.throws(make('/x', { identifier: 'a', activate, abortOn: 1 }), { code: 'BadArguments' });
  const [unit] = await startUnits(context, 'a');
  assert.ok(unit !== undefined);
  await assert.rejects(unit.standby.switchOver(), { code: 'InvalidState' });
  await assert.rejects(unit.standby.start(), { code: 'InvalidState' });
  await unit.standby.stop();
  assert.equal(unit.standby.state, 'STOPPED');
});

recipeTest(
  'hot standby: the server restarts → runs on; the next one still takes over',
  async (context) => {
    const [a, b] = await startUnits(context, 'ab');
    assert.ok(a !== undefined && b !== undefined);
    await a.becomes('RUNNING');
    await context.server.restart();
    await b.standby.switchOver();
    await b.becomes('RUNNING');
    assert.deepEqual(a.states, ['STANDBY', 'RUNNING', 'STANDBY']);
    assert.equal(a.signal?.aborted, false);
  },
  { isForOursOnly: true },
);
