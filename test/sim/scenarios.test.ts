/**
 * Minimised failures, each in a file of its own: with the mutant that stands for the fault it is
 * found again, and without it nothing is violated. Where the server has changed so much that a
 * mutant's scenario no longer fails, it is made anew from a seed (docs/simulator.md).
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runScenario } from '../../src/sim/minimise/scenario.ts';
import { decodeScenario } from '../../src/sim/minimise/scenario-text.ts';

const FOLDER = new URL('scenarios/', import.meta.url);
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

for (const name of names) {
  const scenario = decodeScenario(readFileSync(new URL(name, FOLDER), 'utf8'));
  const { mutant, invariant } = scenario;

  test(`scenarios: ${name}, the server as it is → nothing is violated`, () => {
    assert.deepEqual(runScenario(scenario, { withoutMutant: true }).violations, []);
  });

  if (mutant === null) continue;
  test(`scenarios: ${name} → ${invariant} again`, () => {
    const found = runScenario(scenario).violations.map((violation) => violation.invariant);
    assert.ok(found.includes(invariant), `found ${found}`);
  });
}

test('scenarios: there are some', () => {
  assert.ok(names.length > 0);
});
