import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerDatabase } from '../../../src/core/requests/server-database.ts';
import { errorTxn, type Txn, writeTxnBody } from '../../../src/core/requests/txn.ts';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import {
  type WatchedEvent,
  WatchManager,
  WatchMode,
} from '../../../src/core/tree/watch-manager.ts';
import { describeErrorCode } from '../../../src/protocol/error-code.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import type { SubTxn } from '../../../src/protocol/records/txn.ts';
import { EventType } from '../../../src/protocol/watch-event.ts';
import { OPEN_ACL } from '../../scenario/asks.ts';
import { REQUEST_OPTIONS } from '../../scenario/scenario-options.ts';

const SESSION = 7n;

function open(): ServerDatabase {
  return new ServerDatabase(DataTree.fresh(REQUEST_OPTIONS), REQUEST_OPTIONS);
}

const at = (zxid: number, clientId = SESSION) => ({ clientId, cxid: 1, zxid, time: zxid * 10 });

function creation(path: string, facts: { ephemeral?: boolean; parentCVersion?: number } = {}): Txn {
  const { ephemeral = false, parentCVersion = 1 } = facts;
  return {
    type: OpCode.create,
    body: { path, data: null, acl: OPEN_ACL, ephemeral, parentCVersion },
  };
}

function part(txn: Txn): SubTxn {
  const writer = new BinaryWriter();
  writeTxnBody(txn, writer);
  return { type: txn.type, data: writer.take() };
}

test('database: a txn → the tree, the result of it, and only then the last zxid', () => {
  const database = open();
  const result = database.apply(at(1), creation('/x'));
  assert.equal(result.path, '/x');
  assert.equal(database.tree.stat(result.node).czxid, 1);
  assert.equal(database.tree.lastProcessedZxid, 1);
});

test('database: applied a second time, as behind a fuzzy snapshot → the same tree', () => {
  const database = open();
  const txns: Txn[] = [
    creation('/x'),
    creation('/e', { ephemeral: true, parentCVersion: 2 }),
    { type: OpCode.setData, body: { path: '/x', data: Uint8Array.of(1), version: 1 } },
    { type: OpCode.delete, body: { path: '/x' } },
  ];
  const replay = () => {
    txns.forEach((txn, index) => {
      database.apply(at(index + 1), txn);
    });
    return database.tree.digest.toBigInt();
  };
  assert.equal(replay(), replay());
  assert.equal(database.tree.lastProcessedZxid, 4);
});

test('database: sessions come and go with their txns; ephemerals that a txn does not list go, too', () => {
  const database = open();
  database.apply(at(1), { type: OpCode.createSession, body: { timeOut: 4000 } });
  database.apply(at(2), creation('/e', { ephemeral: true }));
  assert.deepEqual([...database.sessionsWithTimeouts], [[SESSION, 4000]]);
  database.apply(at(3), { type: OpCode.closeSession, body: { paths2Delete: undefined } });
  assert.equal(database.sessionsWithTimeouts.size, 0);
  assert.equal(database.tree.findPath('/e'), 0);
});

test('database: an error txn → its error, and no change but the zxid', () => {
  const database = open();
  const digest = database.tree.digest.toBigInt();
  assert.equal(database.apply(at(1), errorTxn(-101)).err, -101);
  assert.equal(database.tree.digest.toBigInt(), digest);
  assert.equal(database.tree.lastProcessedZxid, 1);
});

test('database: a failed multi → nothing is applied, each part has its error', () => {
  const database = open();
  const txns = [errorTxn(0), errorTxn(-101), errorTxn(-2)].map(part);
  const { results } = database.apply(at(1), { type: OpCode.multi, body: { txns } });
  const errors = results?.map(({ err }) => describeErrorCode(err));
  assert.deepEqual(errors, ['Ok', 'NoNode', 'RuntimeInconsistency']);
});

test('database: a multi of an older server with a creation before the failing part → not applied', () => {
  const database = open();
  const txns = [creation('/x'), errorTxn(-101)].map(part);
  database.apply(at(1), { type: OpCode.multi, body: { txns } });
  assert.equal(database.tree.findPath('/x'), 0);
});

test('database: a change of what somebody watches → the event carries the zxid and the ACL of the node', () => {
  const database = open();
  const watches = new WatchManager();
  database.startWatching(watches);
  const events: WatchedEvent[] = [];
  const watcher = {
    watches: new Map<string, number>(),
    notify: (event: WatchedEvent) => {
      events.push({ ...event });
    },
  };
  watches.add(watcher, '/x', WatchMode.data);
  watches.add(watcher, '/', WatchMode.child);
  database.apply(at(1), creation('/x'));
  assert.deepEqual(
    events.map(({ type, path, zxid }) => [type, path, zxid]),
    [
      [EventType.nodeCreated, '/x', 1],
      [EventType.nodeChildrenChanged, '/', 1],
    ],
  );
});

test('database: every 128th zxid → an entry in the digest log, the last 1024 of them', () => {
  const database = open();
  for (let zxid = 1; zxid <= 300; zxid++) database.apply(at(zxid), errorTxn(0));
  assert.deepEqual(
    database.digestLog.map(({ zxid }) => zxid),
    [128, 256],
  );
  for (let zxid = 301; zxid <= 128 * 1030; zxid++) database.apply(at(zxid), errorTxn(0));
  assert.equal(database.digestLog.length, 1024);
  assert.equal(database.digestLog.at(-1)?.zxid, 128 * 1030);
});

test('database: a tree that serves → cannot be replaced', () => {
  const database = open();
  database.replaceTree(DataTree.fresh(REQUEST_OPTIONS));
  database.startWatching(new WatchManager());
  assert.throws(() => database.replaceTree(DataTree.fresh(REQUEST_OPTIONS)), /cannot be replaced/);
});

test('database: a configuration is shown → data and mzxid, version -1, the digest as before', () => {
  const database = open();
  const before = database.tree.digest.toBigInt();
  const data = Buffer.from('version=0');
  database.showConfig(data, { zxid: 0, time: 5 });
  database.showConfig(Buffer.from('version=7'), { zxid: 7, time: 6 });
  database.showConfig(Buffer.from('version=7'), { zxid: 7, time: 99 });
  const stat = database.tree.stat(database.tree.findPath('/zookeeper/config'));
  const { czxid, mzxid, mtime, version, aversion, dataLength } = stat;
  assert.deepEqual(
    { czxid, mzxid, mtime, version, aversion, dataLength },
    { czxid: 0, mzxid: 7, mtime: 6, version: -1, aversion: -1, dataLength: 9 },
  );
  assert.equal(database.shownConfig?.zxid, 7);
  assert.equal(Buffer.from(database.shownConfig?.data ?? []).toString(), 'version=7');
  assert.equal(database.tree.digest.toBigInt(), before);
  assert.equal(database.tree.lastProcessedZxid, 0);
});
