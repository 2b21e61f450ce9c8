import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeDigests } from '../../../src/core/tree/node-digests.ts';
import { IntField, NodeStore, NumberField } from '../../../src/core/tree/node-store.ts';

function family(isEnabled: boolean) {
  const nodes = new NodeStore();
  const root = nodes.allocate();
  const child = nodes.allocate();
  const below = nodes.allocate();
  nodes.setInt(child, IntField.parent, root);
  nodes.setInt(below, IntField.parent, child);
  return { nodes, root, child, below, digests: new NodeDigests(nodes, root, isEnabled) };
}

test('node digests: a row taken out and put in unchanged → the same sum', () => {
  const { digests, root, child } = family(true);
  digests.addContent(root, 1);
  digests.addContent(child, 2);
  const before = digests.sum.toBigInt();
  digests.remove(child);
  assert.notEqual(digests.sum.toBigInt(), before);
  digests.add(child);
  assert.equal(digests.sum.toBigInt(), before);
});

test('node digests: any figure of the row → another sum', () => {
  const { digests, nodes, child } = family(true);
  digests.addContent(child, 2);
  const sums = new Set([digests.sum.toBigInt()]);
  const change = (apply: () => void) => {
    digests.remove(child);
    apply();
    digests.add(child);
    sums.add(digests.sum.toBigInt());
  };
  for (const field of Object.values(NumberField)) change(() => nodes.setNumber(child, field, 9));
  const { version, cversion, aversion, ownerHigh, ownerLow } = IntField;
  for (const field of [version, cversion, aversion, ownerHigh, ownerLow]) {
    change(() => nodes.setInt(child, field, 9));
  }
  assert.equal(sums.size, 11);
});

test('node digests: what lies below the reserved node → no share', () => {
  const { digests, child, below } = family(true);
  digests.reserved = child;
  digests.addContent(below, 3);
  assert.equal(digests.sum.toBigInt(), 0n);
  digests.addContent(child, 3);
  assert.notEqual(digests.sum.toBigInt(), 0n);
});

test('node digests: switched off → nothing is kept', () => {
  const { digests, nodes, child } = family(false);
  digests.addContent(child, 3);
  assert.equal(digests.sum.toBigInt(), 0n);
  assert.equal(nodes.int(child, IntField.contentCrc), 0);
});
