import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigFiles } from '../../../../src/sim/ensemble/members/config-files.ts';
import { ensembleOf } from '../../../core/zab/members/ensemble-of.ts';

const FIRST = ensembleOf([1, 2, 3]);
const NEXT = ensembleOf([1, 2], [], 5);

test('config-files: proposed, then counting → in the files in turn, over a later crash too', () => {
  const files = new ConfigFiles(FIRST);
  files.onSeen(NEXT, 100_000);
  assert.deepEqual([files.current, files.lastSeen], [FIRST, NEXT]);
  files.onActivated(NEXT, 200_000);
  files.onCrash(900_000);
  assert.deepEqual([files.current, files.lastSeen], [NEXT, null]);
});

test('config-files: a crash right after → the files before', () => {
  const files = new ConfigFiles(FIRST);
  files.onSeen(NEXT, 100_000);
  files.onActivated(NEXT, 100_001);
  files.onCrash(100_002);
  assert.deepEqual([files.current, files.lastSeen], [FIRST, null]);
});

test('config-files: an operator writes them anew → nothing is left of the others', () => {
  const files = new ConfigFiles(FIRST);
  files.onSeen(NEXT, 100_000);
  const other = ensembleOf([1, 2, 4]);
  files.replace(other);
  files.onCrash(100_001);
  assert.deepEqual([files.current, files.lastSeen], [other, null]);
});
