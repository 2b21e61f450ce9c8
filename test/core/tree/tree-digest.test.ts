// The wrapping sum and the digest of one node.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { ownerHalves } from '../../../src/core/tree/node-owners.ts';
import { nodeDigest, TreeDigest } from '../../../src/core/tree/tree-digest.ts';

const digests = fc.array(fc.nat({ max: 0xffffffff }), { maxLength: 30 });

test('digest: any numbers added and removed → their sum modulo 2^64, signed', () => {
  fc.assert(
    fc.property(digests, digests, (added, removed) => {
      const digest = new TreeDigest();
      for (const each of added) digest.add(each);
      for (const each of removed) digest.remove(each);
      const total = (numbers: number[]) => numbers.reduce((sum, each) => sum + BigInt(each), 0n);
      assert.equal(digest.toBigInt(), BigInt.asIntN(64, total(added) - total(removed)));
      for (const each of removed) digest.add(each);
      for (const each of added) digest.remove(each);
      assert.ok(digest.equals(new TreeDigest()));
    }),
  );
});

test('digest: set and cleared → equal to the other, then 0', () => {
  const one = new TreeDigest();
  const other = new TreeDigest();
  other.remove(1);
  assert.equal(other.toBigInt(), -1n);
  assert.ok(!one.equals(other));
  one.set(other);
  assert.ok(one.equals(other));
  one.clear();
  assert.equal(one.toBigInt(), 0n);
});

test('digest of a node: its fields → the CRC of the 60 bytes in ZooKeeper’s order', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const numbers = fc.array(fc.maxSafeInteger(), { minLength: 5, maxLength: 5 });
  const ints = fc.array(fc.integer(), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(numbers, ints, int64, fc.nat({ max: 0xffffffff }), (longs, three, owner, crc) => {
      const [czxid = 0, mzxid = 0, pzxid = 0, ctime = 0, mtime = 0] = longs;
      const [version = 0, cversion = 0, aversion = 0] = three;
      const bytes = Buffer.alloc(60);
      longs.forEach((value, i) => {
        bytes.writeBigInt64BE(BigInt(value), i * 8);
      });
      three.forEach((value, i) => {
        bytes.writeInt32BE(value, 40 + i * 4);
      });
      bytes.writeBigInt64BE(owner, 52);
      const stat = { czxid, mzxid, pzxid, ctime, mtime, version, cversion, aversion };
      assert.equal(nodeDigest(crc, { ...stat, ...ownerHalves(owner) }), crc32(bytes, crc));
    }),
  );
});
