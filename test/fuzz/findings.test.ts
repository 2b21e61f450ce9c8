/** What fuzzing has found once, as named tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TxnHeader, DeleteTxn } from '../../src/protocol/records/txn.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { connectBody, int } from '../interop/raw-client.ts';
import { FuzzServer, recoverDisk } from './fuzz-server.ts';
import { intBytes } from './mutation.ts';

const framed = (payload: Buffer): Buffer => Buffer.concat([intBytes(payload.length), payload]);

test('recovery: snapshot.0 → its nodes are there once', () => {
  const fuzz = new FuzzServer();
  const { recovery } = recoverDisk(fuzz.disk.restart());
  assert.equal(recovery.database.tree.nodeCount, fuzz.server.database.tree.nodeCount);
});

test('recovery: a log that deletes the root → refused with file, offset and reason', () => {
  const fuzz = new FuzzServer();
  fuzz.receive(fuzz.connect(), framed(connectBody()));
  const { storage, database } = fuzz.server;
  const zxid = database.tree.lastProcessedZxid + 1;
  const writer = new BinaryWriter();
  TxnHeader.write(writer, { clientId: 1n, cxid: 1, zxid, time: 0, type: OpCode.delete });
  DeleteTxn.write(writer, { path: '/' });
  storage.append(zxid, writer.take());
  fuzz.advance(1);
  const { result } = recoverDisk(fuzz.disk.restart());
  assert.ok(!result.ok);
  assert.match(result.file, /^log\./);
  assert.ok(result.offset > 0);
  assert.match(result.reason, /txn 0x\w+: the root cannot be deleted/);
});

test('statistics: a thousand unknown op codes → one reason to close', () => {
  const fuzz = new FuzzServer();
  for (let type = 1_000; type < 2_000; type++) {
    const client = fuzz.connect();
    fuzz.receive(client, framed(connectBody()));
    fuzz.receive(client, framed(Buffer.concat([int(1), int(type)])));
    assert.ok(client.isClosed);
  }
  assert.deepEqual([...fuzz.server.processor.stats.closeReasons.values()], [1_000]);
});
