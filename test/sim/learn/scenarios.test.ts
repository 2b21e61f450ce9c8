import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { scenarios } from '../../../src/sim/learn/scenarios.ts';

const LEARN = fileURLToPath(new URL('../../../scripts/learn.ts', import.meta.url));

for (const { name, run } of scenarios) {
  test(`learn: ${name} → as it says, the same each time`, () => {
    assert.equal(run(), run());
  });
}

function learn(...words: string[]) {
  const args = ['--import', 'tsx', LEARN, ...words];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

test('npm run learn: no name → all scenarios; a name → its text; an unknown one → exit 2', () => {
  const { stdout, status } = learn();
  assert.equal(status, 0);
  for (const { name, title } of scenarios)
    assert.ok(stdout.includes(name) && stdout.includes(title));
  const { stdout: text } = learn('broadcast');
  assert.match(text, /^# broadcast: .*\n\n/);
  assert.match(text, /PROPOSAL 0x100000002 create \/config/);
  const { stderr, status: unknown } = learn('dance');
  assert.equal(unknown, 2);
  assert.match(stderr, /No such scenario: dance\. There are: .*broadcast/);
});
