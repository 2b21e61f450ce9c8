import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addSummaryLine, groupTests, isWanted, parseTestOptions } from '../../scripts/test.ts';

test('runner: files → groups, cheap ones first, real servers one at a time', () => {
  const files = [
    'test/interop/modes/local-sessions.test.ts',
    'test/interop/kazoo.test.ts',
    'test/process/kill.test.ts',
    'test/sim/seeds.test.ts',
    'test/core/tree/b.test.ts',
    'test/base/a.test.ts',
    'test/scripts/house.test.ts',
  ];
  const groups = groupTests(files, 2);
  assert.deepEqual(
    groups.map(({ name, concurrency }) => [name, concurrency]),
    [
      ['house', 2],
      ['unit', 2],
      ['sim', 2],
      ['process', 1],
      ['interop', 1],
      ['longer', 1],
    ],
  );
  assert.deepEqual(groups[1]?.files, ['test/base/a.test.ts', 'test/core/tree/b.test.ts']);
});

test('runner: no file in a group → the group is left out', () => {
  assert.deepEqual(
    groupTests(['test/base/a.test.ts'], 2).map(({ name }) => name),
    ['unit'],
  );
});

test('runner: words filter, options are told apart', () => {
  assert.deepEqual(parseTestOptions(['tree', '--group=unit', '--rewrite']), {
    words: ['tree'],
    group: 'unit',
    isRewrite: true,
  });
});

test('runner: what takes longer → runs when its group or words are given', () => {
  const isRun = (...args: string[]) => {
    const options = parseTestOptions(args);
    return ['longer', 'interop'].map((name) => isWanted(name, options));
  };
  assert.deepEqual(isRun(), [false, true]);
  assert.deepEqual(isRun('modes'), [true, true]);
  assert.deepEqual(isRun('--group=longer'), [true, false]);
});

test('runner: summary lines of several runs → added up, other lines left alone', () => {
  const summary = { tests: 1, suites: 0, pass: 1, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  assert.equal(addSummaryLine(summary, 'tests 4'), true);
  assert.equal(addSummaryLine(summary, 'fail 2'), true);
  assert.equal(addSummaryLine(summary, 'duration_ms 12.5'), true);
  assert.equal(addSummaryLine(summary, 'seed 17'), false);
  assert.equal(summary.tests, 5);
  assert.equal(summary.fail, 2);
});
