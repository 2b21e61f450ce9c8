import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuorumHierarchical } from '../../../../src/core/zab/members/quorum-hierarchical.ts';

interface Given {
  readonly voters?: number[];
  readonly observers?: number[];
  readonly groups: [number, number[]][];
  readonly weights?: [number, number][];
}

const hierarchical = ({ voters, observers = [], groups, weights = [] }: Given) =>
  new QuorumHierarchical({
    version: 5,
    voters: new Set(voters ?? groups.flatMap(([, sids]) => sids)),
    observers: new Set(observers),
    configText: 'text',
    groups: new Map(groups),
    weights: new Map(weights),
  });

const THREE_BY_THREE: [number, number[]][] = [
  [1, [1, 2, 3]],
  [2, [4, 5, 6]],
  [3, [7, 8, 9]],
];

test('hierarchical: three groups of three → two of three in two of the groups', () => {
  const verifier = hierarchical({ groups: THREE_BY_THREE });
  const rows: [number[], boolean][] = [
    [[], false],
    [[1, 2, 3], false],
    [[1, 2, 4], false],
    [[1, 2, 4, 7], false],
    [[1, 4, 7], false],
    [[1, 2, 4, 5], true],
    [[2, 3, 8, 9], true],
    [[1, 2, 3, 4, 7], false],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], true],
    [[1, 2, 40, 50], false],
  ];
  for (const [acks, isQuorum] of rows) {
    assert.equal(verifier.containsQuorum(new Set(acks)), isQuorum, acks.join());
  }
});

test('hierarchical: weights → more than half of the weight, and 0 weighs nothing', () => {
  const verifier = hierarchical({
    groups: [[1, [1, 2, 3]]],
    weights: [
      [1, 3],
      [3, 0],
    ],
  });
  assert.deepEqual(
    [1, 2, 3, 4].map((sid) => verifier.weightOf(sid)),
    [3, 1, 0, 0],
  );
  assert.equal(verifier.containsQuorum(new Set([1])), true);
  assert.equal(verifier.containsQuorum(new Set([2, 3])), false);
});

test('hierarchical: exactly half of an even weight or of two groups → no quorum', () => {
  const even = hierarchical({ groups: [[1, [1, 2]]] });
  assert.equal(even.containsQuorum(new Set([1])), false);
  const two = hierarchical({
    groups: [
      [1, [1]],
      [2, [2]],
    ],
  });
  assert.equal(two.containsQuorum(new Set([1])), false);
  assert.equal(two.containsQuorum(new Set([1, 2])), true);
});

test('hierarchical: group of weight 0 → does not count among the groups', () => {
  const weights: [number, number][] = [7, 8, 9].map((sid) => [sid, 0]);
  const verifier = hierarchical({ groups: THREE_BY_THREE, weights });
  assert.equal(verifier.containsQuorum(new Set([1, 2, 7, 8, 9])), false);
  assert.equal(verifier.containsQuorum(new Set([1, 2, 4, 5])), true);
  const nothing = hierarchical({ groups: [[1, [1]]], weights: [[1, 0]] });
  assert.equal(nothing.containsQuorum(new Set([1])), false);
});

test('hierarchical: weighted observer in a group → makes the group heavier, acks nothing', () => {
  const verifier = hierarchical({
    voters: [1, 2],
    observers: [3],
    groups: [[1, [1, 2, 3]]],
    weights: [[3, 1]],
  });
  assert.equal(verifier.containsQuorum(new Set([1, 3])), false);
  assert.equal(verifier.containsQuorum(new Set([1, 2])), true);
});

test('hierarchical: configuration that cannot be → refused with a sentence', () => {
  const rows: [Given, RegExp][] = [
    [{ voters: [1, 2, 3], groups: [[1, [1, 2]]] }, /^Error: Server 3 is not in a group\.$/],
    [
      {
        groups: [
          [1, [1, 2]],
          [2, [2, 3]],
        ],
      },
      /^Error: Server 2 is in more than one group\.$/,
    ],
    [{ voters: [1], groups: [[1, [1, 4]]] }, /^Error: Server 4 of group 1 is not a voter/],
    [
      { voters: [1], observers: [2], groups: [[1, [1, 2]]] },
      /^Error: Server 2 of group 1 is not a voter/,
    ],
    [{ groups: [[1, [1]]], weights: [[1, -1]] }, /^Error: The weight of server 1 is -1;/],
    [{ groups: [[1, [1]]], weights: [[1, 0.5]] }, /^Error: The weight of server 1 is 0.5;/],
  ];
  for (const [given, message] of rows) assert.throws(() => hierarchical(given), message);
});
