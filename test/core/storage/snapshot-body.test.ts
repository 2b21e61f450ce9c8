import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotBody } from '../../../src/core/storage/snapshot-body.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { ToyTree } from './toy-tree.ts';

test('snapshot body: entry by entry → sessions, ACLs and nodes, each after its count', () => {
  const tree = new ToyTree();
  tree.zxids = [1, 2];
  const body = new SnapshotBody(tree.source(3));
  const writer = new BinaryWriter();
  const sizes: number[] = [];
  while (body.append(writer)) sizes.push(writer.take().length);
  const node = (path: string) => 4 + path.length + 4 + 3 + 8 + 60;
  const acl = 8 + 4 + 4 + (4 + 5) + (4 + 6);
  assert.deepEqual(sizes, [4, 12, 4, acl, 0, node(''), node('/1'), node('/2')]);
  assert.equal(writer.at, 0);
});

test('snapshot body: asked for more after its end → an assertion', () => {
  const body = new SnapshotBody(new ToyTree().source());
  while (body.append(new BinaryWriter()));
  assert.throws(() => body.append(new BinaryWriter()), /has ended/);
});
