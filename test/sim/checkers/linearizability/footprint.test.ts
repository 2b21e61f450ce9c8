import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientOp } from '../../../../src/sim/checkers/linearizability/client-op.ts';
import { Footprints, meet } from '../../../../src/sim/checkers/linearizability/footprint.ts';
import { children, create, exists, NO_NODE, remove, setData } from './order-rig.ts';

const footprints = new Footprints();

function of(ask: unknown, err = 0, body = {}) {
  return footprints.of({ ask, answer: { err, body } } as Pick<ClientOp, 'ask' | 'answer'>);
}

test('footprint: two children are made under one parent → they do not meet', () => {
  assert.equal(meet(of(create('/a/x')), of(create('/a/y'))), false);
  assert.equal(meet(of(create('/a/x')), of(remove('/a/y'))), false);
});

test('footprint: a child is made and the parent looked at, or a number given → they meet', () => {
  assert.equal(meet(of(create('/a/x')), of(children('/a'))), true);
  assert.equal(meet(of(create('/a/x')), of(create('/a/s', 2), 0, { path: '/a/s0' })), true);
  assert.equal(meet(of(create('/a/x')), of(create('/a'))), true);
});

test('footprint: two reads, or what failed → they do not meet', () => {
  assert.equal(meet(of(exists('/b')), of(children('/b'))), false);
  assert.equal(meet(of(setData('/b'), NO_NODE), of(exists('/b'))), false);
  assert.equal(meet(of(setData('/b')), of(exists('/b'))), true);
});

test('footprint: a sequential node whose name nobody knows → it may be anywhere', () => {
  const unknown = footprints.of({ ask: create('/c/s', 2), answer: null });
  assert.equal(meet(unknown, of(exists('/d'))), true);
});
