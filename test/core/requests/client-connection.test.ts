import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientConnection } from '../../../src/core/requests/client-connection.ts';
import { ServerStats } from '../../../src/core/requests/connection-stats.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { ReplyHeader } from '../../../src/protocol/records/connect.ts';
import { WatcherEvent } from '../../../src/protocol/records/watches.ts';
import { EventType } from '../../../src/protocol/watch-event.ts';

function connectionThatMaySee(maySee: boolean): {
  connection: ClientConnection;
  writer: BinaryWriter;
} {
  const writer = new BinaryWriter();
  const host = { stats: new ServerStats(), maySee: () => maySee, outputOf: () => writer };
  const remote = { address: '10.0.0.1', port: 5 };
  const facts = { id: 1, remote, frameBytesMax: 100, nowWallMs: 7 };
  return { connection: new ClientConnection(host, facts), writer };
}

const EVENT = { type: EventType.nodeCreated, path: '/ü', zxid: 9, aclId: 1 };

test('connection: an event → one notification frame with the zxid of its txn', () => {
  const { connection, writer } = connectionThatMaySee(true);
  connection.notify(EVENT);
  const reader = new BinaryReader(writer.take());
  assert.equal(reader.int(), reader.remaining);
  assert.deepEqual(ReplyHeader.read(reader), { xid: -1, zxid: 9, err: 0 });
  const event = { type: EventType.nodeCreated, state: 3, path: '/ü' };
  assert.deepEqual(WatcherEvent.read(reader), event);
  assert.equal(reader.remaining, 0);
  assert.equal(connection.stats.sent, 1);
});

test('connection: an event that it may not see, or when it is closing → no byte', () => {
  const blind = connectionThatMaySee(false);
  blind.connection.notify(EVENT);
  assert.equal(blind.writer.at, 0);
  const closing = connectionThatMaySee(true);
  closing.connection.closeReason = 'enough';
  closing.connection.notify(EVENT);
  assert.equal(closing.writer.at, 0);
  assert.equal(closing.connection.stats.sent, 0);
});

test('connection: writes are pending until as many are done as were submitted', () => {
  const { connection } = connectionThatMaySee(true);
  assert.equal(connection.hasPendingWrites, false);
  connection.writesSubmitted = 2;
  connection.writesDone = 1;
  assert.equal(connection.hasPendingWrites, true);
  connection.writesDone = 2;
  assert.equal(connection.hasPendingWrites, false);
});

test('connection: asking whether there are watches → makes no map; the map is one and the same', () => {
  const { connection } = connectionThatMaySee(true);
  assert.equal(connection.hasWatches, false);
  connection.watches.set('/x', 1);
  assert.equal(connection.watches.get('/x'), 1);
  assert.equal(connection.hasWatches, true);
});
