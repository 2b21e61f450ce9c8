// Zxids: taken apart and put together, ordered, printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { counterOf, describeZxid, EPOCH_MAX, epochOf, makeZxid } from '../../src/base/zxid.ts';

const epochs = fc.nat({ max: EPOCH_MAX });
const counters = fc.nat({ max: 0xffffffff });

test('zxid: epoch and counter → one exact number and back', () => {
  fc.assert(
    fc.property(epochs, counters, (epoch, counter) => {
      const zxid = makeZxid(epoch, counter);
      assert.ok(Number.isSafeInteger(zxid));
      assert.equal(BigInt(zxid), (BigInt(epoch) << 32n) | BigInt(counter));
      assert.deepEqual([epochOf(zxid), counterOf(zxid)], [epoch, counter]);
      assert.equal(describeZxid(zxid), `0x${BigInt(zxid).toString(16)}`);
    }),
  );
});

test('zxid: the first of an epoch → above the last of the one before', () => {
  assert.ok(makeZxid(3, 0) > makeZxid(2, 0xffffffff));
  assert.equal(describeZxid(makeZxid(EPOCH_MAX, 0xffffffff)), '0x1fffffffffffff');
  assert.equal(describeZxid(-1), '-1');
});

test('zxid: an epoch or counter out of range → an assertion fails', () => {
  assert.throws(() => makeZxid(EPOCH_MAX + 1, 0), /epoch out of range/);
  assert.throws(() => makeZxid(-1, 0), /epoch out of range/);
  assert.throws(() => makeZxid(0, 2 ** 32), /counter out of range/);
  assert.throws(() => makeZxid(0, -1), /counter out of range/);
});
