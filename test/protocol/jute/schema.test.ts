// The schema's types one by one, trailing fields, and a runtime without code generation.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';
import {
  bool,
  buffer,
  int,
  long,
  millis,
  record,
  sessionId,
  trailing,
  ustring,
  vector,
  zxid,
} from '../../../src/protocol/jute/schema.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('schema: each type → its bytes, in the order of the fields', () => {
  const All = record('All', { a: bool, b: int, c: long, d: ustring, e: buffer, f: zxid });
  const value = { a: true, b: -2, c: -3n, d: 'é', e: new Uint8Array([9]), f: 2 ** 32 + 1 };
  const bytes = `01 fffffffe fffffffffffffffd 00000002c3a9 0000000109 0000000100000001`;
  assert.equal(hex(All.encode(value)), bytes.replaceAll(' ', ''));
  assert.deepEqual(All.decode(fromHex(bytes)), value);
  assert.equal(All.describe(value), 'All{a=true b=-2 c=-3 d="é" e=#1 f=0x100000001}');
});

test('schema: null and empty → told apart in strings, buffers and vectors', () => {
  const R = record('R', { s: ustring, b: buffer, v: vector(int) });
  const nulls = { s: null, b: null, v: null };
  const empties = { s: '', b: new Uint8Array(0), v: [] };
  assert.equal(hex(R.encode(nulls)), 'ff'.repeat(12));
  assert.equal(hex(R.encode(empties)), '00'.repeat(12));
  assert.deepEqual(R.decode(R.encode(nulls)), nulls);
  assert.deepEqual(R.decode(R.encode(empties)), empties);
  assert.equal(R.describe(nulls), 'R{s=null b=null v=null}');
});

test('schema: a negative vector count → null for -1, no elements for the others, as in Java', () => {
  const R = record('R', { v: vector(ustring), after: int });
  const read = (count: string) => R.decode(fromHex(`${count} 00000007`));
  assert.deepEqual(read('ffffffff'), { v: null, after: 7 });
  assert.deepEqual(read('fffffffe'), { v: [], after: 7 });
  assert.deepEqual(read('80000000'), { v: [], after: 7 });
});

test('schema: a vector that claims more elements than there are bytes → JuteError at once', () => {
  const R = record('R', { v: vector(ustring) });
  assert.throws(() => R.decode(fromHex('7fffffff ffffffff')), JuteError);
  assert.throws(() => R.decode(fromHex('00000005 ffffffff')), JuteError);
});

test('schema: a trailing field → absent at the end of the bytes, and then not written', () => {
  const R = record('R', { a: int, b: trailing(bool), c: trailing(vector(int)) });
  assert.deepEqual(R.decode(fromHex('00000001')), { a: 1, b: undefined, c: undefined });
  assert.deepEqual(R.decode(fromHex('00000001 01')), { a: 1, b: true, c: undefined });
  assert.deepEqual(R.decode(fromHex('00000001 01 00000000')), { a: 1, b: true, c: [] });
  assert.equal(hex(R.encode({ a: 1, b: undefined, c: undefined })), '00000001');
  assert.equal(hex(R.encode({ a: 1, b: false, c: null })), '0000000100ffffffff');
  assert.equal(R.describe({ a: 1, b: undefined, c: [2, 3] }), 'R{a=1 b=absent c=[2 3]}');
});

test('schema: a trailing field that has begun → must be whole', () => {
  const R = record('R', { a: bool, b: trailing(int) });
  assert.throws(() => R.decode(fromHex('01 000000')), JuteError);
});

test('schema: bytes left over → JuteError that names the record', () => {
  const R = record('R', { a: int });
  assert.throws(() => R.decode(fromHex('00000001 02')), /R: 1 bytes left over/);
});

test('schema: nested records and vectors of records → the fields one after the other', () => {
  const Inner = record('Inner', { s: ustring });
  const Outer = record('Outer', { one: Inner, many: vector(Inner) });
  const value = { one: { s: 'a' }, many: [{ s: null }, { s: '' }] };
  assert.equal(hex(Outer.encode(value)), '00000001610000000 2ffffffff00000000'.replaceAll(' ', ''));
  assert.deepEqual(Outer.decode(Outer.encode(value)), value);
});

test('schema: ids and times → described as people know them', () => {
  assert.equal(sessionId.describe(-1n), '0xffffffffffffffff');
  assert.equal(zxid.describe(255), '0xff');
  assert.equal(zxid.describe(-1), '-1');
  assert.equal(millis.describe(255), '255');
});

test('schema: a runtime that forbids code generation → the same bytes all the same', async () => {
  const schema = new URL('../../../src/protocol/records/connect.ts', import.meta.url).href;
  const script = `
    const { ConnectRequest } = await import(${JSON.stringify(schema)});
    const bytes = ConnectRequest.encode({ protocolVersion: 1, lastZxidSeen: 2, timeOut: 3,
      sessionId: 4n, passwd: new Uint8Array([5]), readOnly: true });
    const again = ConnectRequest.encode(ConnectRequest.decode(bytes));
    const isInterpreted = ConnectRequest.read === ConnectRequest.interpreted.read;
    console.log(isInterpreted, Buffer.from(again).toString('hex'));`;
  const flags = ['--disallow-code-generation-from-strings', '--import', 'tsx'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--input-type=module', '-e', script],
    { cwd: fileURLToPath(new URL('../../../', import.meta.url)) },
  );
  const bytes = '00000001 0000000000000002 00000003 0000000000000004 0000000105 01';
  assert.equal(stdout.trim(), `true ${bytes.replaceAll(' ', '')}`);
});
