import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseRecovery } from '../../src/core/database-recovery.ts';
import { type Txn, writeTxn } from '../../src/core/requests/txn.ts';
import { BinaryReader } from '../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../src/protocol/jute/jute-error.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import { OPEN_ACL } from '../scenario/asks.ts';
import { REQUEST_OPTIONS } from '../scenario/scenario-options.ts';

function record(zxid: number, txn: Txn, digest: bigint | null): BinaryReader {
  const writer = new BinaryWriter();
  writeTxn(writer, { clientId: 7n, cxid: 1, zxid, time: 1000 }, { txn, digest });
  return new BinaryReader(writer.take());
}

function creation(path: string, parentCVersion: number): Txn {
  const body = { path, data: null, acl: OPEN_ACL, ephemeral: false, parentCVersion };
  return { type: OpCode.create, body };
}

/** What the digest is after these creations. */
function digestAfter(paths: readonly string[]): bigint {
  const recovery = new DatabaseRecovery(REQUEST_OPTIONS);
  recovery.reset(0);
  paths.forEach((path, at) => {
    recovery.txn(record(at + 1, creation(path, at + 1), null));
  });
  return recovery.database.tree.digest.toBigInt();
}

test('recovery: from nothing → the nodes that every new tree has, then the txns', () => {
  const recovery = new DatabaseRecovery(REQUEST_OPTIONS);
  recovery.reset(0);
  const { nodeCount } = recovery.database.tree;
  recovery.txn(record(1, creation('/x', 1), digestAfter(['/x'])));
  assert.equal(recovery.database.tree.nodeCount, nodeCount + 1);
  assert.equal(recovery.database.tree.lastProcessedZxid, 1);
  assert.deepEqual(recovery.digestMismatches, []);
});

test("recovery: a digest that is not the tree's → its zxid is noted, and the replay goes on", () => {
  const recovery = new DatabaseRecovery(REQUEST_OPTIONS);
  recovery.reset(0);
  recovery.txn(record(1, creation('/x', 1), 12345n));
  recovery.txn(record(2, creation('/y', 2), digestAfter(['/x', '/y'])));
  assert.deepEqual(recovery.digestMismatches, [1]);
});

test("recovery: a digest below the zxid of the snapshot's own → not compared", () => {
  const recovery = new DatabaseRecovery(REQUEST_OPTIONS);
  recovery.reset(0);
  recovery.snapshotLoaded({ digest: { zxid: 2, value: 0n }, lastProcessedZxid: null });
  recovery.txn(record(1, creation('/x', 1), 1n));
  recovery.txn(record(2, creation('/y', 2), 2n));
  recovery.txn(record(3, creation('/z', 3), 3n));
  assert.deepEqual(recovery.digestMismatches, [3]);
});

test('recovery: digests switched off, or of another version → not compared', () => {
  const off = new DatabaseRecovery({ ...REQUEST_OPTIONS, digestEnabled: false });
  off.reset(0);
  off.txn(record(1, creation('/x', 1), 5n));
  assert.deepEqual(off.digestMismatches, []);
});

test('recovery: begun again after a bad snapshot → nothing of the first try is left', () => {
  const recovery = new DatabaseRecovery(REQUEST_OPTIONS);
  recovery.reset(5);
  recovery.session(1n, 4000);
  recovery.acl(1, OPEN_ACL);
  recovery.reset(0);
  assert.equal(recovery.database.sessionsWithTimeouts.size, 0);
  const fresh = new DatabaseRecovery(REQUEST_OPTIONS);
  assert.equal(recovery.database.tree.digest.toBigInt(), fresh.database.tree.digest.toBigInt());
});

test('recovery: a txn of an unknown type → JuteError, which recovery reports as damage', () => {
  const recovery = new DatabaseRecovery(REQUEST_OPTIONS);
  recovery.reset(0);
  const writer = new BinaryWriter();
  writer.long(7n);
  writer.int(1);
  writer.longFromNumber(1);
  writer.longFromNumber(1);
  writer.int(77);
  assert.throws(() => recovery.txn(new BinaryReader(writer.take())), JuteError);
});
