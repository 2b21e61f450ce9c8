import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJvmFlags, splitShellWords } from '../../../src/server/config/jvm-flags.ts';
import { splitHostAndPorts } from '../../../src/server/config/server-specification.ts';
import * as kinds from '../../../src/server/config/value-kinds.ts';

const value = <T>(kind: kinds.ValueKind<T>, text: string) => kind.read(text)?.value;

test('value kinds: whole numbers → decimal or 0x, within bounds', () => {
  const kind = kinds.int({ min: 1, max: 100 });
  assert.equal(value(kind, '0x10'), 16);
  assert.equal(value(kind, '+7'), 7);
  for (const text of ['', '0', '101', '1.5', '1e2', '5 ', '٣', '-']) {
    assert.equal(kind.read(text), undefined, text);
  }
  assert.equal(value(kinds.int(), '-0'), 0);
  assert.equal(value(kinds.int(), '2147483648'), undefined);
  assert.equal(value(kinds.long(), '4194304000000'), 4_194_304_000_000);
});

test('value kinds: purge interval → a bare number counts hours', () => {
  const cases: readonly [string, number | undefined][] = [
    ['2', 7_200_000],
    ['500ms', 500],
    ['3s', 3000],
    ['4m', 240_000],
    ['1d', 86_400_000],
    ['-1', 0],
    ['1w', undefined],
  ];
  for (const [text, wanted] of cases) assert.equal(value(kinds.purgeInterval, text), wanted, text);
});

test('value kinds: yes and no → each setting by its own rule', () => {
  assert.deepEqual(kinds.unlessNo.read('no'), { value: false });
  assert.equal(kinds.unlessNo.read('false')?.value, true);
  assert.notEqual(kinds.unlessNo.read('false')?.warning, undefined);
  assert.deepEqual(kinds.onlyYes.read('yes'), { value: true });
  assert.equal(kinds.onlyYes.read('true')?.value, false);
});

test('value kinds: digest algorithms → the names of node:crypto', () => {
  assert.equal(value(kinds.digestAlgorithm, 'SHA-256'), 'sha256');
  assert.equal(value(kinds.digestAlgorithm, 'rot13'), undefined);
});

test('jvm flags: shell words → quotes and backslashes as in a shell', () => {
  assert.deepEqual(splitShellWords(` a "b c"d 'e "f' g\\ h "" `), ['a', 'b cd', 'e "f', 'g h', '']);
  const flags = parseJvmFlags({ JVMFLAGS: '-Xmx1g -Da=1=2 -Db -D -server' });
  assert.deepEqual(
    flags.map(({ key, value: text }) => [key, text]),
    [
      ['a', '1=2'],
      ['b', ''],
    ],
  );
});

test('host and port: brackets around IPv6 → one part', () => {
  assert.deepEqual(splitHostAndPorts('[::1]:2888:3888'), ['::1', '2888', '3888']);
  assert.deepEqual(splitHostAndPorts('h:1'), ['h', '1']);
  assert.deepEqual(splitHostAndPorts('[::1'), []);
  assert.deepEqual(splitHostAndPorts('[::1]2'), []);
});
