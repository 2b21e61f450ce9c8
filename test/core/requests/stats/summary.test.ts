import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../../src/base/prng.ts';
import { quantileOf, Summary } from '../../../../src/core/requests/stats/summary.ts';

const SHARES = [0.5, 0.95, 0.99, 0.999] as const;

test('summary: nothing recorded → no quantile is a number', () => {
  assert.deepEqual(
    SHARES.map((share) => new Summary().quantile(share)),
    [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
  );
});

test('summary: values of all sizes → each quantile within a 32nd of the sorted one', () => {
  const prng = new Prng(7);
  const summary = new Summary();
  const values = Array.from(
    { length: 5000 },
    () => 2 ** prng.below(20) * (prng.below(1000) / 1000),
  );
  for (const value of values) summary.record(value);
  values.sort((a, b) => a - b);
  for (const share of SHARES) {
    const exact = values[Math.ceil(share * values.length) - 1] ?? 0;
    const quantile = summary.quantile(share);
    assert.ok(Math.abs(quantile - exact) <= exact / 32 + 0.001, `${share}: ${quantile}, ${exact}`);
  }
  assert.equal(summary.count, values.length);
});

test('summary: 0, less, what is no number, and more than half an hour → counted, none lost', () => {
  const summary = new Summary();
  for (const value of [0, -3, Number.NaN, 1e12]) summary.record(value);
  assert.equal(
    summary.buckets.reduce((sum, each) => sum + each),
    4,
  );
  assert.equal(summary.quantile(0.5), 0);
  assert.ok(summary.quantile(1) > 2_000_000);
});

test('summary: one value → every quantile is it, never more than the largest', () => {
  const summary = new Summary();
  summary.record(1000);
  for (const share of SHARES) {
    const quantile = summary.quantile(share);
    assert.ok(quantile <= 1000 && quantile > 960, String(quantile));
  }
});

test('summary: the difference of two copies → what was recorded in between', () => {
  const summary = new Summary();
  for (let at = 0; at < 100; at++) summary.record(1000);
  const before = summary.buckets.slice();
  for (let at = 0; at < 10; at++) summary.record(5);
  const since = summary.buckets.map((count, at) => count - (before[at] ?? 0));
  assert.ok(Math.abs(quantileOf(since, 0.99) - 5) < 0.2);
});

test('summary: a reset → as new', () => {
  const summary = new Summary();
  summary.record(3);
  summary.reset();
  assert.deepEqual(summary, new Summary());
});
