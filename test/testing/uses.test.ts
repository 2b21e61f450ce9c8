/** The programs of examples/uses as their readers would run them: each says its last line and ends. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../run-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const lastLines: Readonly<Record<string, string>> = {
  'barrier.ts': 'no round began before the last had ended: true',
  'configuration.ts': 'all hosts are back at version 1, as version 3',
  'discovery.ts': 'without it the least loaded is search-2',
  'election.ts': 'the token has grown: true',
  'hot-standby.ts': 'one ran, two ran, and one again',
  'lock.ts': 'the number is 5',
  'membership.ts': 'left are worker-0 and worker-2',
  'naming.ts': '15 ids of 15 are different',
  'queue.ts': 'the careful one has done dry, iron, wash',
};

test('examples: every program → has its last line here', () => {
  const programs = readdirSync(`${ROOT}/examples/uses`).filter((name) => name.endsWith('.ts'));
  assert.deepEqual(programs.toSorted(), ['clients.ts', ...Object.keys(lastLines)].toSorted());
});

for (const [program, lastLine] of Object.entries(lastLines)) {
  test(`examples: ${program} → does what it says, and ends`, async () => {
    const words = ['--import', 'tsx', `examples/uses/${program}`];
    const { code, output } = await runProgram(words, { cwd: ROOT, timeout: 60_000 });
    assert.equal(code, 0, output);
    assert.equal(output.trimEnd().split('\n').at(-1), lastLine, output);
  });
}
