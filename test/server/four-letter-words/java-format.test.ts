import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatDate,
  formatDouble,
  formatHex,
} from '../../../src/server/four-letter-words/java-format.ts';

test('java format: a double → four decimals at most, and Double.toString below a thousandth', () => {
  for (const [value, text] of [
    [0, '0.0'],
    [3, '3.0'],
    [1.77777, '1.7778'],
    [0.5, '0.5'],
    [0.00001, '0.0'],
    [0.0001, '1.0E-4'],
    [0.00052, '5.0E-4'],
    [0.001, '0.001'],
    [1234567.25, '1234567.25'],
  ] as const) {
    assert.equal(formatDouble(value), text);
  }
});

test('java format: longs → hex without sign', () => {
  assert.equal(formatHex(-1), 'ffffffffffffffff');
  assert.equal(formatHex(0x100000001), '100000001');
});

test('java format: a date → the fields of Date.toString in their order', () => {
  const wallMs = new Date(2026, 0, 5, 3, 4, 9).getTime();
  assert.match(formatDate(wallMs), /^Mon Jan 05 03:04:09 \S+ 2026$/);
});
