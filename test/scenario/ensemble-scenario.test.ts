/** Every scenario of an ensemble, as recorded. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runEnsembleScenario } from './ensemble-scenario.ts';
import { readScenario, writeScenario } from './run-scenario.ts';

const TESTDATA = fileURLToPath(new URL('../core/zab/testdata/', import.meta.url));
const isRewrite = process.env['ZOOID_REWRITE'] === '1';

for (const name of readdirSync(TESTDATA).filter((each) => each.endsWith('.txt'))) {
  test(`ensemble scenario: ${name.replace(/\.txt$/, '').replaceAll('-', ' ')} → as recorded`, () => {
    const scenario = readScenario(readFileSync(`${TESTDATA}${name}`, 'utf8'));
    assert.match(scenario.script, /^# [A-Z].*\.$/m, 'it begins with a sentence that says what');
    const trace = runEnsembleScenario(scenario.script);
    if (isRewrite) {
      writeFileSync(`${TESTDATA}${name}`, writeScenario({ script: scenario.script, trace }));
    } else {
      assert.equal(trace, scenario.trace);
    }
  });
}

test('ensemble scenario: an unknown verb → an error, not a silent line', () => {
  assert.throws(() => runEnsembleScenario('voters 1\ndance 1'), /no verb dance/);
});

test('ensemble scenario: the same script twice → the same trace', () => {
  const script = 'voters 1 2 3\nstart 1 2 3\nconnect a 1\ncreate a /x\nkill 3\nstate';
  assert.equal(runEnsembleScenario(script), runEnsembleScenario(script));
});
