/** addWatch, checkWatches, removeWatches, setWatches and setWatches2. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventType, WatcherType } from '../../../../src/protocol/watch-event.ts';
import {
  connect,
  createAsk,
  errorOf,
  replyOf,
  setAsk,
  startServer,
} from '../../../scenario/asks.ts';
import type { ScenarioServer } from '../../../scenario/scenario-server.ts';

const NONE = {
  relativeZxid: 0,
  dataWatches: [],
  existWatches: [],
  childWatches: [],
  persistentWatches: [],
  persistentRecursiveWatches: [],
};

function eventsOf(run: ScenarioServer, name: string): [number, string][] {
  return run
    .client(name)
    .received.flatMap((each) => (each.kind === 'event' ? [[each.type, each.path]] : [])) as [
    number,
    string,
  ][];
}

test('addWatch: a mode that is none → MarshallingError; else also where there is no node', () => {
  const run = startServer();
  for (const mode of [-1, 2]) {
    assert.equal(
      errorOf(run.call('a', { kind: 'addWatch', path: '/x', mode })),
      'MarshallingError',
    );
  }
  assert.equal(errorOf(run.call('a', { kind: 'addWatch', path: '/x', mode: 0 })), 'Ok');
  run.call('a', createAsk('/x'));
  run.call('a', setAsk('/x', '1'));
  assert.deepEqual(eventsOf(run, 'a'), [
    [EventType.nodeCreated, '/x'],
    [EventType.nodeDataChanged, '/x'],
  ]);
});

test('checkWatches: each kind is found under its own type; any finds all; an unknown type → MarshallingError', () => {
  const run = startServer();
  const has = (path: string, type: number) =>
    errorOf(run.call('a', { kind: 'checkWatches', path, type }));
  run.call('a', { kind: 'getData', path: '/', watch: true });
  assert.equal(has('/', WatcherType.data), 'Ok');
  assert.equal(has('/', WatcherType.any), 'Ok');
  assert.equal(has('/', WatcherType.children), 'NoWatcher');
  assert.equal(has('/', WatcherType.persistent), 'NoWatcher');
  assert.equal(has('/', 0), 'MarshallingError');
  assert.equal(has('/', 6), 'MarshallingError');
});

test('removeWatches: removed → no event; a second time → NoWatcher', () => {
  const run = startServer();
  const remove = () =>
    errorOf(run.call('a', { kind: 'removeWatches', path: '/', type: WatcherType.children }));
  run.call('a', { kind: 'getChildren', path: '/', watch: true });
  assert.equal(remove(), 'Ok');
  assert.equal(remove(), 'NoWatcher');
  run.call('a', createAsk('/x'));
  assert.deepEqual(eventsOf(run, 'a'), []);
});

test('setWatches: nothing missed → no event, and the watches stand', () => {
  const run = startServer();
  const { zxid } = replyOf(run.call('a', createAsk('/x')));
  const watches = { ...NONE, relativeZxid: zxid, dataWatches: ['/x'], childWatches: ['/x'] };
  const reply = replyOf(run.call('a', { kind: 'setWatches', watches }));
  assert.equal(reply.xid, -8);
  assert.deepEqual(eventsOf(run, 'a'), []);
  run.call('a', setAsk('/x', '1'));
  run.call('a', createAsk('/x/c'));
  assert.deepEqual(eventsOf(run, 'a'), [
    [EventType.nodeDataChanged, '/x'],
    [EventType.nodeChildrenChanged, '/x'],
  ]);
});

test('setWatches2: persistent ones are never told of the past, only of what comes', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  const watches = { ...NONE, persistentWatches: ['/x'], persistentRecursiveWatches: ['/x'] };
  run.call('a', { kind: 'setWatches2', watches });
  assert.deepEqual(eventsOf(run, 'a'), []);
  run.call('a', createAsk('/x/c'));
  assert.deepEqual(eventsOf(run, 'a'), [
    [EventType.nodeCreated, '/x/c'],
    [EventType.nodeChildrenChanged, '/x'],
  ]);
});

test('watches: the connection goes → no watch is left', () => {
  const run = startServer();
  connect(run, 'b');
  run.call('b', { kind: 'getData', path: '/', watch: true });
  assert.equal(run.server.processor.watches.watchCount, 1);
  run.disconnect('b');
  assert.equal(run.server.processor.watches.watchCount, 0);
});
