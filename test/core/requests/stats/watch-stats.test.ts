import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WatchStats } from '../../../../src/core/requests/stats/watch-stats.ts';
import { WatchManager, WatchMode } from '../../../../src/core/tree/watch-manager.ts';

const ACLS = { node: 1, parent: 1 };

function watcher() {
  return { watches: new Map<string, number>(), notify: () => {} };
}

test('watch stats: events → how many watchers each found, by what had happened', () => {
  const stats = new WatchStats();
  const watches = new WatchManager(stats);
  for (const each of [watcher(), watcher(), watcher()]) watches.add(each, '/a', WatchMode.data);
  watches.add(watcher(), '/', WatchMode.child);
  watches.onCreated('/a', 1, ACLS);
  watches.onCreated('/unwatched', 2, ACLS);
  watches.add(watcher(), '/a', WatchMode.data);
  watches.onDataChanged('/a', 3, 1);
  watches.add(watcher(), '/a', WatchMode.child);
  watches.onDeleted('/a', 4, ACLS);
  const { created, changed, deleted, children } = stats;
  const seen = [created, changed, deleted, children].map(({ count, sum }) => [count, sum]);
  assert.deepEqual(seen, [
    [1, 3],
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
  stats.bytes = 3;
  stats.reset();
  assert.deepEqual(stats, new WatchStats());
});
