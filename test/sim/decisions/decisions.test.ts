import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { Decisions } from '../../../src/sim/decisions/decisions.ts';
import { runEnsembleSeed } from '../../../src/sim/ensemble/ensemble-run.ts';
import { runSeed } from '../../../src/sim/simulation.ts';

test('decisions: one of three is left out → the others draw what they drew', () => {
  const prng = new Prng(1);
  const noted = new Decisions();
  const drawn = [10, 20, 30].map((us) => {
    noted.begin('somebody', us, [prng]);
    return prng.uint32();
  });
  const [first, , third] = noted.made;
  assert.ok(first && third);
  const replay = new Decisions([first, third]);
  const other = new Prng(2);
  assert.equal(replay.nextUs('somebody'), 10);
  assert.equal(replay.begin('somebody', 10, [other]), true);
  assert.equal(other.uint32(), drawn[0]);
  other.uint32();
  assert.equal(replay.nextUs('somebody'), 30);
  replay.begin('somebody', 30, [other]);
  assert.equal(other.uint32(), drawn[2]);
  assert.equal(replay.nextUs('somebody'), null);
  assert.equal(replay.begin('somebody', 40, [other]), false);
});

test('decisions: parts that are left out, and what is noted → in what was made', () => {
  const given = { source: 'one', us: 1, states: [], without: [1], done: [] };
  const replay = new Decisions([given]);
  replay.begin('one', 1, []);
  const parts = ['a', 'b', 'c'].filter(() => !replay.leavesOut());
  for (const part of parts) replay.note(part);
  replay.end();
  replay.note('nobody decides that');
  assert.deepEqual(replay.made, [{ ...given, done: ['a', 'c'] }]);
});

/** Both traces are the same to the last decision at least. */
function assertSameChaos(run: (decisions: Decisions, print: (line: string) => void) => void) {
  const traces: string[][] = [[], []];
  const noted = new Decisions();
  run(noted, (line) => traces[0]?.push(line));
  run(new Decisions(noted.made), (line) => traces[1]?.push(line));
  const [one, other] = traces as [string[], string[]];
  const at = one.findIndex((line, i) => line !== other[i]);
  const us = Number((one[at] ?? one.at(-1))?.split(' ')[0]);
  assert.ok(us >= (noted.made.at(-1)?.us ?? 0), `${one[at]} became ${other[at]}`);
}

test('decisions: all of a run are made again → the same trace to the end of the chaos', () => {
  for (const seed of [20]) {
    assertSameChaos((decisions, print) => runSeed(seed, { decisions, print }));
  }
  for (const seed of [1]) {
    assertSameChaos((decisions, print) => runEnsembleSeed(seed, { decisions, print }));
  }
});

test('decisions: they are noted down → the run is the same as ever', () => {
  const { hash } = runSeed(3);
  assert.equal(runSeed(3, { decisions: new Decisions() }).hash, hash);
});
