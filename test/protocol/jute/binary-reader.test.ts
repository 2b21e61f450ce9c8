// Reading Jute's primitive types out of hostile bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';

const reader = (text: string): BinaryReader =>
  new BinaryReader(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('reader: booleans → any byte but 0 is true', () => {
  const booleans = reader('00 01 02 ff');
  assert.deepEqual(
    [booleans.bool(), booleans.bool(), booleans.bool(), booleans.bool()],
    [false, true, true, true],
  );
});

test('reader: longs → exact as bigint, and as number within 2^53', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(BigInt(value));
      assert.equal(new BinaryReader(bytes).longAsNumber(), value);
      assert.equal(new BinaryReader(bytes).long(), BigInt(value));
    }),
  );
});

test('reader: longs beyond 2^53 as numbers → still in their order', () => {
  const asNumber = (text: string) => reader(text).longAsNumber();
  assert.ok(asNumber('7fffffffffffffff') > asNumber('0020000000000000'));
  assert.ok(asNumber('8000000000000000') < asNumber('ffffffffffffffff'));
});

test('reader: strings → UTF-8, with a byte order mark kept and NUL allowed', () => {
  assert.equal(reader('00000005 c3a9e697a5').ustring(), 'é日');
  assert.equal(reader('00000004 f09f9880').ustring(), '😀');
  assert.equal(reader('00000004 efbbbf61').ustring(), '\ufeffa');
  assert.equal(reader('00000001 00').ustring(), '\u0000');
});

test('reader: bytes that are not UTF-8 → replacement characters, never an error', () => {
  assert.equal(reader('00000003 61ff62').ustring(), 'a\ufffdb');
  assert.match(reader('00000006 eda0bdedb880').ustring() ?? '', /^\ufffd+$/);
});

test('reader: null and empty → told apart', () => {
  assert.equal(reader('ffffffff').ustring(), null);
  assert.equal(reader('00000000').ustring(), '');
  assert.equal(reader('ffffffff').buffer(), null);
  assert.equal(reader('00000000').buffer()?.length, 0);
});

test('reader: a buffer → a view of the bytes that are read from, no more and no less', () => {
  const chunk = Buffer.from('00000002616263', 'hex');
  const bytes = new BinaryReader(chunk).buffer();
  assert.deepEqual([...(bytes ?? [])], [0x61, 0x62]);
  chunk[4] = 0x7a;
  assert.deepEqual([...(bytes ?? [])], [0x7a, 0x62]);
});

for (const length of ['fffffffe', '80000000', '00000002', '7fffffff', '0000ffff']) {
  test(`reader: the length ${length} with one byte left → JuteError`, () => {
    assert.throws(() => reader(`${length} 61`).ustring(), JuteError);
    assert.throws(() => reader(`${length} 61`).buffer(), JuteError);
    assert.throws(() => reader(`${length} 61`).length(), JuteError);
  });
}

test('reader: many claimed gigabytes → refused without taking memory', () => {
  const before = process.memoryUsage().arrayBuffers;
  const bytes = Buffer.from('7fffffff61', 'hex');
  for (let i = 0; i < 50; i++) {
    assert.throws(() => new BinaryReader(bytes).buffer(), JuteError);
    assert.throws(() => new BinaryReader(bytes).vectorCount(), JuteError);
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
});

test('reader: the end of the range → nothing behind it is read, though the bytes go on', () => {
  const bytes = Buffer.alloc(64, 1);
  for (let room = 0; room < 8; room++) {
    const bounded = () => new BinaryReader(bytes, 3, 3 + room);
    assert.throws(() => bounded().long(), JuteError);
    assert.throws(() => bounded().longAsNumber(), JuteError);
    if (room < 4) assert.throws(() => bounded().int(), JuteError);
    if (room < 1) assert.throws(() => bounded().bool(), JuteError);
    if (room < 1) assert.throws(() => bounded().byte(), JuteError);
    assert.throws(() => bounded().ustring(), JuteError);
  }
});

test('reader: a range in the middle of a pooled buffer → its own bytes, before and after reset', () => {
  const pooled = Buffer.from('deadbeef').subarray(2, 6);
  const inside = new BinaryReader(pooled, 1, 3);
  assert.deepEqual([inside.byte(), inside.byte(), inside.remaining], [0x64, 0x62, 0]);
  const other = Buffer.from('000000026869', 'hex');
  assert.equal(inside.reset(other, 0, 6).ustring(), 'hi');
  assert.equal(inside.reset(pooled, 0, 4).byte(), 0x61);
  assert.equal(inside.reset(pooled, 0, 4).int(), 0x61646265);
});
