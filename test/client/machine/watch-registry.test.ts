import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent } from '../../../src/client/machine/watch-event.ts';
import { WATCH_TABLES, WatchRegistry } from '../../../src/client/machine/watch-registry.ts';

const KINDS = ['data', 'exists', 'children', 'persistent', 'persistentRecursive'] as const;
const event = (type: NodeEvent['type'], path = '/a/b'): NodeEvent => ({
  ...{ type, path, zxid: undefined },
});

/** A registry with a listener of each kind on /a/b, named for its kind. */
function full() {
  const registry = new WatchRegistry();
  const listeners = new Map(KINDS.map((kind) => [kind, () => {}] as const));
  for (const [kind, listener] of listeners) {
    registry.register({ kind, path: '/a/b', listener }, kind === 'exists');
  }
  const told = (type: NodeEvent['type'], path?: string) => {
    const found = registry.take(event(type, path));
    return [...listeners].filter(([, each]) => found.has(each)).map(([kind]) => kind);
  };
  return { registry, told };
}

const CASES: Record<NodeEvent['type'], { first: string[]; later: string[] }> = {
  nodeCreated: {
    first: ['data', 'exists', 'persistent', 'persistentRecursive'],
    later: ['persistent', 'persistentRecursive'],
  },
  nodeDataChanged: {
    first: ['data', 'exists', 'persistent', 'persistentRecursive'],
    later: ['persistent', 'persistentRecursive'],
  },
  nodeDeleted: {
    first: ['data', 'exists', 'children', 'persistent', 'persistentRecursive'],
    later: ['persistent', 'persistentRecursive'],
  },
  nodeChildrenChanged: { first: ['children', 'persistent'], later: ['persistent'] },
};

for (const [type, { first, later }] of Object.entries(CASES)) {
  test(`watch registry: ${type} → tells ${first.join(', ')}, then ${later.join(', ')}`, () => {
    const { told } = full();
    assert.deepEqual(told(type as NodeEvent['type']), first);
    assert.deepEqual(told(type as NodeEvent['type']), later);
  });
}

test('watch registry: event below → recursive watches only, of every level up to the root', () => {
  const { registry, told } = full();
  assert.deepEqual(told('nodeCreated', '/a/b/c/d'), ['persistentRecursive']);
  assert.deepEqual(told('nodeCreated', '/a/bc'), []);
  const root = () => {};
  registry.register({ kind: 'persistentRecursive', path: '/', listener: root }, false);
  assert.ok(registry.take(event('nodeDeleted', '/x')).has(root));
});

test('watch registry: missing node → only exists sets a watch', () => {
  const registry = new WatchRegistry();
  for (const kind of KINDS) registry.register({ kind, path: '/a', listener: () => {} }, true);
  assert.deepEqual(
    WATCH_TABLES.filter((name) => registry.listeners(name, '/a').size > 0),
    ['exist'],
  );
});

test('watch registry: exists of a node that is there → a data watch', () => {
  const registry = new WatchRegistry();
  registry.register({ kind: 'exists', path: '/a', listener: () => {} }, false);
  assert.equal(registry.listeners('data', '/a').size, 1);
});

test('watch registry: the same listener twice → told once', () => {
  const registry = new WatchRegistry();
  const listener = () => {};
  registry.register({ kind: 'data', path: '/a', listener }, false);
  registry.register({ kind: 'data', path: '/a', listener }, false);
  registry.register({ kind: 'persistent', path: '/a', listener }, false);
  assert.equal(registry.take(event('nodeDataChanged', '/a')).size, 1);
});

test('watch registry: removed → one listener, or all of the watch', () => {
  const registry = new WatchRegistry();
  const [one, other] = [() => {}, () => {}];
  for (const listener of [one, other]) {
    registry.register({ kind: 'data', path: '/a', listener }, false);
  }
  const watch = { table: 'data', path: '/a' } as const;
  assert.deepEqual(
    registry.remove(watch, () => {}),
    [],
  );
  assert.deepEqual(registry.remove(watch, one), [one]);
  assert.deepEqual([...registry.listeners('data', '/a')], [other]);
  assert.deepEqual(registry.remove(watch), [other]);
  assert.deepEqual(registry.remove(watch), []);
  assert.equal(registry.size, 0);
});
