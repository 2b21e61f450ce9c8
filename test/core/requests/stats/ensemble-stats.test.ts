import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnsembleStats, recordSince } from '../../../../src/core/requests/stats/ensemble-stats.ts';
import { Summary } from '../../../../src/core/requests/stats/summary.ts';

test('ensemble stats: a reset → as new', () => {
  const stats = new EnsembleStats();
  for (const value of Object.values(stats)) if (value instanceof Summary) value.record(3);
  stats.lookingCount = 1;
  stats.proposalCount = 2;
  stats.revalidateCount = 3;
  stats.diffCount = 4;
  stats.snapCount = 5;
  stats.disloyalVoterCount = 6;
  stats.proposalsReceived = 7;
  stats.commitsReceived = 8;
  stats.reset();
  assert.deepEqual(stats, new EnsembleStats());
});

test('ensemble stats: the clock of another server is ahead → nothing is recorded', () => {
  const summary = new Summary();
  for (const ms of [-5, 0, 4]) recordSince(summary, ms);
  assert.deepEqual([summary.count, summary.max], [2, 4]);
});
