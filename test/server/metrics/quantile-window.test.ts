import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Summary } from '../../../src/core/requests/stats/summary.ts';
import { QuantileWindow } from '../../../src/server/metrics/quantile-window.ts';

const MINUTE_MS = 60_000;

function record(summary: Summary, value: number, count: number): void {
  for (let at = 0; at < count; at++) summary.record(value);
}

/** As near as buckets are. */
function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= expected / 32, `${actual}, not ${expected}`);
}

function medianAt(window: QuantileWindow, minute: number): number {
  return window.quantiles([0.5], minute * MINUTE_MS)[0] ?? Number.NaN;
}

test('quantile window: nothing was recorded → no number', () => {
  assert.ok(Number.isNaN(medianAt(new QuantileWindow(new Summary(), 0), 1)));
});

test('quantile window: asked every minute → what is older than ten minutes counts no more', () => {
  const summary = new Summary();
  const window = new QuantileWindow(summary, 0);
  record(summary, 50, 100);
  for (let minute = 0; minute < 10; minute++) assertNear(medianAt(window, minute), 50);
  record(summary, 3, 10);
  assertNear(medianAt(window, 9), 50);
  for (let minute = 10; minute < 14; minute++) medianAt(window, minute);
  assertNear(medianAt(window, 14), 3);
  for (let minute = 15; minute < 40; minute++) medianAt(window, minute);
  assert.ok(Number.isNaN(medianAt(window, 40)), 'nothing for ten minutes');
});

test('quantile window: nobody asked for an hour → all that came since', () => {
  const summary = new Summary();
  const window = new QuantileWindow(summary, 0);
  record(summary, 50, 10);
  medianAt(window, 2);
  record(summary, 3, 10);
  assertNear(medianAt(window, 62), 3);
});

test('quantile window: the summary was reset → it begins again', () => {
  const summary = new Summary();
  const window = new QuantileWindow(summary, 0);
  record(summary, 50, 10);
  medianAt(window, 2);
  summary.reset();
  assert.ok(Number.isNaN(medianAt(window, 3)));
  record(summary, 3, 1);
  assertNear(medianAt(window, 3), 3);
});

test('quantile window: reset, and since then more than before → nothing of the time before', () => {
  const summary = new Summary();
  const window = new QuantileWindow(summary, 0);
  record(summary, 50, 10);
  medianAt(window, 2);
  summary.reset();
  record(summary, 50, 5);
  record(summary, 3, 10);
  assertNear(medianAt(window, 3), 3);
  assertNear(window.quantiles([0.9], 3 * MINUTE_MS)[0] ?? Number.NaN, 50);
});
