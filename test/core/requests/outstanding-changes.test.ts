import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OutstandingChanges } from '../../../src/core/requests/outstanding-changes.ts';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import type { PartAsk, SentAsk } from '../../../src/sim/clients/client-request.ts';
import { connect, createAsk, OPEN_ACL, startServer, worldAcl } from '../../scenario/asks.ts';
import { REQUEST_OPTIONS } from '../../scenario/scenario-options.ts';

function fresh(): { tree: DataTree; changes: OutstandingChanges } {
  const tree = DataTree.fresh(REQUEST_OPTIONS);
  return { tree, changes: new OutstandingChanges(tree, true) };
}

const node = (path: string, zxid: number, owner = 0n) => ({
  path,
  data: null,
  acl: OPEN_ACL,
  owner,
  zxid,
  time: 1,
});

test('outstanding: a node under way → is there, with its figures; the tree has it not', () => {
  const { tree, changes } = fresh();
  changes.create(node('/x', 1));
  assert.equal(changes.get('/x')?.czxid, 1);
  assert.equal(tree.findPath('/x'), 0);
  assert.equal(changes.size, 1);
  assert.equal(changes.get('')?.path, '/');
});

test('outstanding: deleted and not yet applied → is not there', () => {
  const { tree, changes } = fresh();
  tree.create({ ...node('/x', 1), parentCVersion: 1 });
  tree.lastProcessedZxid = 1;
  const before = changes.get('/x');
  assert.ok(before !== null);
  changes.delete(before, 2);
  assert.equal(changes.get('/x'), null);
});

test('outstanding: rolled back → the earlier record of the path counts again, and the digest', () => {
  const { changes } = fresh();
  changes.create(node('/x', 1));
  const digest = changes.digest.toBigInt();
  const mark = changes.mark();
  const before = changes.get('/x');
  assert.ok(before !== null);
  const after = changes.begin(before, 2);
  after.version = 5;
  changes.commit(after);
  changes.create(node('/y', 2));
  assert.equal(changes.get('/x')?.version, 5);
  assert.notEqual(changes.digest.toBigInt(), digest);
  changes.rollbackTo(mark);
  assert.equal(changes.get('/x')?.version, 0);
  assert.equal(changes.get('/y'), null);
  assert.equal(changes.digest.toBigInt(), digest);
});

test('outstanding: rolled back after an earlier txn was applied → the rest is as it was', () => {
  const { tree, changes } = fresh();
  changes.create(node('/x', 1));
  changes.create(node('/y', 2));
  tree.create({ ...node('/x', 1), parentCVersion: 1 });
  tree.lastProcessedZxid = 1;
  changes.trim(1);
  const mark = changes.mark();
  const before = changes.get('/y');
  assert.ok(before !== null);
  changes.delete(before, 3);
  changes.rollbackTo(mark);
  assert.equal(changes.get('/y')?.czxid, 2);
  assert.equal(changes.size, 1);
});

test('outstanding: ephemerals of a session → those of the tree, less and more what is under way', () => {
  const { tree, changes } = fresh();
  tree.create({ ...node('/kept', 1, 9n), parentCVersion: 1 });
  tree.create({ ...node('/gone', 2, 9n), parentCVersion: 2 });
  tree.lastProcessedZxid = 2;
  const gone = changes.get('/gone');
  assert.ok(gone !== null);
  changes.delete(gone, 3);
  changes.create(node('/new', 4, 9n));
  changes.create(node('/other', 5, 8n));
  assert.deepEqual(changes.ephemeralsOf(9n), ['/kept', '/new']);
});

test('outstanding: a record of an applied zxid → refused', () => {
  const { tree, changes } = fresh();
  tree.lastProcessedZxid = 5;
  assert.throws(() => changes.create(node('/x', 5)), /applied already/);
});

test('outstanding: prepared but not as applied → found by the digest', () => {
  const { tree, changes } = fresh();
  changes.create(node('/x', 1));
  tree.lastProcessedZxid = 1;
  changes.trim(1);
  assert.throws(() => changes.assertAgreesWithTree(), /disagree/);
});

const path = fc.constantFrom('/a', '/b', '/a/c', '/a/d', '/a/c/e', '/zookeeper/q');
const version = fc.constantFrom(-1, 0, 1, 2);
const data = fc.option(fc.uint8Array({ maxLength: 12 }));
const part: fc.Arbitrary<PartAsk> = fc.oneof(
  fc
    .record({ path, data, flags: fc.constantFrom(0, 0, 1, 2, 3) })
    .map(({ path: each, ...facts }) => createAsk(each, facts)),
  fc.record({ path, version }).map((facts) => ({ kind: 'delete' as const, ...facts })),
  fc.record({ path, data, version }).map((facts) => ({ kind: 'setData' as const, ...facts })),
  fc.record({ path, version }).map((facts) => ({ kind: 'check' as const, ...facts })),
);
const ask: fc.Arbitrary<SentAsk> = fc.oneof(
  part.filter((each) => each.kind !== 'check'),
  fc.array(part, { maxLength: 5 }).map((parts) => ({ kind: 'multi' as const, parts })),
  fc.record({ path, version }).map((facts) => ({
    kind: 'setAcl' as const,
    acl: worldAcl(31),
    ...facts,
  })),
);
/** A request, a disk op that ends, or a session that goes and one that comes. */
const step = fc.oneof(
  { weight: 8, arbitrary: ask },
  { weight: 4, arbitrary: fc.constant('disk' as const) },
  { weight: 1, arbitrary: fc.constant('close' as const) },
);

test('outstanding: any requests, pipelined anyhow → preparing and applying give equal digests, and replay too', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const run = startServer();
      for (const each of steps) {
        if (each === 'disk') run.finishOne();
        else if (each === 'close') {
          run.call('a', { kind: 'closeSession' });
          // Its own session is over: it asks for a new one.
          run.client('a').sessionId = 0n;
          connect(run, 'a');
        } else run.send('a', each);
      }
      // Asserts inside that nothing is outstanding and the digests agree.
      run.syncDisk();
      const digest = run.server.database.tree.digest.toBigInt();
      run.kill();
      assert.equal(run.server.database.tree.digest.toBigInt(), digest);
      assert.ok(run.trace.some((line) => line.endsWith('mismatches=0')));
    }),
    { numRuns: 150, seed: 20 },
  );
});
