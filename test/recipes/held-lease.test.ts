import assert from 'node:assert/strict';
import { isRecipeError, LeasedLock } from '../../src/recipes/index.ts';
import { aborted, recipeTest } from './recipe-test.ts';

recipeTest('held lease: its time ends → lost, and renewing is refused', async (context) => {
  const zk = await context.connect();
  const held = await new LeasedLock(zk, context.path, { leaseMs: 50 }).acquire();
  const reason = await aborted(held.signal);
  assert.ok(isRecipeError(reason, 'Lost') && /time is over/.test(reason.message));
  assert.equal(held.remainingMs, 0);
  await assert.rejects(held.renew(), { code: 'Lost' });
  await held.release();
  assert.equal((await zk.getData(held.path)).data.length, 0);
});

recipeTest('held lease: it renews itself → held for longer than its time', async (context) => {
  const zk = await context.connect();
  const lock = new LeasedLock(zk, context.path, { leaseMs: 600, autoRenew: true });
  const held = await lock.acquire();
  // Four versions are more than one length of the lease.
  for (let version = 0; version < 4; ) {
    const changed = new Promise<void>((resolve) => {
      void zk.exists(held.path, { watch: () => resolve() });
    });
    await changed;
    version = (await zk.exists(held.path))?.version ?? 0;
  }
  assert.equal(held.isHeld, true);
  await held.release();
  assert.equal(held.signal.aborted, false);
});

recipeTest('held lease: renewed several times at once → one renewal', async (context) => {
  const zk = await context.connect();
  const held = await new LeasedLock(zk, context.path, { leaseMs: 60_000 }).acquire();
  await Promise.all([held.renew(), held.renew(), held.renew()]);
  assert.equal((await zk.exists(held.path))?.version, 1);
});

recipeTest(
  'held lease: others have written their name → lost at the next renewal',
  async (context) => {
    const zk = await context.connect();
    const held = await new LeasedLock(zk, context.path, { leaseMs: 60_000 }).acquire();
    const data = JSON.stringify({ id: 'x', identifier: 'y', leaseMs: 60_000 });
    await zk.setData(held.path, data);
    await assert.rejects(held.renew(), { code: 'Lost' });
    // What is there belongs to somebody else.
    await held.release();
    assert.equal(new TextDecoder().decode((await zk.getData(held.path)).data), data);
  },
);

recipeTest(
  'held lease: its node is deleted → lost at the next renewal; release is fine',
  async (context) => {
    const zk = await context.connect();
    const held = await new LeasedLock(zk, context.path, { leaseMs: 60_000 }).acquire();
    await zk.delete(held.path);
    await assert.rejects(held.renew(), { code: 'Lost' });
    await held.release();
  },
);

recipeTest('held lease: renewed after its release → InvalidState', async (context) => {
  const zk = await context.connect();
  const held = await new LeasedLock(zk, context.path, { leaseMs: 60_000 }).acquire();
  await held.release();
  await assert.rejects(held.renew(), { code: 'InvalidState' });
});
