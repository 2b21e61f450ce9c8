import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WatchPrinter } from '../../src/cli/watch-printer.ts';
import type { StateChange, WatchEvent } from '../../src/client/index.ts';

function printer() {
  const printed: string[] = [];
  return { printed, watches: new WatchPrinter((text) => printed.push(text)) };
}

const block = (event: string) => `\nWATCHER::\n\nWatchedEvent state:${event}`;
const change = (state: StateChange['state']): StateChange => {
  return { state, previous: 'connecting', sessionId: 1n };
};

test('watch printer: an event for two kinds of watches → printed once, as Java prints it', () => {
  const { printed, watches } = printer();
  const event: WatchEvent = { type: 'nodeDeleted', path: '/a', zxid: 7n };
  watches.data(event);
  watches.children(event);
  watches.persistent({ type: 'nodeCreated', path: '/a', zxid: undefined });
  assert.deepEqual(printed, [
    block('SyncConnected type:NodeDeleted path:/a zxid: 7'),
    block('SyncConnected type:NodeCreated path:/a zxid: -1'),
  ]);
});

test('watch printer: removed watches → each kind by its name, none when the session ends', () => {
  const { printed, watches } = printer();
  const event: WatchEvent = { type: 'watchRemoved', path: '/a' };
  watches.data(event);
  watches.children(event);
  watches.persistent(event);
  watches.onState(change('closed'));
  watches.data(event);
  assert.deepEqual(printed, [
    block('SyncConnected type:DataWatchRemoved path:/a zxid: -1'),
    block('SyncConnected type:ChildWatchRemoved path:/a zxid: -1'),
    block('SyncConnected type:PersistentWatchRemoved path:/a zxid: -1'),
    block('Closed type:None path:null zxid: -1'),
  ]);
});

test('watch printer: states that Java does not tell → nothing', () => {
  const { printed, watches } = printer();
  watches.onState(change('associating'));
  assert.deepEqual(printed, []);
});
