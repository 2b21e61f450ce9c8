// Every record of the protocol: what is encoded comes back, by generated code and without it, and
// what is cut short is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';
import { GeneratedReader } from '../jute/generated-reader.ts';
import { type AnyRecord, allRecords } from './all-records.ts';

const records = await allRecords();
/** The records whose last field may be missing. */
const withTrailing = new Set(['ConnectRequest', 'ConnectResponse', 'CreateTxn', 'CloseSessionTxn']);

const runs = { numRuns: 60 };

function forValues(record: AnyRecord, check: (value: unknown, bytes: Uint8Array) => void): void {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      const value = record.interpreted.read(new GeneratedReader(draw));
      check(value, record.encode(value));
    }),
    runs,
  );
}

test('records: all files → the records are found', () => {
  assert.ok(records.length >= 50, `${records.length} records`);
  assert.equal(new Set(records.map((record) => record.name)).size, records.length);
});

for (const record of records) {
  test(`${record.name}: any value → decoded as it was encoded`, () => {
    forValues(record, (value, bytes) => {
      assert.deepEqual(record.decode(bytes), value);
      assert.deepEqual(Object.keys(record.decode(bytes) as object), record.fields);
    });
  });

  test(`${record.name}: generated and interpreted code → the same bytes and values`, () => {
    assert.notEqual(record.read, record.interpreted.read);
    forValues(record, (value, bytes) => {
      const writer = new BinaryWriter();
      record.interpreted.write(writer, value);
      assert.deepEqual(writer.take(), bytes);
      const reader = new BinaryReader(bytes);
      assert.deepEqual(record.interpreted.read(reader), record.decode(bytes));
      assert.equal(reader.remaining, 0);
    });
  });

  test(`${record.name}: cut at any byte → JuteError`, () => {
    forValues(record, (_, bytes) => {
      const accepted: number[] = [];
      for (let length = 0; length < bytes.length; length++) {
        if (!isRefused(record, bytes.subarray(0, length))) accepted.push(length);
      }
      assert.ok(accepted.length <= (withTrailing.has(record.name) ? 1 : 0), String(accepted));
    });
  });

  test(`${record.name}: a byte too many → JuteError from decode`, () => {
    forValues(record, (_, bytes) => {
      const longer = Buffer.concat([bytes, Buffer.from([0x7f])]);
      if (withTrailing.has(record.name)) return;
      assert.throws(() => record.decode(longer), JuteError);
    });
  });

  test(`${record.name}: described → one line that begins with its name`, () => {
    forValues(record, (value) => {
      assert.match(record.describe(value), new RegExp(`^${record.name}\\{[^\\n]*\\}$`));
    });
  });
}

/** What is accepted must mean just these bytes: a record whose trailing field is absent. */
function isRefused(record: AnyRecord, bytes: Uint8Array): boolean {
  try {
    assert.deepEqual(record.encode(record.decode(bytes)), new Uint8Array(bytes));
    return false;
  } catch (error) {
    if (error instanceof JuteError) return true;
    throw error;
  }
}
