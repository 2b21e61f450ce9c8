import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusalCounts } from '../../src/core/refusal-counts.ts';

test('refusal counts: a thousand times the same → all counted, ten lines in the log', () => {
  const counts = new RefusalCounts();
  const told = Array.from({ length: 1000 }, () => counts.add('malformed')).filter(Boolean);
  assert.deepEqual(told, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  assert.equal(counts.add('another'), 1);
  assert.deepEqual(
    [...counts.byReason],
    [
      ['malformed', 1000],
      ['another', 1],
    ],
  );
});
