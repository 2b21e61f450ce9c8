import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Trace } from '../../src/sim/trace.ts';

function hashOf(lines: readonly string[]): string {
  const trace = new Trace(null);
  for (const line of lines) trace.add(1, line);
  return trace.hash;
}

test('trace: other lines, or another order → another hash', () => {
  assert.equal(hashOf(['a', 'b']), hashOf(['a', 'b']));
  assert.notEqual(hashOf(['a', 'b']), hashOf(['b', 'a']));
  assert.notEqual(hashOf(['a', 'b']), hashOf(['a']));
});

test('trace: many lines → the last ones are kept, oldest first', () => {
  const trace = new Trace(null);
  for (let i = 1; i <= 100; i++) trace.add(i, 'x');
  const lines = trace.lastLines();
  assert.equal(lines.length, 60);
  assert.equal(lines[0], '41 x');
  assert.equal(lines.at(-1), '100 x');
});
