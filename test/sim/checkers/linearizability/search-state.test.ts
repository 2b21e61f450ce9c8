import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeOp } from '../../../../src/sim/checkers/linearizability/judge-op.ts';
import type { SearchState } from '../../../../src/sim/checkers/linearizability/search-state.ts';
import { create, exists, NO_NODE, OrderRig, stateOf } from './order-rig.ts';

function place(state: SearchState, session: number): void {
  const op = state.nextKnown(session) ?? assert.fail();
  state.make({ kind: 'known', session, judged: judgeOp(state.tree, op) });
}

test('search-state: moves made and rolled back → the same state and the same hash', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/e', 1), [1, 2], { body: { path: '/e' } });
  rig.connect(2).ask(create('/b'), [1]);
  const state = stateOf(rig);
  const { hash, mark } = state;
  place(state, 0);
  const tail = state.tails[0]?.ops[0] ?? assert.fail();
  state.make({ kind: 'tail', tail: 0, judged: judgeOp(state.tree, tail) });
  state.make({ kind: 'end', session: 0 });
  assert.equal(state.tree.get('/e'), null);
  assert.notEqual(state.tree.get('/b'), null);
  assert.deepEqual([state.placed, state.doneOf(0), state.hasEnded(0)], [1, 1, true]);
  state.rollBack(mark);
  assert.deepEqual([state.placed, state.doneOf(0), state.hasEnded(0)], [0, 0, false]);
  assert.equal(state.hash, hash);
});

test('search-state: behind a later write of its session a tail counts only as done before', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1]);
  rig.connect(1).ask(create('/b'), [2, 3], { body: { path: '/b' } });
  rig.connect(2).ask(exists('/a'), [4, 5], { err: NO_NODE });
  const state = stateOf(rig);
  place(state, 0);
  assert.equal(state.cutOf(0), 1);
  assert.equal(state.wouldCut(1), true);
  place(state, 1);
  assert.equal(state.cutOf(0), 0);
});
