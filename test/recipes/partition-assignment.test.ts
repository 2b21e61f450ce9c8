import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assignPartitions } from '../../src/recipes/partition-assignment.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}$/), { maxLength: 40 });
const someNames = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}$/), {
  minLength: 1,
  maxLength: 12,
});

function loadsOf(owners: ReadonlyMap<string, string>): number[] {
  const loads = new Map<string, number>();
  for (const owner of owners.values()) loads.set(owner, (loads.get(owner) ?? 0) + 1);
  return [...loads.values()];
}

test('assignment: any partitions and members → each has one owner, none more than the mean', () => {
  fc.assert(
    fc.property(names, someNames, (partitions, members) => {
      const owners = assignPartitions(partitions, members);
      assert.deepEqual([...owners.keys()].toSorted(), partitions.toSorted());
      const loadMax = Math.ceil(partitions.length / members.length);
      assert.ok(loadsOf(owners).every((load) => load <= loadMax));
    }),
  );
});

test('assignment: the same members in another order → the same division', () => {
  fc.assert(
    fc.property(names, someNames, (partitions, members) => {
      const [one, other] = [members, members.toReversed()].map((each) =>
        assignPartitions(partitions, each),
      );
      assert.deepEqual(one, other);
    }),
  );
});

test('assignment: one of ten members goes → most partitions stay where they are', () => {
  const partitions = Array.from({ length: 100 }, (_, index) => `partition-${index}`);
  const members = Array.from({ length: 10 }, (_, index) => `member-${index}`);
  const before = assignPartitions(partitions, members);
  const after = assignPartitions(partitions, members.slice(1));
  const moved = partitions.filter((each) => before.get(each) !== after.get(each)).length;
  assert.ok(moved < 40, `${moved} of 100 moved, 10 had to`);
});

test('assignment: nobody is there → nothing is owned', () => {
  assert.equal(assignPartitions(['a'], []).size, 0);
});
