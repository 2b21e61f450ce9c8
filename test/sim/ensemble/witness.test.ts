import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../src/base/zxid.ts';
import { writeTxn } from '../../../src/core/requests/txn.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { Witness } from '../../../src/sim/ensemble/witness.ts';
import { ensembleOf } from '../../core/zab/members/ensemble-of.ts';

const z = makeZxid;

function payloadOf(zxid: number): Uint8Array {
  const writer = new BinaryWriter();
  const origin = { clientId: 5n, cxid: 1, zxid, time: 1 };
  const error = { type: OpCode.error, body: { err: -101 } } as const;
  const begin = { type: OpCode.createSession, body: { timeOut: 1 } } as const;
  writeTxn(writer, origin, { txn: zxid === z(1, 1) ? begin : error, digest: null });
  return writer.take();
}

/** 1:1, 1:2, and behind 1:1 also 2:1. */
function forked(): Witness {
  const witness = new Witness({ digestEnabled: true, zxidCounterEnd: 10 }, ensembleOf([1, 2, 3]));
  const propose = (zxid: number, parent: number, by = 1) => {
    witness.onProposed(zxid, payloadOf(zxid), { by, parent, at: 0, us: 0 });
  };
  propose(z(1, 1), 0);
  propose(z(1, 2), z(1, 1));
  propose(z(2, 1), z(1, 1), 2);
  return witness;
}

test('witness: a zxid is proposed twice → P5', () => {
  const proposing = { by: 3, parent: 0, at: 0, us: 0 };
  assert.throws(() => forked().onProposed(z(1, 1), payloadOf(z(1, 1)), proposing), /P5/);
});

test('witness: a zxid that is no txn of its epoch: the first, or behind its end → P19', () => {
  for (const zxid of [z(3, 0), z(3, 10)]) {
    const proposing = { by: 1, parent: z(2, 1), at: 0, us: 0 };
    assert.throws(() => forked().onProposed(zxid, payloadOf(zxid), proposing), /P19/);
  }
});

test('witness: an entry is logged behind its parent, behind another, with another payload', () => {
  const witness = forked();
  const payload = payloadOf(z(2, 1));
  witness.onLogged(3, z(2, 1), { payload, after: z(1, 1) });
  assert.throws(() => witness.onLogged(3, z(2, 1), { payload, after: z(1, 2) }), /P14/);
  const other = payloadOf(z(2, 2));
  assert.throws(() => witness.onLogged(3, z(2, 1), { payload: other, after: z(1, 1) }), /P5/);
  assert.throws(() => witness.onLogged(3, z(9, 1), { payload, after: z(1, 1) }), /P5/);
});

test('witness: histories that part → where, and what is in which', () => {
  const witness = forked();
  assert.equal(witness.isIn(z(1, 1), z(2, 1)), true);
  assert.equal(witness.isIn(z(1, 2), z(2, 1)), false);
  assert.equal(witness.commonAncestor(z(1, 2), z(2, 1)), z(1, 1));
});

test('witness: the trunk grows → a branch without what was committed is P10', () => {
  const witness = forked();
  witness.commitThrough(1, z(1, 2));
  assert.equal(witness.lastCommitted, z(1, 2));
  assert.equal(witness.isCommitted(z(1, 1)), true);
  assert.equal(witness.isSessionCommitted(5n), true);
  assert.throws(() => witness.commitThrough(2, z(2, 1)), /P10/);
});

test('witness: two states for one zxid → P18', () => {
  const witness = forked();
  witness.onState(1, z(1, 1), 7n);
  witness.onState(2, z(1, 1), 7n);
  assert.throws(() => witness.onState(3, z(1, 1), 8n), /P18/);
  assert.throws(() => witness.onState(3, z(5, 5), 8n), /P5/);
});
