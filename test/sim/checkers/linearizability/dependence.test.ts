import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dependence } from '../../../../src/sim/checkers/linearizability/dependence.ts';
import { create, exists, NO_NODE, OrderRig, stateOf } from './order-rig.ts';

test('dependence: what has nothing to do with the urgent request → not in it', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(exists('/a'), [1, 10], { err: NO_NODE });
  rig.connect(2).ask(create('/a'), [1, 20], { body: { path: '/a' } });
  rig.connect(3).ask(create('/b'), [1, 20], { body: { path: '/b' } });
  rig.connect(4).ask(create('/a/late'), [11, 20], { body: { path: '/a/late' } });
  const state = stateOf(rig);
  const urgent = state.nextKnown(0) ?? assert.fail();
  const dependence = new Dependence(state, urgent, 0);
  assert.deepEqual([...dependence.known], [1, 1, 0, 0]);
  assert.equal(dependence.canGive({ path: '/a', isThere: true }), true);
  assert.equal(dependence.canGive({ path: '/b', isThere: true }), false);
});
