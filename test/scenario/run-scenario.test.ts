/** The scenario language itself, and every scenario file of the tree. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readScenario, runScenario, writeScenario } from './run-scenario.ts';
import { parseLine } from './verb.ts';

const TESTDATA = fileURLToPath(new URL('../core/requests/testdata/', import.meta.url));
const isRewrite = process.env['ZOOID_REWRITE'] === '1';

for (const name of readdirSync(TESTDATA).filter((each) => each.endsWith('.txt'))) {
  test(`scenario: ${name.replace(/\.txt$/, '').replaceAll('-', ' ')} → as recorded`, () => {
    const scenario = readScenario(readFileSync(`${TESTDATA}${name}`, 'utf8'));
    assert.match(scenario.script, /^# [A-Z].*\.$/m, 'it begins with a sentence that says what');
    const trace = runScenario(scenario.script);
    if (isRewrite) {
      writeFileSync(`${TESTDATA}${name}`, writeScenario({ script: scenario.script, trace }));
    } else {
      assert.equal(trace, scenario.trace);
    }
  });
}

test('scenario: a line → verb, words, flags and options', () => {
  const { verb, words, flags, options } = parseLine('create a /x data=1 -e');
  assert.equal(verb, 'create');
  assert.deepEqual(words, ['a', '/x']);
  assert.deepEqual([...flags], ['e']);
  assert.deepEqual([...options], [['data', '1']]);
});

test('scenario: an unknown verb or option → an error, not a silent line', () => {
  assert.throws(() => runScenario('dance a'), /no verb dance/);
  assert.throws(() => runScenario('option tempo=3\nconnect a'), /no option tempo/);
});

test('scenario: the same script twice → the same trace', () => {
  const script = 'connect a\ncreate a /x -e -s\nsync-disk\ncrash seed=3\nconnect a\nsync-disk';
  assert.equal(runScenario(script), runScenario(script));
});
