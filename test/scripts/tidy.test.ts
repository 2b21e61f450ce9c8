import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blankCode } from '../../scripts/tidy/blank-code.ts';
import { documentedRows, generatedPage } from '../../scripts/tidy/documentation-rules.ts';
import { applyExceptions } from '../../scripts/tidy/exceptions.ts';
import { importWalls } from '../../scripts/tidy/import-rules.ts';
import { lockfile, packageDependencies, packageDoors } from '../../scripts/tidy/package-rules.ts';
import { parameterCount } from '../../scripts/tidy/parameter-rule.ts';
import type { Rule } from '../../scripts/tidy/repository.ts';
import {
  bannedWords,
  fileLength,
  fileNames,
  folderSize,
  machinePaths,
  unfinished,
} from '../../scripts/tidy/text-rules.ts';
import { twinTests } from '../../scripts/tidy/twin-rule.ts';
import { countAssertions } from '../../scripts/tidy.ts';

/** `path:line` of every finding in made-up files. */
function found(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  return rule(list).map(({ path, line }) => `${path}:${line}`);
}

test('tidy: comments and strings → blanked, code and lines kept', () => {
  const source = [
    'const a = "await"; // await',
    '/* Date',
    ' */ f(`Date \x24{b ? `x` : {}} Date`, /[/]"/g, c / 2); const d = "e";',
  ].join('\n');
  const code = blankCode(source);
  assert.equal(code.length, source.length);
  assert.equal(code.split('\n').length, 3);
  assert.ok(!/await|Date|"e"/.test(code));
  assert.match(code, /b \? {5}: \{\}/);
  assert.match(code, /c \/ 2\); const d =/);
});

test('tidy: words that break determinism → found in code, not in comments', () => {
  const core = '// await\nasync function f() {}\nMath.random();\n';
  assert.deepEqual(found(bannedWords, { 'src/core/a.ts': core }), [
    'src/core/a.ts:2',
    'src/core/a.ts:3',
  ]);
  assert.deepEqual(found(bannedWords, { 'src/sim/a.ts': 'new Date();' }), ['src/sim/a.ts:1']);
  assert.deepEqual(found(bannedWords, { 'src/io/a.ts': 'await new Date();' }), []);
});

test('tidy: a decision by op code outside the op table → found', () => {
  const text = 'switch (header.opCode) {\n case OpCode.create:\n}';
  assert.equal(found(bannedWords, { 'src/core/requests/final.ts': text }).length, 2);
  assert.deepEqual(found(bannedWords, { 'src/core/requests/op-table.ts': text }), []);
});

test('tidy: tests that leave out others → found', () => {
  const text = `test.on${'ly'}('x');\ntest.sk${'ip'}('y');\nt.skip('why');`;
  assert.deepEqual(found(bannedWords, { 'test/a.test.ts': text }), [
    'test/a.test.ts:1',
    'test/a.test.ts:2',
  ]);
});

test('tidy: unfinished work without an issue, and paths of a machine → found', () => {
  const text = `// TO${'DO'} later\n// TO${'DO'}(#12) later\n// FIX${'ME'}\n`;
  assert.deepEqual(found(unfinished, { 'src/a.ts': text }), ['src/a.ts:1', 'src/a.ts:3']);
  const paths = `see /${'work'}/main\nhttp://x/homework/a ./${'work'}/b\n`;
  assert.deepEqual(found(machinePaths, { 'README.md': paths }), ['README.md:1']);
});

test('tidy: files too long, folders too full, names that say nothing → found', () => {
  assert.deepEqual(found(fileLength, { 'src/a.ts': 'x\n'.repeat(801) }), ['src/a.ts:0']);
  assert.deepEqual(found(fileLength, { 'src/a.ts': 'x\n'.repeat(800) }), []);
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`src/base/f${n}.ts`, '']));
  assert.deepEqual(found(folderSize, many), ['src/base:0']);
  const names = { 'src/path-utils.ts': '', 'src/dataTree.ts': '', 'src/data-tree.test.ts': '' };
  assert.deepEqual(found(fileNames, names), ['src/path-utils.ts:0', 'src/dataTree.ts:0']);
});

test('tidy: more than three parameters → found, calls are not', () => {
  const text = [
    'function a(b: number, c: Map<string, number>, d = 1, e?: string): void {}',
    'class F {',
    '  #g(h: number, i: [number, number], j: { k: 1, l: 2 }) {}',
    '  m(n: 1, o: 2, p: 3, q: 4): void {',
    '    call(1, 2, 3, 4);',
    '    if (r(1, 2, 3, 4)) { s(); }',
    '  }',
    '}',
    'const t = (u: 1, v: 2, w: 3, x: 4) => 1;',
  ].join('\n');
  assert.deepEqual(found(parameterCount, { 'src/a.ts': text }), [
    'src/a.ts:1',
    'src/a.ts:4',
    'src/a.ts:9',
  ]);
});

test('tidy: imports across a wall → found', () => {
  const files = {
    'src/core/tree/a.ts': "import { b } from '../sessions/b.ts';\nimport '../../base/c.ts';",
    'src/core/requests/a.ts': "import type { t } from '../tree/t.ts';\nimport '../zab/z.ts';",
    'src/core/all.ts': "import './tree/a.ts';\nimport '../io/f.ts';",
    'src/server/a.ts': "import 'node:fs';\nimport pino from 'pino';\nimport '../sim/s.ts';",
    'src/protocol/a.ts': "import 'node:net';\nimport 'pino';\nimport '../base/b.js';",
    'src/sim/a.ts': "import '../core/tree/a.ts';\nimport '../client/client.ts';",
    'src/wrong/a.ts': '',
  };
  assert.deepEqual(found(importWalls, files), [
    'src/core/tree/a.ts:1',
    'src/core/requests/a.ts:2',
    'src/core/all.ts:2',
    'src/server/a.ts:3',
    'src/protocol/a.ts:1',
    'src/protocol/a.ts:2',
    'src/protocol/a.ts:3',
    'src/sim/a.ts:2',
    'src/wrong/a.ts:0',
  ]);
});

test('tidy: package.json → only argued dependencies, doors with a source', () => {
  const manifest = {
    dependencies: { pino: '1', 'left-pad': '1' },
    devDependencies: { tsx: '1', jest: '1' },
    exports: { '.': { types: './dist/client/a.d.ts', default: './dist/client/b.js' } },
    bin: { zooid: './bin/zooid.js' },
  };
  const files = { 'package.json': JSON.stringify(manifest), 'src/client/a.ts': '' };
  assert.equal(found(packageDependencies, files).length, 2);
  assert.equal(found(packageDoors, files).length, 2);
  const lock = { packages: { 'node_modules/a': { resolved: 'x' }, 'node_modules/b': {} } };
  assert.equal(found(lockfile, { 'package-lock.json': JSON.stringify(lock) }).length, 1);
});

test('tidy: a class without a twin → found, an error is exempt', () => {
  const files = {
    'src/base/deque.ts': 'export class Deque {}',
    'src/base/prng.ts': 'export class Prng {}',
    'test/base/prng.test.ts': '',
    'src/base/odd.ts': 'export class OddError extends Error {}',
    'src/base/f.ts': 'export function f() {}',
  };
  assert.deepEqual(found(twinTests, files), ['src/base/deque.ts:0']);
});

test('tidy: pages → every row there, written pages current, no page no finding', () => {
  const source = { 'src/protocol/error-code.ts': '  NoNode: row(-101, 1),\n  NoAuth: row(1),\n' };
  assert.deepEqual(found(documentedRows, source), []);
  const page = { ...source, 'docs/errors.md': '| `NoNode` | x |\nNoAuth\n' };
  assert.deepEqual(found(documentedRows, page), ['docs/errors.md:0']);
  const rule = generatedPage('docs/configuration.md', 'new');
  assert.deepEqual(found(rule, { 'docs/configuration.md': 'old' }), ['docs/configuration.md:0']);
  assert.deepEqual(found(rule, { 'docs/configuration.md': 'new' }), []);
});

test('tidy: exceptions → excuse, and are themselves found when stale', () => {
  const findings = [
    { rule: 'twin', path: 'src/a.ts', line: 0, message: '' },
    { rule: 'twin', path: 'src/b.ts', line: 0, message: '' },
  ];
  const left = applyExceptions(findings, '# Why.\ntwin src/a.ts  # reason\ntwin src/c.ts\n');
  assert.deepEqual(
    left.map(({ path, line }) => `${path}:${line}`),
    ['src/b.ts:0', 'scripts/tidy-allow.txt:3'],
  );
});

test('tidy: assertions in core → counted in code only', () => {
  const text = 'assert(a); // assert(b)\npresent(c); unreachable(d);';
  const files = [
    { path: 'src/core/a.ts', text },
    { path: 'src/io/a.ts', text },
  ];
  assert.equal(countAssertions(files), 3);
});
