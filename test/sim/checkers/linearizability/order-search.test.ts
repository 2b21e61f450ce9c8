import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderSearch } from '../../../../src/sim/checkers/linearizability/order-search.ts';
import { create, exists, NO_NODE, OrderRig, remove, stateOf } from './order-rig.ts';

const search = (rig: OrderRig) => new OrderSearch(stateOf(rig), 10_000).run();

test('order-search: one write after the other → no step more than there are answers to look at', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  for (let i = 0; i < 50; i++) {
    const path = `/n${i}`;
    one.ask(create(path), [i * 2, i * 2 + 1], { body: { path } });
  }
  const outcome = search(rig);
  assert.equal(outcome.kind, 'ordered');
  assert.ok(outcome.steps <= 150, `${outcome.steps}`);
});

test('order-search: many writes at once in different places → they are not tried in every order', () => {
  const rig = new OrderRig();
  for (let i = 0; i < 12; i++) {
    const path = `/n${i}`;
    const one = rig.connect(i + 1);
    one.ask(create(path), [1, 90 + i], { body: { path } });
    one.ask(remove(path), [2, 190 + i]);
  }
  rig.connect(99).ask(exists('/never'), [1, 500], { err: NO_NODE });
  const outcome = search(rig);
  assert.equal(outcome.kind, 'ordered');
  assert.ok(outcome.steps < 200, `${outcome.steps}`);
});

test('order-search: no order → where the longest one ends, and what the model says there', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  one.ask(create('/a'), [1, 2], { body: { path: '/a' } });
  one.ask(exists('/a'), [3, 4], { err: NO_NODE });
  const outcome = search(rig);
  assert.equal(outcome.kind, 'impossible');
  assert.equal(outcome.stuck.placed, 1);
  assert.equal(outcome.stuck.op.ask.kind, 'exists');
  assert.equal(outcome.stuck.judged.err, 0);
});
