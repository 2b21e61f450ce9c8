// A node's kind out of its stored owner, with and without the extended types.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CONTAINER_OWNER,
  type EphemeralType,
  ephemeralTypeOf,
  TTL_MS_MAX,
  ttlMsOf,
  ttlOwner,
} from '../../../src/core/tree/ephemeral-type.ts';

const off = { extendedTypesEnabled: false, emulate353TtlNodes: false };
const on = { extendedTypesEnabled: true, emulate353TtlNodes: false };
const emulated = { extendedTypesEnabled: true, emulate353TtlNodes: true };
const owner = (text: string): bigint => BigInt.asIntN(64, BigInt(`0x${text}`));

type Row = readonly [string, EphemeralType, EphemeralType, EphemeralType];
const rows: readonly Row[] = [
  ['0000000000000000', 'void', 'void', 'void'],
  ['0100001234560000', 'normal', 'normal', 'normal'],
  ['7fffffffffffffff', 'normal', 'normal', 'normal'],
  ['8000000000000000', 'container', 'container', 'container'],
  ['8000000000000001', 'normal', 'normal', 'ttl'],
  ['fe00000000000001', 'normal', 'normal', 'ttl'],
  ['ff00000000000001', 'normal', 'ttl', 'ttl'],
  ['ff0000ffffffffff', 'normal', 'ttl', 'ttl'],
];

for (const [text, whenOff, whenOn, whenEmulated] of rows) {
  test(`ephemeral type: 0x${text} → ${whenOff}, ${whenOn}, ${whenEmulated}`, () => {
    assert.equal(ephemeralTypeOf(owner(text), off), whenOff);
    assert.equal(ephemeralTypeOf(owner(text), on), whenOn);
    assert.equal(ephemeralTypeOf(owner(text), emulated), whenEmulated);
  });
}

test('ephemeral type: times to live → inside the owner, and out again', () => {
  assert.equal(ttlOwner(1, on), owner('ff00000000000001'));
  assert.equal(ttlOwner(TTL_MS_MAX, on), owner('ff0000ffffffffff'));
  assert.equal(ttlOwner(1, emulated), owner('8000000000000001'));
  for (const options of [on, emulated]) {
    for (const ttl of [1, 60_000, TTL_MS_MAX]) {
      assert.equal(ttlMsOf(ttlOwner(ttl, options), options), ttl);
    }
  }
  assert.equal(ephemeralTypeOf(CONTAINER_OWNER, on), 'container');
});
