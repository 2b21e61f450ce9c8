import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '../../../src/sim/learn/asks.ts';
import { LearnRun } from '../../../src/sim/learn/learn-run.ts';

test('learn: what must be so and is not → the scenario fails', () => {
  const run = new LearnRun({ voters: [1] });
  run.startAll(1);
  run.check(true, 'fine');
  assert.throws(() => run.check(false, 'server 2 leads'), /server 2 leads/);
  assert.throws(() => run.untilSeen(/^1 LOOKING/), /does not come.*1 LOOKING/);
});

test('learn: a client is told something wrong → the scenario fails', () => {
  const run = new LearnRun({ voters: [1] });
  run.startAll(1);
  run.call(run.connect('A', 1), create('/x'));
  run.settle();
  const { stream } = run.ensemble.history.connections[0] ?? { stream: [] };
  const last = stream.at(-1);
  assert.ok(last?.kind === 'reply');
  last.reply.zxid--;
  assert.throws(() => run.finish());
});

test('learn: what came before the story → not printed, time begins behind it', () => {
  const run = new LearnRun({ voters: [1, 2] });
  run.prepare(() => run.startAll(1, 2));
  run.state();
  const text = run.finish();
  assert.equal(text.split('\n').length, 3);
  assert.match(text, /^ +0\.0 ms {2}1 +follower.*\n +0\.0 ms {2}2 +leader.*\n$/);
});

test('learn: a message to who is cut off → said so', () => {
  const run = new LearnRun({ voters: [1, 2, 3] });
  run.prepare(() => run.startAll(1, 2, 3));
  run.partition([1, 3], [2]);
  run.connect('A', 1);
  run.settle();
  assert.match(
    run.finish(),
    /3 → 1 +PROPOSAL.*createSession 0x\w+\n.*3 → 2 +PROPOSAL.* \(cut off\)\n/,
  );
});
