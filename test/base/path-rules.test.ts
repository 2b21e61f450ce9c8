// The path rules as a table of what is allowed and what is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { baseName, parentPath, pathProblem } from '../../src/base/path-rules.ts';

const good = [
  '/',
  '/a',
  '/a/b',
  '/...',
  '/.a',
  '/..a',
  '/a./b..',
  '/a b',
  '/ ',
  '/größe/日本',
  '/\u0020~',
  '/\u00a0',
  '/\ud7ff',
  '/\uf900',
  '/\uffef',
  '/zookeeper/quota',
  `/${'x'.repeat(10_000)}`,
];

const bad: readonly (readonly [path: string, says: RegExp])[] = [
  ['', /length/],
  ['a', /start with \//],
  ['a/b', /start with \//],
  ['/a/', /end with \//],
  ['//', /end with \//],
  ['//a', /empty node name/],
  ['/a//b', /empty node name/],
  ['/.', /relative/],
  ['/..', /relative/],
  ['/a/./b', /relative/],
  ['/a/../b', /relative/],
  ['/a/.', /relative/],
  ['/a/..', /relative/],
  ['/../a', /relative/],
  ['/\u0000', /invalid character/],
  ['/a\u0000', /invalid character/],
  ['/\u0001', /invalid character/],
  ['/\u001f', /invalid character/],
  ['/\u007f', /invalid character/],
  ['/\u009f', /invalid character/],
  ['/\ud800', /invalid character/],
  ['/\udfff', /invalid character/],
  ['/😀', /invalid character/],
  ['/\ue000', /invalid character/],
  ['/\uf8ff', /invalid character/],
  ['/\ufff0', /invalid character/],
  ['/\uffff', /invalid character/],
];

for (const path of good) {
  test(`path rules: ${JSON.stringify(path.slice(0, 20))} → allowed`, () => {
    assert.equal(pathProblem(path), null);
  });
}

for (const [path, says] of bad) {
  test(`path rules: ${JSON.stringify(path)} → refused`, () => {
    assert.match(pathProblem(path) ?? 'allowed', says);
  });
}

test('path rules: every single UTF-16 unit as a name → refused just where the ranges say', () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    const isBad =
      unit <= 0x1f ||
      (unit >= 0x7f && unit <= 0x9f) ||
      (unit >= 0xd800 && unit <= 0xf8ff) ||
      unit >= 0xfff0 ||
      unit === 0x2e ||
      unit === 0x2f;
    assert.equal(pathProblem(`/${String.fromCharCode(unit)}`) !== null, isBad, `U+${unit}`);
  }
});

test('path rules: parent and name of a good path → together the path', () => {
  const name = fc.stringMatching(/^[a-z.]{1,5}$/).filter((text) => !/^\.\.?$/.test(text));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
      const path = `/${names.join('/')}`;
      assert.equal(pathProblem(path), null);
      assert.equal(baseName(path), names.at(-1));
      assert.equal(parentPath(path), `/${names.slice(0, -1).join('/')}`);
    }),
  );
  assert.equal(parentPath('/'), '/');
  assert.equal(baseName('/'), '');
});
