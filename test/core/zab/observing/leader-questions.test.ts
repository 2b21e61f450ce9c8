import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaderQuestions } from '../../../../src/core/zab/observing/leader-questions.ts';

test('leader-questions: syncs of several → answered in the order in which they were asked', () => {
  const questions = new LeaderQuestions<string>();
  questions.askSync('a');
  questions.askSync(null);
  questions.askSync('b');
  assert.deepEqual(
    [1, 2, 3].map(() => questions.takeSync()),
    ['a', null, 'b'],
  );
});

test('leader-questions: an answer that nobody asked for → belongs to none', () => {
  const questions = new LeaderQuestions<string>();
  assert.equal(questions.takeSync(), null);
  questions.askSession({ asker: 'a', sessionId: 1n, timeoutMs: 10 });
  assert.equal(questions.takeSession(2n), null);
  assert.equal(questions.takeSession(1n)?.asker, 'a');
  assert.equal(questions.takeSession(1n), null);
});

test('leader-questions: one session asked for twice → the first who asked is answered first', () => {
  const questions = new LeaderQuestions<string>();
  questions.askSession({ asker: 'a', sessionId: 1n, timeoutMs: 10 });
  questions.askSession({ asker: null, sessionId: 1n, timeoutMs: 20 });
  assert.equal(questions.takeSession(1n)?.timeoutMs, 10);
  assert.equal(questions.takeSession(1n)?.asker, null);
});

test('leader-questions: a hundred thousand without an answer → no more', () => {
  const questions = new LeaderQuestions<string>();
  for (let i = 0; i < 99_999; i++) questions.askSync('a');
  assert.equal(questions.areTooMany, false);
  questions.askSession({ asker: 'a', sessionId: 1n, timeoutMs: 10 });
  assert.equal(questions.areTooMany, true);
  questions.takeSync();
  assert.equal(questions.areTooMany, false);
});
