// Who is told of what: each kind of watch by the rules, then random watches against a naive list.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type WatchedEvent,
  WatchManager,
  WatchMode,
} from '../../../src/core/tree/watch-manager.ts';
import { EventType, WatcherType } from '../../../src/protocol/watch-event.ts';

type Mode = (typeof WatchMode)[keyof typeof WatchMode];

class Listener {
  readonly watches = new Map<string, number>();
  readonly name: string;
  readonly #log: string[];

  constructor(name: string, log: string[]) {
    this.name = name;
    this.#log = log;
  }

  notify({ type, path }: WatchedEvent): void {
    this.#log.push(`${this.name} ${type} ${path}`);
  }
}

const acls = { node: 1, parent: 2 };

/** `told` gives what was told since the last time, in order. */
function bound() {
  const log: string[] = [];
  const [a, b] = [new Listener('a', log), new Listener('b', log)] as const;
  return { manager: new WatchManager(), a, b, told: () => log.splice(0) };
}

const { nodeCreated, nodeDeleted, nodeDataChanged, nodeChildrenChanged } = EventType;

test('watches: a data watch → told once of a create, a change or a delete', () => {
  const { manager, a, told } = bound();
  for (const [fire, type] of [
    [() => manager.onCreated('/x', 1, acls), nodeCreated],
    [() => manager.onDataChanged('/x', 1, 1), nodeDataChanged],
    [() => manager.onDeleted('/x', 1, acls), nodeDeleted],
  ] as const) {
    manager.add(a, '/x', WatchMode.data);
    fire();
    fire();
    assert.deepEqual(told(), [`a ${type} /x`]);
    assert.equal(manager.watchCount, 0);
  }
});

test('watches: a child watch → told once of a child that comes or goes, or that the node goes', () => {
  const { manager, a, told } = bound();
  manager.add(a, '/x', WatchMode.child);
  manager.onDataChanged('/x', 1, 1);
  manager.onCreated('/x/y/z', 1, acls);
  assert.deepEqual(told(), []);
  manager.onCreated('/x/y', 1, acls);
  manager.onCreated('/x/z', 1, acls);
  assert.deepEqual(told(), [`a ${nodeChildrenChanged} /x`]);
  manager.add(a, '/x', WatchMode.child);
  manager.onDeleted('/x/y', 1, acls);
  assert.deepEqual(told(), [`a ${nodeChildrenChanged} /x`]);
  manager.add(a, '/x', WatchMode.child);
  manager.onDeleted('/x', 1, acls);
  assert.deepEqual(told(), [`a ${nodeDeleted} /x`]);
});

test('watches: data and child watch of one session on a deleted node → one event', () => {
  const { manager, a, b, told } = bound();
  manager.add(a, '/x', WatchMode.data);
  manager.add(a, '/x', WatchMode.child);
  manager.add(b, '/x', WatchMode.child);
  manager.add(b, '/', WatchMode.child);
  manager.onDeleted('/x', 1, acls);
  const expected = [`a ${nodeDeleted} /x`, `b ${nodeDeleted} /x`, `b ${nodeChildrenChanged} /`];
  assert.deepEqual(told(), expected);
  assert.equal(manager.watchCount, 0);
});

test('watches: a persistent watch → told every time, of the node and its children', () => {
  const { manager, a, told } = bound();
  manager.add(a, '/x', WatchMode.persistent);
  for (let round = 0; round < 2; round++) {
    manager.onCreated('/x', 1, acls);
    manager.onCreated('/x/y', 1, acls);
    manager.onDataChanged('/x', 1, 1);
    manager.onDataChanged('/x/y', 1, 1);
    manager.onDeleted('/x/y', 1, acls);
    manager.onDeleted('/x', 1, acls);
    assert.deepEqual(told(), [
      `a ${nodeCreated} /x`,
      `a ${nodeChildrenChanged} /x`,
      `a ${nodeDataChanged} /x`,
      `a ${nodeChildrenChanged} /x`,
      `a ${nodeDeleted} /x`,
    ]);
  }
});

test('watches: a recursive watch → told of everything below, never of changed children', () => {
  const { manager, a, told } = bound();
  manager.add(a, '/x', WatchMode.persistentRecursive);
  manager.onCreated('/x', 1, acls);
  manager.onCreated('/x/y/z', 1, acls);
  manager.onDataChanged('/x/y', 1, 1);
  manager.onCreated('/xy', 1, acls);
  manager.onDeleted('/x/y/z', 1, acls);
  assert.deepEqual(told(), [
    `a ${nodeCreated} /x`,
    `a ${nodeCreated} /x/y/z`,
    `a ${nodeDataChanged} /x/y`,
    `a ${nodeDeleted} /x/y/z`,
  ]);
});

test('watches: recursive ones at several levels, the root too → one event each', () => {
  const { manager, a, b, told } = bound();
  manager.add(a, '/', WatchMode.persistentRecursive);
  manager.add(a, '/x', WatchMode.persistentRecursive);
  manager.add(b, '/x/y', WatchMode.data);
  manager.add(b, '/x', WatchMode.persistentRecursive);
  manager.onDataChanged('/x/y', 1, 1);
  assert.deepEqual(told().sort(), [`a ${nodeDataChanged} /x/y`, `b ${nodeDataChanged} /x/y`]);
});

test('watches: both persistent kinds of one session on one path → neither replaces the other', () => {
  const { manager, a, told } = bound();
  manager.add(a, '/x', WatchMode.persistent);
  manager.add(a, '/x', WatchMode.persistentRecursive);
  manager.onCreated('/x/y', 1, acls);
  assert.deepEqual(told(), [`a ${nodeCreated} /x/y`, `a ${nodeChildrenChanged} /x`]);
});

test('watches: an event → carries its zxid and the ACL of whom it is about', () => {
  const manager = new WatchManager();
  const events: WatchedEvent[] = [];
  const watcher = {
    watches: new Map<string, number>(),
    notify: (event: WatchedEvent) => void events.push(event),
  };
  manager.add(watcher, '/x', WatchMode.data);
  manager.add(watcher, '/', WatchMode.child);
  manager.onCreated('/x', 77, { node: 5, parent: 6 });
  assert.deepEqual(events, [
    { type: nodeCreated, path: '/x', zxid: 77, aclId: 5 },
    { type: nodeChildrenChanged, path: '/', zxid: 77, aclId: 6 },
  ]);
});

test('watches: asked for and removed by type → "any" means all, false when there was none', () => {
  const { manager, a, b } = bound();
  manager.add(a, '/x', WatchMode.data);
  manager.add(a, '/x', WatchMode.child);
  assert.equal(manager.has(a, '/x', WatcherType.persistent), false);
  assert.equal(manager.has(b, '/x', WatcherType.any), false);
  assert.equal(manager.remove(a, '/x', WatcherType.persistent), false);
  assert.equal(manager.remove(a, '/x', WatcherType.data), true);
  assert.equal(manager.remove(a, '/x', WatcherType.data), false);
  assert.equal(manager.has(a, '/x', WatcherType.any), true);
  assert.equal(manager.remove(a, '/x', WatcherType.any), true);
  assert.equal(manager.watchCount, 0);
});

test('watches: the summary → the data table alone', () => {
  const { manager, a, b } = bound();
  manager.add(a, '/x', WatchMode.data);
  manager.add(b, '/x', WatchMode.persistent);
  manager.add(b, '/y', WatchMode.child);
  manager.add(b, '/z', WatchMode.data);
  assert.deepEqual(manager.dataSummary(), { connections: 2, paths: 2, watches: 3 });
  const listed = [...manager.dataWatches()].map(([path, who]) => [path, who.length]);
  assert.deepEqual(listed, [
    ['/x', 2],
    ['/z', 1],
  ]);
  manager.removeWatcher(b);
  assert.deepEqual(manager.dataSummary(), { connections: 1, paths: 1, watches: 1 });
  assert.equal(b.watches.size, 0);
});

const modes = Object.values(WatchMode);
const paths = ['/', '/x', '/x/y', '/x/y/z', '/w'];
const path = fc.constantFrom(...paths);
const move = fc.oneof(
  fc.record({ add: path, who: fc.nat({ max: 2 }), mode: fc.constantFrom<Mode[]>(...modes) }),
  fc.record({ remove: path, who: fc.nat({ max: 2 }), type: fc.constantFrom(1, 2, 3, 4, 5) }),
  fc.record({ gone: fc.nat({ max: 2 }) }),
  fc.record({ event: fc.constantFrom(1, 2, 3), path: fc.constantFrom(...paths.slice(1)) }),
);

/** All watches as "who mode path", and who would be told, by looking through all of them. */
class NaiveWatches {
  readonly all = new Set<string>();

  #who(at: string, mode: number, isOnce: boolean): string[] {
    const found = ['0', '1', '2'].filter((who) => this.all.has(`${who} ${mode} ${at}`));
    if (isOnce) for (const who of found) this.all.delete(`${who} ${mode} ${at}`);
    return found;
  }

  fire(type: number, at: string): string[] {
    const parent = at.slice(0, at.lastIndexOf('/')) || '/';
    const above = paths.filter((each) => each === '/' || at === each || at.startsWith(`${each}/`));
    const told = new Set([
      ...this.#who(at, WatchMode.data, true),
      ...this.#who(at, WatchMode.persistent, false),
      ...above.flatMap((each) => this.#who(each, WatchMode.persistentRecursive, false)),
    ]);
    if (type === nodeDeleted) for (const who of this.#who(at, WatchMode.child, true)) told.add(who);
    const toldOfParent = new Set(
      type === nodeDataChanged
        ? []
        : [
            ...this.#who(parent, WatchMode.child, true),
            ...this.#who(parent, WatchMode.persistent, false),
          ],
    );
    return [
      ...[...told].map((who) => `${who} ${type} ${at}`),
      ...[...toldOfParent].map((who) => `${who} ${nodeChildrenChanged} ${parent}`),
    ].sort();
  }

  /** Each path counts once in each of the two tables for each watcher. */
  count(): number {
    const entries = new Set<string>();
    for (const each of this.all) {
      const [who, mode, at] = each.split(' ');
      if (Number(mode) !== WatchMode.child) entries.add(`${who} data ${at}`);
      const isInChild = Number(mode) === WatchMode.child || Number(mode) === WatchMode.persistent;
      if (isInChild) entries.add(`${who} child ${at}`);
    }
    return entries.size;
  }
}

const modesByType: Record<number, readonly number[]> = {
  1: [WatchMode.child],
  2: [WatchMode.data],
  3: modes,
  4: [WatchMode.persistent],
  5: [WatchMode.persistentRecursive],
};

test('watches: any watches, removals and events → those told whom a plain list would tell', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 50, size: 'max' }), (moves) => {
      const manager = new WatchManager();
      const naive = new NaiveWatches();
      const log: string[] = [];
      const listeners = ['0', '1', '2'].map((name) => new Listener(name, log));
      const at = (index: number) => listeners[index] ?? new Listener('none', log);
      for (const each of moves) {
        if ('add' in each) {
          manager.add(at(each.who), each.add, each.mode);
          naive.all.add(`${each.who} ${each.mode} ${each.add}`);
        } else if ('remove' in each) {
          const gone = (modesByType[each.type] ?? []).map(
            (mode) => `${each.who} ${mode} ${each.remove}`,
          );
          const isKnown = gone.some((text) => naive.all.has(text));
          for (const text of gone) naive.all.delete(text);
          assert.equal(manager.has(at(each.who), each.remove, each.type), isKnown);
          assert.equal(manager.remove(at(each.who), each.remove, each.type), isKnown);
        } else if ('gone' in each) {
          manager.removeWatcher(at(each.gone));
          for (const text of naive.all)
            if (text.startsWith(`${each.gone} `)) naive.all.delete(text);
        } else {
          if (each.event === nodeCreated) manager.onCreated(each.path, 1, acls);
          else if (each.event === nodeDeleted) manager.onDeleted(each.path, 1, acls);
          else manager.onDataChanged(each.path, 1, 1);
          assert.deepEqual(log.splice(0).sort(), naive.fire(each.event, each.path));
        }
        assert.equal(manager.watchCount, naive.count());
      }
    }),
    { numRuns: 300 },
  );
});
