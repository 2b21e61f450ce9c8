import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../src/base/zxid.ts';
import { planSync } from '../../../src/core/zab/learner-sync.ts';
import type { Entry } from '../../../src/core/zab/zab-history.ts';
import { entryOf } from './toy-history.ts';

const z = makeZxid;
const COMMITTED = [z(5, 18), z(5, 19), z(5, 20), z(6, 1), z(6, 2)];
const LAST = z(6, 2);

function plan(peerZxid: number, log: readonly number[] | null = null): string {
  const result = planSync(peerZxid, LAST, {
    committedLog: { entries: () => COMMITTED.map(entryOf) },
    readLog: () => log?.map(entryOf) ?? null,
  });
  if (result.kind === 'SNAP') return 'SNAP';
  const zxids = [...result.entries].map(({ zxid }: Entry) => zxid.toString(16));
  return `${result.kind} ${result.zxid.toString(16)}: ${zxids.join(' ')}`;
}

const TABLE: readonly [title: string, peer: number, expected: string][] = [
  ['it is up to date → an empty DIFF', z(6, 2), 'DIFF 600000002: '],
  ['it lacks the last → DIFF with it', z(6, 1), 'DIFF 600000002: 600000002'],
  [
    'it ends in the former epoch → DIFF over the border',
    z(5, 19),
    'DIFF 600000002: 500000014 600000001 600000002',
  ],
  [
    'it ends with the first that is kept → DIFF of the rest',
    z(5, 18),
    'DIFF 600000002: 500000013 500000014 600000001 600000002',
  ],
  ['it has more than was committed → TRUNC to the last', z(6, 5), 'TRUNC 600000002: '],
  [
    'it has an uncommitted tail of the former epoch → TRUNC before it, then the rest',
    z(5, 21),
    'TRUNC 500000014: 600000001 600000002',
  ],
  [
    'it was a leader of epoch 6 without entries → DIFF',
    z(6, 0),
    'DIFF 600000002: 600000001 600000002',
  ],
  ['it is at the marker of a later epoch → SNAP', z(7, 0), 'SNAP'],
  ['it is older than what is kept → SNAP', z(5, 17), 'SNAP'],
  ['it is empty → SNAP', 0, 'SNAP'],
];

for (const [title, peer, expected] of TABLE) {
  test(`learner-sync: ${title}`, () => assert.equal(plan(peer), expected));
}

test('learner-sync: entries of an epoch of which none was committed → SNAP', () => {
  const source = {
    committedLog: { entries: () => [z(4, 9), z(6, 1)].map(entryOf) },
    readLog: () => null,
  };
  assert.equal(planSync(z(5, 3), z(6, 1), source).kind, 'SNAP');
});

test('learner-sync: the log reaches further back → DIFF from it, up to what is committed', () => {
  const log = [z(5, 18), z(5, 19), z(5, 20), z(6, 1), z(6, 2), z(6, 3)];
  assert.equal(
    plan(z(5, 17), log),
    'DIFF 600000002: 500000012 500000013 500000014 600000001 600000002',
  );
});

test('learner-sync: the disk is behind what others have committed → the rest from memory', () => {
  const log = [z(5, 18), z(5, 19)];
  assert.equal(
    plan(z(5, 17), log),
    'DIFF 600000002: 500000012 500000013 500000014 600000001 600000002',
  );
});

test('learner-sync: the disk does not reach what is in memory → SNAP, never a gap', () => {
  assert.equal(plan(z(5, 10), [z(5, 11), z(5, 12)]), 'SNAP');
  assert.equal(plan(z(5, 10), []), 'SNAP');
});
