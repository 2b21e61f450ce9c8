// Writing Jute's primitive types: bytes, growth, frames.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { plainString } from './generated-reader.ts';

const written = (write: (writer: BinaryWriter) => void): string => {
  const writer = new BinaryWriter();
  write(writer);
  return Buffer.from(writer.take()).toString('hex');
};

test('writer: strings without surrogates → UTF-8, as node itself encodes', () => {
  fc.assert(
    fc.property(plainString(), (text) => {
      const length = Buffer.byteLength(text).toString(16).padStart(8, '0');
      const expected = length + Buffer.from(text).toString('hex');
      assert.equal(
        written((writer) => writer.ustring(text)),
        expected,
      );
    }),
  );
});

test('writer: a surrogate pair → six bytes, a lone surrogate three, as Java writes them', () => {
  assert.equal(
    written((writer) => writer.ustring('a😀')),
    '0000000761eda0bdedb880',
  );
  assert.equal(
    written((writer) => writer.ustring('\ud83d')),
    '00000003eda0bd',
  );
});

test('writer: null and empty → told apart', () => {
  assert.equal(
    written((writer) => writer.ustring(null)),
    'ffffffff',
  );
  assert.equal(
    written((writer) => writer.ustring('')),
    '00000000',
  );
  assert.equal(
    written((writer) => writer.buffer(null)),
    'ffffffff',
  );
  assert.equal(
    written((writer) => writer.buffer(new Uint8Array(0))),
    '00000000',
  );
});

test('writer: longs from numbers → the same bytes as from bigints', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const fromNumber = written((writer) => writer.longFromNumber(value));
      assert.equal(
        fromNumber,
        written((writer) => writer.long(BigInt(value))),
      );
    }),
  );
});

test('writer: growing at any point → nothing written before is lost', () => {
  const parts = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('int' as const), value: fc.integer() }),
      fc.record({ kind: fc.constant('text' as const), value: plainString() }),
      fc.record({
        kind: fc.constant('bytes' as const),
        value: fc.uint8Array({ maxLength: 700, size: 'max' }),
      }),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(parts, (values) => {
      const writer = new BinaryWriter(0);
      for (const each of values) {
        if (each.kind === 'int') writer.int(each.value);
        else if (each.kind === 'text') writer.ustring(each.value);
        else writer.buffer(each.value);
      }
      const reader = new BinaryReader(writer.written());
      for (const each of values) {
        if (each.kind === 'int') assert.equal(reader.int(), each.value);
        else if (each.kind === 'text') assert.equal(reader.ustring(), each.value);
        else assert.deepEqual(reader.buffer(), each.value);
      }
      assert.equal(reader.remaining, 0);
    }),
  );
});

test('writer: one string of a megabyte into an empty writer → whole', () => {
  const text = '日'.repeat(350_000);
  const writer = new BinaryWriter();
  writer.ustring(text);
  assert.equal(writer.at, 4 + 1_050_000);
  assert.equal(new BinaryReader(writer.written()).ustring(), text);
});

test('writer: frames one after another → each with the length of its own body', () => {
  const writer = new BinaryWriter();
  for (const body of ['', 'abc', 'x'.repeat(1000)]) {
    const mark = writer.beginFrame();
    writer.raw(Buffer.from(body), 0, body.length);
    writer.endFrame(mark);
  }
  const reader = new BinaryReader(writer.written());
  assert.deepEqual([reader.ustring(), reader.ustring()], ['', 'abc']);
  assert.equal(reader.ustring()?.length, 1000);
});

test('writer: raw ranges of any length → just those bytes', () => {
  const source = Uint8Array.from({ length: 120 }, (_, i) => i);
  for (let length = 0; length < 100; length++) {
    const writer = new BinaryWriter();
    writer.byte(7);
    writer.raw(source, 5, 5 + length);
    assert.deepEqual(writer.take(), Uint8Array.from([7, ...source.subarray(5, 5 + length)]));
  }
});

test('writer: take → a copy and an empty writer; clear → empty, with its memory kept', () => {
  const writer = new BinaryWriter();
  writer.int(1);
  const taken = writer.take();
  writer.int(2);
  assert.deepEqual([...taken], [0, 0, 0, 1]);
  const { bytes } = writer;
  writer.clear();
  assert.equal(writer.written().length, 0);
  assert.equal(writer.bytes, bytes);
});

test('writer: a number patched in later → there and nowhere else', () => {
  assert.equal(
    written((writer) => {
      writer.int(1);
      const at = writer.reserve(4);
      writer.bool(true);
      writer.intAt(at, -2);
    }),
    '00000001fffffffe01',
  );
});
