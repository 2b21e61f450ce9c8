import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minimise } from '../../../src/sim/minimise/minimise.ts';
import { runScenario, sizeOf } from '../../../src/sim/minimise/scenario.ts';
import {
  decodeScenario,
  describeScenario,
  encodeScenario,
} from '../../../src/sim/minimise/scenario-text.ts';

const minimising = { runsMax: 45, report: () => {} };

test('minimise: a seed with a mutant → far smaller, and it violates the same', () => {
  const found = minimise({ of: 'server', seed: 1, mutant: 'ephemeral-survives' }, minimising);
  assert.ok(found);
  const { before, after } = found;
  assert.equal(after.invariant, before.invariant);
  assert.ok(sizeOf(after).requests * 10 < sizeOf(before).requests);
  const again = decodeScenario(encodeScenario(after));
  assert.deepEqual(again, after);
  const { violations } = runScenario(again);
  assert.ok(violations.some(({ invariant }) => invariant === before.invariant));
  assert.equal(describeScenario(after).length, after.decisions.length + 1);
});

test('minimise: a seed that passes → nothing to minimise', () => {
  assert.equal(minimise({ of: 'server', seed: 2, mutant: null }, minimising), null);
});

test('scenario-text: what is no scenario → refused', () => {
  assert.throws(() => decodeScenario('{"of":"nobody","decisions":[]}'), /no scenario/);
});
