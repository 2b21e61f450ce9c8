// ACL lists once each, counted by their users.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AclTable, OPEN_ACL, OPEN_ACL_ID } from '../../../src/core/tree/acl-table.ts';
import type { AclList } from '../../../src/protocol/records/acl.ts';

const world: AclList = [{ perms: 5, id: { scheme: 'world', id: 'anyone' } }];
const user: AclList = [{ perms: 31, id: { scheme: 'digest', id: 'u:x' } }];

test('acl table: equal lists → one id from 1 on; others their own', () => {
  const table = new AclTable();
  assert.equal(table.add(world), 1);
  assert.equal(table.add(structuredClone(world)), 1);
  assert.equal(table.add(user), 2);
  assert.deepEqual(table.list(2), user);
  assert.deepEqual(table.entries(), [
    [1, world],
    [2, user],
  ]);
});

test('acl table: lists that differ in order, null or quotes only → different ids', () => {
  const table = new AclTable();
  const odd = (scheme: string | null, id: string | null): AclList => [
    { perms: 1, id: { scheme, id } },
  ];
  const lists = [
    [...world, ...user],
    [...user, ...world],
    odd(null, 'x'),
    odd('null', 'x'),
    odd('a","b', 'c'),
    odd('a', 'b","c'),
    [],
  ];
  assert.equal(new Set(lists.map((list) => table.add(list))).size, lists.length);
});

test('acl table: the last user gone → the list goes and its id is not used again', () => {
  const table = new AclTable();
  const id = table.add(world);
  table.add(world);
  table.release(id);
  assert.equal(table.size, 1);
  table.release(id);
  assert.equal(table.size, 0);
  assert.equal(table.add(world), 2);
  table.release(id);
  assert.equal(table.size, 1);
});

test('acl table: the open ACL of the first nodes → known, never counted, never in the table', () => {
  const table = new AclTable();
  table.release(OPEN_ACL_ID);
  assert.deepEqual(table.list(OPEN_ACL_ID), OPEN_ACL);
  assert.equal(table.openPerms(OPEN_ACL_ID), 31);
  assert.equal(table.size, 0);
  assert.equal(table.add(OPEN_ACL), 1);
});

test('acl table: what anyone may do → the bits of all world entries', () => {
  const table = new AclTable();
  assert.equal(table.openPerms(table.add(world)), 5);
  assert.equal(table.openPerms(table.add(user)), 0);
  const both = [...world, ...user, { perms: 2, id: { scheme: 'world', id: 'anyone' } }];
  assert.equal(table.openPerms(table.add(both)), 7);
  const other = [{ perms: 31, id: { scheme: 'world', id: 'someone' } }];
  assert.equal(table.openPerms(table.add(other)), 0);
});

test('acl table: loaded from a snapshot → the ids of the file, the unused ones purged', () => {
  const table = new AclTable();
  table.load(7, world);
  table.load(3, user);
  table.addReference(7);
  table.addReference(99);
  table.purgeUnused();
  assert.deepEqual(table.entries(), [[7, world]]);
  assert.equal(table.add(world), 7);
  assert.equal(table.add(user), 8);
  table.release(7);
  table.release(7);
  assert.deepEqual(table.entries(), [[8, user]]);
});
