/** What fuzzing has found once, as named tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import { DeleteTxn, TxnHeader } from '../../src/protocol/records/txn.ts';
import { bool, buf, cat, connectBody, int, Op, openAcl, str, vec } from '../interop/raw-client.ts';
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

/** A new client's answer to one request: its error code and its body. */
function answerTo(fuzz: FuzzServer, type: number, body: Buffer): { err: number; body: Buffer } {
  const client = fuzz.connect();
  fuzz.receive(client, framed(connectBody()));
  client.frames.length = 0;
  fuzz.receive(client, framed(cat(int(1), int(type), body)));
  const [reply] = client.frames;
  assert.ok(reply !== undefined, 'no reply');
  return { err: reply.readInt32BE(12), body: reply.subarray(16) };
}

const multiOf = (type: number, ...body: readonly Buffer[]): Buffer =>
  cat(int(type), bool(false), int(-1), ...body, int(-1), bool(true), int(-1));

for (const flags of [0, 1, 2, 3, 4]) {
  test(`multi: createContainer with the flags ${flags} → a container, answered with its Stat`, () => {
    const body = multiOf(Op.createContainer, str('/c'), buf(''), vec([openAcl]), int(flags));
    const reply = answerTo(new FuzzServer(), Op.multi, body);
    assert.deepEqual([reply.err, reply.body.readInt32BE(0)], [0, Op.create2]);
    const pathBytes = reply.body.readInt32BE(9);
    assert.equal(reply.body.length, 9 + 4 + pathBytes + 68 + 9);
    assert.equal(reply.body.readBigInt64BE(9 + 4 + pathBytes + 44), 0n, 'it has an owner');
  });
}

test('multi: a create with a null ACL → MarshallingError for all of it', () => {
  const body = multiOf(Op.create, str('/c'), buf(''), int(-1), int(0));
  assert.equal(answerTo(new FuzzServer(), Op.multi, body).err, -5);
});

for (const [prefix, count] of [
  ['/\u0001', 1],
  [' / ', 1],
  ['\u0001/e', 0],
  ['\u00a0/e', 0],
  ['/e', 1],
] as const) {
  test(`getEphemerals: prefix ${JSON.stringify(prefix)} → ${count} of one`, () => {
    const fuzz = new FuzzServer();
    const client = fuzz.connect();
    fuzz.receive(client, framed(connectBody()));
    const create = cat(str('/e'), buf(''), vec([openAcl]), int(1));
    fuzz.receive(client, framed(cat(int(1), int(Op.create), create)));
    fuzz.receive(client, framed(cat(int(2), int(Op.getEphemerals), str(prefix))));
    assert.equal(client.frames.at(-1)?.readInt32BE(16), count);
  });
}
