import assert from 'node:assert/strict';
import { json, text } from '../../src/client/index.ts';
import { TreeCache, type TreeCacheEvent } from '../../src/recipes/tree-cache.ts';
import { endSession } from '../client/end-session.ts';
import { nextChange, rootedTest } from './changing-client.ts';

const at = (type: string, path: string) => (event: TreeCacheEvent<string>) =>
  event.type === type && event.path === path;

rootedTest(
  'tree cache: a tree that is there and changes → the copy is the tree',
  async ({ connect }) => {
    const zk = await connect();
    const writer = await connect();
    await writer.create('/t/a/b', '1', { createParents: true });
    const cache = new TreeCache(zk, '/t', { serializer: text, readsMax: 1 });
    await cache.start();
    assert.deepEqual([...cache.nodes.keys()].toSorted(), ['/t', '/t/a', '/t/a/b']);
    assert.deepEqual(cache.childrenOf('/t'), ['a']);
    const deep = nextChange(cache, at('added', '/t/a/b/c'));
    await writer.create('/t/a/b/c', '2');
    await deep;
    const changed = nextChange(cache, at('changed', '/t/a'));
    await writer.setData('/t/a', '3');
    await changed;
    assert.equal(cache.nodes.get('/t/a')?.data, '3');
    const removed = nextChange(cache, at('removed', '/t'));
    await writer.delete('/t', { recursive: true });
    await removed;
    assert.equal(cache.nodes.size, 0);
    await cache.close();
  },
);

rootedTest(
  'tree cache: what happens while the session is gone → is told afterwards',
  async ({ connect }) => {
    const zk = await connect({ onExpired: 'renew' });
    const writer = await connect();
    await writer.create('/t/a', '1', { createParents: true });
    const cache = new TreeCache(zk, '/t', { serializer: text });
    await cache.start();
    const removed = nextChange(cache, at('removed', '/t/a'));
    const added = nextChange(cache, at('added', '/t/b'));
    const ended = endSession(zk);
    await writer.delete('/t/a');
    await writer.create('/t/b', '2');
    await Promise.all([ended, removed, added]);
    await cache.close();
  },
);

rootedTest(
  'tree cache: one of several changes cannot be read → onError hears, the others are taken up',
  async ({ connect }) => {
    const zk = await connect();
    const writer = await connect();
    const paths = ['/t', '/t/a', '/t/b', '/t/c', '/t/d'];
    for (const path of paths) await writer.create(path, '1');
    let onError = (_error: unknown): void => {};
    const told = new Promise<unknown>((resolve) => {
      onError = resolve;
    });
    const cache = new TreeCache(zk, '/t', { serializer: json<number>(), readsMax: 1, onError });
    await cache.start();
    const changed = ['/t/a', '/t/d'].map((path) =>
      nextChange(cache, ({ type, path: at }) => type === 'changed' && at === path),
    );
    const all = writer.multi();
    for (const path of paths) all.setData(path, path === '/t/b' ? 'no json' : '2');
    await all.commit();
    await Promise.all(changed);
    assert.equal(cache.nodes.get('/t/b')?.data, 1);
    assert.ok((await told) instanceof SyntaxError);
    await cache.close();
  },
);
