/** `zooid snapshot` on snapshots of Java servers; test/interop compares with Java's own tools. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { makeDataDirectory, missingTools, zooid, zooidWith } from '../tool-run.ts';

const CAPTURE = 'java-3.9.5';

test('snapshot: plain, gz and snappy of one tree → each node with its stat, sessions, last zxid', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  for (const suffix of ['', '.gz', '.snappy']) {
    const name = `snapshot.27${suffix}`;
    const capture = `${CAPTURE}${suffix.replace('.', '-')}`;
    const { path } = makeDataDirectory(t, { [name]: goldenFile(capture, name) });
    const { code, output } = await zooid('snapshot', '-d', path(name));
    assert.equal(code, 0, output);
    assert.match(output, /^ZNode Details \(count=26\):\n----\n\/\n {2}cZxid = 0x00000000000000\n/);
    assert.match(output, /^\/plain\n(?: {2}.*\n){9} {2}data = [\w+/=]+$/m);
    assert.match(
      output,
      /Session Details \(sid, timeout, ephemeralCount\):\n0x\w{14,16}, \d+, \d+/,
    );
    assert.match(output, /----\nLast zxid: 0x27\n$/);
  }
});

test('snapshot: as JSON → the nested lists that ncdu reads, each size once', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { path } = makeDataDirectory(t, { 'snapshot.27': goldenFile(CAPTURE, 'snapshot.27') });
  const { output } = await zooid('snapshot', '-json', path('snapshot.27'));
  const [major, minor, about, root] = JSON.parse(output);
  assert.deepEqual([major, minor, about.progname], [1, 0, 'SnapshotFormatter.java']);
  const [top, ...children] = root;
  assert.equal(top.name, '/');
  const names = children.map((each: unknown) => (Array.isArray(each) ? each[0] : each).name);
  assert.ok(names.includes('plain') && names.includes('größe-日本'), String(names));
  assert.equal(root.flat(9).length, 25);
});

test('snapshot compare: two of one server → what came between, layer by layer', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { path } = makeDataDirectory(t, {
    'snapshot.0': goldenFile(CAPTURE, 'snapshot.0'),
    'snapshot.27': goldenFile(CAPTURE, 'snapshot.27'),
  });
  const files = ['-l', path('snapshot.0'), '-r', path('snapshot.27')];
  const { code, output } = await zooid('snapshot', 'compare', ...files, '-b', '2', '-n', '1');
  assert.equal(code, 0, output);
  assert.match(output, /^Node {2}found in both trees\. Delta: 101 bytes, 21 descendants$/m);
  assert.match(output, /^Node \/plain found only in right tree\. Descendant size: 12\./m);
  assert.match(output, /All layers compared\.\n$/);
});

test('snapshot compare: answers that are there before the questions → each is taken', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { path } = makeDataDirectory(t, { 'snapshot.27': goldenFile(CAPTURE, 'snapshot.27') });
  const files = ['-l', path('snapshot.27'), '-r', path('snapshot.27')];
  const words = ['snapshot', 'compare', '-i', ...files, '-b', '2', '-n', '1'];
  const { code, output } = await zooidWith('\n/zookeeper\n\n\n\n\n', ...words);
  assert.equal(code, 0, output);
  const [top, ...below] = [0, 1, 2, 3, 4].map((depth) => `Analysis for depth ${depth}`);
  const analyses = output.match(/^Analysis for .*$/gm);
  assert.deepEqual(analyses, [top, 'Analysis for node /zookeeper', ...below]);
  assert.match(output, /All layers compared\.\n$/);
});

test('snapshot summary: from a node on, to a depth → counts of all below it', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { path } = makeDataDirectory(t, { 'snapshot.27': goldenFile(CAPTURE, 'snapshot.27') });
  const { output } = await zooid('snapshot', 'summary', path('snapshot.27'), '/zookeeper', '1');
  const lines = [
    ' /zookeeper',
    '   children: 5',
    '   data: 74',
    '-- /zookeeper/quota',
    '--   children: 3',
    '--   data: 74',
    '',
    '',
  ];
  assert.equal(output, lines.join('\n'));
  const none = await zooid('snapshot', 'summary', path('snapshot.27'), '/none', '0');
  assert.equal(none.code, 1);
  assert.match(none.output, /snapshot\.27 has no node \/none; name one by its whole path/);
});

test('snapshot: damaged, cut, no snapshot → one sentence with the place, exit 1', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const damaged = Buffer.from(goldenFile(CAPTURE, 'snapshot.27'));
  damaged[damaged.indexOf('/plain') + 2] = 0x21;
  const { path } = makeDataDirectory(t, {
    'snapshot.1': damaged,
    'snapshot.2': goldenFile(CAPTURE, 'snapshot.27').subarray(0, 700),
    'snapshot.3.gz': goldenFile(`${CAPTURE}-gz`, 'snapshot.27.gz').subarray(0, 300),
    'snapshot.4': Buffer.from('not one of these'),
  });
  const cases: [name: string, said: RegExp][] = [
    ['snapshot.1', /^.*snapshot\.1 is no whole snapshot: at offset \d+: .*; take an older/],
    ['snapshot.2', /no whole snapshot: at offset \d+: the file ends too early/],
    ['snapshot.3.gz', /no whole snapshot: unexpected end of file/],
    ['snapshot.4', /at offset 4: it does not begin with ZKSN/],
    ['snapshot.5', /^There is no .*snapshot\.5: check the path\.\n$/],
  ];
  for (const [name, said] of cases) {
    const { code, output } = await zooid('snapshot', path(name));
    assert.equal(code, 1, output);
    assert.match(output, said);
    assert.equal(output.trimEnd().split('\n').length, 1, output);
  }
  const both = await zooid('snapshot', '-d', '-json', path('snapshot.1'));
  assert.equal(both.code, 2);
});
