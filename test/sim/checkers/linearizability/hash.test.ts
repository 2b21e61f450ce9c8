import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HashBuilder } from '../../../../src/sim/checkers/linearizability/hash.ts';

test('hash: numbers, texts and bytes, one changed or in another order → another hash', () => {
  const hashes = [
    new HashBuilder().number(1).text('a').bytes(null),
    new HashBuilder().number(2).text('a').bytes(null),
    new HashBuilder().text('a').number(1).bytes(null),
    new HashBuilder().number(1).text('b').bytes(null),
    new HashBuilder().number(1).text('a').bytes(new Uint8Array(0)),
    new HashBuilder()
      .number(1)
      .text('a')
      .bytes(Uint8Array.from([0])),
  ].map(({ hash: { low, high } }) => `${low}:${high}`);
  assert.equal(new Set(hashes).size, hashes.length);
});
