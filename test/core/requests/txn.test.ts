import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  describeTxn,
  errorTxn,
  readTxn,
  type Txn,
  writeTxn,
  writeTxnBody,
} from '../../../src/core/requests/txn.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { TxnDigest, TxnHeader } from '../../../src/protocol/records/txn.ts';
import { OPEN_ACL } from '../../scenario/asks.ts';

const created = { path: '/x', data: Uint8Array.of(1), acl: OPEN_ACL, parentCVersion: 3 };
const TXNS: readonly Txn[] = [
  { type: OpCode.create, body: { ...created, ephemeral: true } },
  { type: OpCode.create2, body: { ...created, ephemeral: false } },
  { type: OpCode.createContainer, body: created },
  { type: OpCode.createTtl, body: { ...created, ttl: 5000 } },
  { type: OpCode.delete, body: { path: '/x' } },
  { type: OpCode.deleteContainer, body: { path: '/x' } },
  { type: OpCode.setData, body: { path: '/x', data: null, version: 7 } },
  { type: OpCode.reconfig, body: { path: '/x', data: null, version: 7 } },
  { type: OpCode.setAcl, body: { path: '/x', acl: OPEN_ACL, version: 2 } },
  { type: OpCode.check, body: { path: '/x', version: 2 } },
  { type: OpCode.createSession, body: { timeOut: 4000 } },
  { type: OpCode.closeSession, body: { paths2Delete: ['/a', '/b'] } },
  { type: OpCode.closeSession, body: { paths2Delete: [] } },
  { type: OpCode.multi, body: { txns: [{ type: OpCode.delete, data: Uint8Array.of(0) }] } },
  errorTxn(-101),
];

const origin = { clientId: -5n, cxid: 9, zxid: 0x1_0000_0002, time: 1234 };

test('txn: each type, with and without a digest → read back as it was written', () => {
  for (const txn of TXNS) {
    for (const digest of [null, 77n]) {
      const writer = new BinaryWriter();
      writeTxn(writer, origin, { txn, digest });
      const reader = new BinaryReader(writer.take());
      const header = TxnHeader.read(reader);
      assert.deepEqual(header, { ...origin, type: txn.type });
      assert.deepEqual(readTxn(header.type, reader), txn, describeTxn(txn));
      const after = digest === null ? null : TxnDigest.read(reader);
      assert.deepEqual(after, digest === null ? null : { version: 2, treeDigest: digest });
      assert.equal(reader.remaining, 0);
    }
  }
});

test('txn: closeSession of before 3.6, with nothing or only a digest behind → no paths', () => {
  for (const digest of [null, 1n]) {
    const txn: Txn = { type: OpCode.closeSession, body: { paths2Delete: undefined } };
    const writer = new BinaryWriter();
    writeTxn(writer, origin, { txn, digest });
    const reader = new BinaryReader(writer.take());
    TxnHeader.read(reader);
    assert.deepEqual(readTxn(OpCode.closeSession, reader), txn);
    assert.equal(reader.remaining, digest === null ? 0 : 12);
  }
});

test('txn: create of before 3.4 → without the counter of the parent', () => {
  const writer = new BinaryWriter();
  const body = {
    path: '/x',
    data: null,
    acl: OPEN_ACL,
    ephemeral: false,
    parentCVersion: undefined,
  };
  writeTxnBody({ type: OpCode.create, body }, writer);
  assert.deepEqual(readTxn(OpCode.create, new BinaryReader(writer.take())).body, body);
});

test('txn: a type that no txn has → JuteError with the number', () => {
  for (const type of [0, 3, 11, 99, -2]) {
    const read = () => readTxn(type, new BinaryReader(new Uint8Array(40)));
    assert.throws(read, (error) => error instanceof JuteError && error.message.includes(`${type}`));
  }
});

test('txn: every type → one line that says what it is', () => {
  for (const txn of TXNS) assert.match(describeTxn(txn), /^\w+Txn\{.*\}$/);
});
