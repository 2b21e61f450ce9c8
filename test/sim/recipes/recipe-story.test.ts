/** The real client and the real recipes on a simulated ensemble, in virtual time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZooKeeper } from '../../../src/client/index.ts';
import { runRecipeSeed } from './recipe-story.ts';

async function runSeeds(from: number, count: number): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (let seed = from; seed < from + count; seed++) {
    const { recipe, violations, counts } = await runRecipeSeed(seed);
    const [first] = violations;
    const again = `node --import tsx test/sim/recipes/run-recipe-seeds.ts ${seed}`;
    const message = `seed ${seed}, ${recipe}: ${first?.invariant} ${first?.message}; ${again}`;
    assert.equal(violations.length, 0, message);
    sums[recipe] = (sums[recipe] ?? 0) + 1;
    for (const [name, value] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

test('recipes: seeds 1 to 30 → one holder at a time, and in the end a turn for everybody', async () => {
  const sums = await runSeeds(1, 30);
  for (const recipe of ['lock', 'readWriteLock', 'semaphore', 'election', 'latch']) {
    assert.ok((sums[recipe] ?? 0) >= 3, `${recipe}: ${sums[recipe]}`);
  }
  assert.ok((sums['turns'] ?? 0) > 500, `${sums['turns']} turns`);
  assert.ok((sums['expired'] ?? 0) > 5, `${sums['expired']} sessions expired`);
});

test('recipes: the same seed twice → the same run', async () => {
  const [one, two] = [await runRecipeSeed(3), await runRecipeSeed(3)];
  assert.equal(one.hash, two.hash);
});

test('recipes: clients that see only the newest of all nodes → found', async () => {
  const { prototype } = ZooKeeper;
  const { getChildren } = prototype;
  prototype.getChildren = async function (path, options) {
    return (await getChildren.call(this, path, options)).sort(bySequence).slice(-1);
  };
  try {
    const found: (string | undefined)[] = [];
    for (let seed = 1; seed <= 5; seed++) {
      const { violations } = await runRecipeSeed(seed);
      found.push(violations[0]?.invariant);
    }
    assert.ok(found.includes('M1') || found.includes('M2'), found.join());
  } finally {
    prototype.getChildren = getChildren;
  }
});

function bySequence(a: string, b: string): number {
  return Number(a.slice(-10)) - Number(b.slice(-10));
}
