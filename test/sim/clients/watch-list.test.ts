import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WatchList } from '../../../src/sim/clients/watch-list.ts';

test('watch-list: registered, told, removed → what is left is asked for again', () => {
  const list = new WatchList();
  list.onReply({ kind: 'getData', path: '/a', watch: true }, 0);
  list.onReply({ kind: 'getData', path: '/b', watch: true }, -101);
  list.onReply({ kind: 'exists', path: '/c', watch: true }, -101);
  list.onReply({ kind: 'getChildren', path: '/a', watch: true }, 0);
  list.onReply({ kind: 'addWatch', path: '/d', mode: 1 }, 0);
  list.onReply({ kind: 'addWatch', path: '/e', mode: 0 }, 0);
  assert.ok(list.hasPersistent);
  list.onEvent(4, '/a');
  list.onReply({ kind: 'removeWatches', path: '/e', type: 4 }, 0);
  assert.deepEqual(list.asSetWatches(7), {
    relativeZxid: 7,
    dataWatches: ['/a'],
    existWatches: ['/c'],
    childWatches: [],
    persistentWatches: [],
    persistentRecursiveWatches: ['/d'],
  });
  list.clear();
  assert.ok(list.isEmpty);
});
