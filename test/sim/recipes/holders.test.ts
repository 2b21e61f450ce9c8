import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AgreedNode, type Belief, Holders } from './holders.ts';

/** Two sessions with a node each; the second one has ended when `isOver`. */
function holders({ isOver = false, sharedMax = 1 } = {}): Holders {
  const none = new Set<string>();
  const nodes = new Map<string, AgreedNode>([
    ['/lock', { owner: 0n, czxid: 1, children: new Set(['b-0000000002', 'a-0000000001']) }],
    ['/lock/a-0000000001', { owner: 1n, czxid: 11, children: none }],
    ['/lock/b-0000000002', { owner: 2n, czxid: 12, children: none }],
  ]);
  const sessions = new Map([[1n, 1000], ...(isOver ? [] : [[2n, 1000] as const])]);
  return new Holders({ sessions, get: (path) => nodes.get(path) ?? null }, sharedMax);
}

function belief(name: 'a-0000000001' | 'b-0000000002', changes: Partial<Belief['holding']> = {}) {
  const [sessionId, fencingToken] = name.startsWith('a') ? [1n, 11n] : [2n, 12n];
  const holding = { path: `/lock/${name}`, sessionId, fencingToken, isHeld: true, ...changes };
  return { holding, kind: 'sole' } as const;
}

test('holders: the first one holds, the second does not believe so → nothing is found', () => {
  const all = holders();
  all.add(belief('a-0000000001'));
  all.add(belief('b-0000000002', { isHeld: false }));
  all.check();
});

test('holders: the second one believes to hold → M1; with a session that has ended → not yet known', () => {
  const all = holders();
  all.add(belief('b-0000000002'));
  assert.throws(() => all.check(), /M1/);
  const over = holders({ isOver: true });
  over.add(belief('a-0000000001'));
  const end = over.add(belief('b-0000000002'));
  over.check();
  assert.equal(over.staleCount, 1);
  end();
  over.check();
  assert.equal(over.staleCount, 1);
});

test('holders: a node of another session, or another token → M1, M3', () => {
  const all = holders();
  const end = all.add(belief('a-0000000001', { sessionId: 2n }));
  assert.throws(() => all.check(), /M1/);
  end();
  all.add(belief('a-0000000001', { fencingToken: 10n }));
  assert.throws(() => all.check(), /M3/);
});

test('holders: more than may hold at once → M2', () => {
  for (const sharedMax of [1, 2]) {
    const all = holders({ sharedMax });
    for (const name of ['a-0000000001', 'b-0000000002'] as const) {
      all.add({ ...belief(name), kind: 'shared' });
    }
    if (sharedMax === 1) assert.throws(() => all.check(), /M2/);
    else all.check();
  }
});
