import assert from 'node:assert/strict';
import { text } from '../../src/client/index.ts';
import { ChildrenCache, type ChildrenCacheEvent } from '../../src/recipes/children-cache.ts';
import { endSession } from '../client/end-session.ts';
import { nextChange, rootedTest } from './changing-client.ts';

const named = (type: string, name: string) => (event: ChildrenCacheEvent<string>) =>
  event.type === type && event.name === name;

rootedTest(
  'children cache: no parent yet, children come, change and go → each is told',
  async ({ connect }) => {
    const zk = await connect();
    const writer = await connect();
    const cache = new ChildrenCache(zk, '/p', { serializer: text });
    await cache.start();
    assert.equal(cache.children.size, 0);
    const added = nextChange(cache, named('added', 'a'));
    await writer.create('/p');
    await writer.create('/p/a', '1');
    await added;
    const changed = nextChange(cache, named('changed', 'a'));
    await writer.setData('/p/a', '2');
    await changed;
    assert.equal(cache.children.get('a')?.data, '2');
    const both = nextChange(cache, named('added', 'b'));
    await writer.create('/p/b', '3');
    await both;
    const removed = nextChange(cache, named('removed', 'a'));
    await writer.delete('/p/a');
    await removed;
    assert.deepEqual([...cache.children.keys()], ['b']);
    const emptied = nextChange(cache, named('removed', 'b'));
    await writer.delete('/p', { recursive: true });
    await emptied;
    await cache.close();
  },
);

rootedTest(
  'children cache: what happens while the session is gone → is told afterwards',
  async ({ connect }) => {
    const zk = await connect({ onExpired: 'renew' });
    const writer = await connect();
    await writer.create('/p/a', '1', { createParents: true });
    const cache = new ChildrenCache(zk, '/p', { serializer: text });
    await cache.start();
    const changed = nextChange(cache, named('changed', 'a'));
    const added = nextChange(cache, named('added', 'b'));
    const ended = endSession(zk);
    await writer.setData('/p/a', '2');
    await writer.create('/p/b', '3');
    await Promise.all([ended, changed, added]);
    await cache.close();
  },
);
