import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePropertiesText } from '../../src/base/properties-text.ts';

function entries(text: string): [string, string][] {
  return [...parsePropertiesText(text)];
}

test('properties: separators and blanks → as java.util.Properties takes them', () => {
  const text = 'a=1\nb:2\nc 3\n  d  =  4  \ne\n\nf==5\n';
  assert.deepEqual(entries(text), [
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
    ['d', '4  '],
    ['e', ''],
    ['f', '=5'],
  ]);
});

test('properties: comments, a line that goes on, the last of two → one value each', () => {
  const text = '# x=1\n! y=2\r\nk=a\\\n   b\rk2=x\nk2=y\\\\\n';
  assert.deepEqual(entries(text), [
    ['k', 'ab'],
    ['k2', 'y\\'],
  ]);
});

test('properties: escapes → what they stand for; a broken one is refused', () => {
  assert.deepEqual(entries('a\\=b=\\u0041\\t\\q'), [['a=b', 'A\tq']]);
  assert.throws(() => parsePropertiesText('a=\\u00g1'), SyntaxError);
});
