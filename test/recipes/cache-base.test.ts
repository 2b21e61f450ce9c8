import assert from 'node:assert/strict';
import type { ZooKeeper } from '../../src/client/index.ts';
import { CacheBase } from '../../src/recipes/cache-base.ts';
import { rootedTest } from './changing-client.ts';

/** Reads `/a` and counts. */
class CountingCache extends CacheBase<number> {
  reads = 0;
  isEnough = true;

  constructor(zk: ZooKeeper) {
    super(zk, {});
  }

  protected override async refresh(): Promise<boolean> {
    await this.zk.exists('/a', { watch: this.poke });
    this.tell(++this.reads);
    return this.isEnough;
  }
}

rootedTest('cache: an event, a reload → read again', async ({ connect }) => {
  const zk = await connect();
  const cache = new CountingCache(zk);
  await cache.start();
  await cache.start();
  assert.equal(cache.reads, 1);
  const told = new Promise((resolve) => cache.onChange(resolve));
  await zk.create('/a');
  assert.equal(await told, 2);
  await cache.reload();
  assert.equal(cache.reads, 3);
  await cache.close();
  await zk.delete('/a');
  await cache.reload();
  assert.equal(cache.reads, 3);
});

rootedTest('cache: what was read is not enough → start waits for the next', async ({ connect }) => {
  const zk = await connect();
  const cache = new CountingCache(zk);
  cache.isEnough = false;
  let isStarted = false;
  const started = cache.start().then(() => {
    isStarted = true;
  });
  await cache.reload();
  assert.equal(isStarted, false);
  cache.isEnough = true;
  await cache.reload();
  await started;
  await cache.close();
});
