import assert from 'node:assert/strict';
import { isZooKeeperError, json } from '../../src/client/index.ts';
import { ConfigStore, type ConfigVersion } from '../../src/recipes/config-store.ts';
import { isRecipeError } from '../../src/recipes/index.ts';
import { rootedTest } from './changing-client.ts';

interface Limits {
  readonly limit: number;
}
const limits = json<Limits>((value) => {
  const { limit } = value as Partial<Limits>;
  if (typeof limit !== 'number') throw new TypeError('limit must be a number');
  return { limit };
});

rootedTest(
  'config: published, read, rolled back → numbered versions with their values',
  async ({ connect }) => {
    const zk = await connect();
    const store = new ConfigStore<Limits>(zk, '/c', { serializer: limits });
    assert.equal(await store.read(), null);
    assert.deepEqual(await store.history(), []);
    assert.equal(await store.publish({ limit: 1 }), 1);
    assert.equal(await store.publish({ limit: 2 }), 2);
    assert.equal(await store.rollback(1), 3);
    const current = await store.read();
    assert.deepEqual([current?.version, current?.value.limit], [3, 1]);
    assert.equal((await store.read(2))?.value.limit, 2);
    assert.deepEqual(await store.history(), [1, 2, 3]);
    await assert.rejects(store.rollback(9), RangeError);
  },
);

rootedTest('config: what the schema refuses → is not published', async ({ connect }) => {
  const zk = await connect();
  const store = new ConfigStore<Limits>(zk, '/c', { serializer: limits });
  await assert.rejects(store.publish({ limit: 'x' } as unknown as Limits), TypeError);
  assert.equal(await store.read(), null);
});

rootedTest(
  'config: many publish at once → every version once; based on an old one → BadVersion',
  async ({ connect }) => {
    const zk = await connect();
    const stores = [zk, await connect(), await connect()].map(
      (each) => new ConfigStore<Limits>(each, '/c'),
    );
    const numbers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => stores[index % 3]?.publish({ limit: index })),
    );
    assert.deepEqual(
      numbers.toSorted((a, b) => Number(a) - Number(b)),
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    await assert.rejects(
      stores[0]?.publish({ limit: 0 }, { basedOn: 11 }) as Promise<number>,
      (error) => isZooKeeperError(error, 'BadVersion', 'NodeExists'),
    );
    assert.equal((await stores[0]?.read())?.version, 12);
  },
);

rootedTest(
  'config: followed → the current version first, then newer ones, never an older one',
  async ({ connect }) => {
    const zk = await connect();
    const store = new ConfigStore<Limits>(zk, '/c');
    await store.publish({ limit: 1 });
    const told: number[] = [];
    let onTold: (current: ConfigVersion<Limits>) => void = () => {};
    const stop = await new ConfigStore<Limits>(await connect(), '/c').follow((current) => {
      told.push(current.version);
      onTold(current);
    });
    assert.deepEqual(told, [1]);
    const last = new Promise<void>((resolve) => {
      onTold = ({ version }) => {
        if (version === 20) resolve();
      };
    });
    for (let limit = 2; limit <= 20; limit++) await store.publish({ limit });
    await last;
    assert.deepEqual(
      told,
      [...new Set(told)].toSorted((a, b) => a - b),
    );
    await stop();
  },
);

rootedTest('config: more versions than are kept → the oldest go', async ({ connect }) => {
  const zk = await connect();
  const store = new ConfigStore<Limits>(zk, '/c', { versionsMax: 2 });
  for (let limit = 1; limit <= 5; limit++) await store.publish({ limit });
  assert.deepEqual(await store.history(), [4, 5]);
  assert.equal(await store.read(1), null);
  assert.throws(() => new ConfigStore(zk, '/c', { versionsMax: 0 }), RangeError);
});

rootedTest(
  'config: copied to another place → read, followed and published there as before',
  async ({ connect }) => {
    const zk = await connect();
    const source = new ConfigStore<Limits>(zk, '/c');
    for (const limit of [1, 2, 3]) await source.publish({ limit });
    const copy = new ConfigStore<Limits>(zk, '/copy');
    let onTold: (current: ConfigVersion<Limits>) => void = () => {};
    const told = new Promise<ConfigVersion<Limits>>((resolve) => {
      onTold = resolve;
    });
    // As a copy comes: the pointer first, and its versions after it.
    await zk.create('/copy', (await zk.getData('/c')).data);
    await zk.create('/copy/versions');
    const stop = await copy.follow((current) => onTold(current));
    for (const name of (await zk.getChildren('/c/versions')).sort()) {
      const { data } = await zk.getData(`/c/versions/${name}`);
      await zk.create(`/copy/versions/${name}`, data);
    }
    assert.equal((await told).version, 3);
    assert.equal((await copy.read())?.value.limit, 3);
    await assert.rejects(copy.publish({ limit: 4 }, { basedOn: 2 }), { code: 'BadVersion' });
    assert.equal(await copy.publish({ limit: 4 }, { basedOn: 3 }), 4);
    assert.equal(await copy.publish({ limit: 5 }), 5);
    await stop();
  },
);

rootedTest(
  'config: the pointer is set by hand → read as it says; a number that is there is not written over',
  async ({ connect }) => {
    const zk = await connect();
    const store = new ConfigStore<Limits>(zk, '/c');
    for (const limit of [1, 2, 3]) await store.publish({ limit });
    await zk.setData('/c', '2');
    assert.equal((await store.read())?.value.limit, 2);
    await assert.rejects(store.publish({ limit: 9 }), { code: 'NodeExists' });
    await zk.setData('/c', 'two');
    await assert.rejects(store.read(), (error) => isRecipeError(error, 'Corrupt'));
  },
);
