// Frames between real clients and the real server: each is read by our records to its last byte,
// and written again as the same bytes. A file that no row of the table knows fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';
import type { JuteType } from '../../../src/protocol/jute/schema.ts';
import * as connect from '../../../src/protocol/records/connect.ts';
import {
  MultiHeader,
  readMulti,
  writeMultiEnd,
  writeMultiHeader,
} from '../../../src/protocol/records/multi.ts';
import * as node from '../../../src/protocol/records/node-ops.ts';
import * as watches from '../../../src/protocol/records/watches.ts';
import { goldenNames, readGolden } from '../golden-file.ts';

/** Reads with the one, and writes what it read with the other. */
type Copy = (reader: BinaryReader, writer: BinaryWriter) => void;

const nothing: Copy = () => {};
function copying<T>(type: JuteType<T>): Copy {
  return (reader, writer) => type.write(writer, type.read(reader));
}
function copyingMulti(bodies: Readonly<Record<number, Copy>>): Copy {
  return (reader, writer) => {
    readMulti(reader, ({ type, err }) => {
      writeMultiHeader(writer, type, err);
      const body = bodies[type];
      assert.ok(body, `an item of type ${type}`);
      body(reader, writer);
    });
    writeMultiEnd(writer);
  };
}

const requestItems = {
  1: copying(node.CreateRequest),
  2: copying(node.DeleteRequest),
  4: copying(node.PathWatchRequest),
  5: copying(node.SetDataRequest),
  8: copying(node.PathWatchRequest),
  13: copying(node.CheckVersionRequest),
  15: copying(node.CreateRequest),
  19: copying(node.CreateRequest),
  21: copying(node.CreateTtlRequest),
};
const resultItems = {
  [-1]: copying(node.ErrorResponse),
  1: copying(node.CreateResponse),
  2: nothing,
  4: copying(node.GetDataResponse),
  5: copying(node.SetDataResponse),
  8: copying(node.GetChildrenResponse),
  13: nothing,
  15: copying(node.Create2Response),
};

/** By the operation that begins the file's name: what follows the header. */
const bodies: Readonly<Record<string, readonly [request: Copy, response: Copy]>> = {
  'add-watch': [copying(watches.AddWatchRequest), copying(node.ErrorResponse)],
  auth: [copying(connect.AuthPacket), nothing],
  'check-watches': [copying(watches.WatcherTypeRequest), nothing],
  'close-session': [nothing, nothing],
  create: [copying(node.CreateRequest), copying(node.CreateResponse)],
  create2: [copying(node.CreateRequest), copying(node.Create2Response)],
  'create-container': [copying(node.CreateRequest), copying(node.Create2Response)],
  'create-ttl': [copying(node.CreateTtlRequest), copying(node.Create2Response)],
  delete: [copying(node.DeleteRequest), nothing],
  exists: [copying(node.PathWatchRequest), copying(node.ExistsResponse)],
  'get-acl': [copying(node.PathRequest), copying(node.GetAclResponse)],
  'get-all-children-number': [
    copying(node.PathRequest),
    copying(node.GetAllChildrenNumberResponse),
  ],
  'get-children': [copying(node.PathWatchRequest), copying(node.GetChildrenResponse)],
  'get-children2': [copying(node.PathWatchRequest), copying(node.GetChildren2Response)],
  'get-data': [copying(node.PathWatchRequest), copying(node.GetDataResponse)],
  'get-ephemerals': [copying(node.GetEphemeralsRequest), copying(node.GetEphemeralsResponse)],
  multi: [copyingMulti(requestItems), copyingMulti(resultItems)],
  'multi-read': [copyingMulti(requestItems), copyingMulti(resultItems)],
  op99: [nothing, nothing],
  ping: [nothing, nothing],
  reconfig: [copying(node.ReconfigRequest), copying(node.GetDataResponse)],
  'remove-watches': [copying(watches.WatcherTypeRequest), nothing],
  sasl: [copying(connect.SaslToken), copying(connect.SaslToken)],
  'set-acl': [copying(node.SetAclRequest), copying(node.SetAclResponse)],
  'set-data': [copying(node.SetDataRequest), copying(node.SetDataResponse)],
  'set-watches': [copying(watches.SetWatches), nothing],
  'set-watches2': [copying(watches.SetWatches2), nothing],
  sync: [copying(node.PathRequest), copying(node.SyncResponse)],
  'who-am-i': [nothing, copying(node.WhoAmIResponse)],
};

/** The whole frame of a golden file, by its name; null for a name that the table does not have. */
function frameOf(file: string): Copy | null {
  if (file.startsWith('connect-request')) return copying(connect.ConnectRequest);
  if (file.startsWith('connect-response')) return copying(connect.ConnectResponse);
  if (file.startsWith('watcher-event')) return withReply(copying(watches.WatcherEvent));
  const [, op = '', kind] = /^(.+?)-(request|response|error)\b/.exec(file) ?? [];
  const both = bodies[op];
  if (both === undefined || kind === undefined) return null;
  if (kind === 'error') return withReply(nothing);
  return kind === 'request' ? withRequest(both[0]) : withReply(both[1]);
}

const withReply = (body: Copy): Copy => inTurn(copying(connect.ReplyHeader), body);
const withRequest = (body: Copy): Copy => inTurn(copying(connect.RequestHeader), body);
function inTurn(first: Copy, second: Copy): Copy {
  return (reader, writer) => {
    first(reader, writer);
    second(reader, writer);
  };
}

const files = goldenNames('wire');

test('golden wire: the folder → frames of every kind', () => {
  const requests = files.filter((file) => file.includes('-request')).length;
  const replies = files.filter((file) => file.includes('-response')).length;
  assert.ok(requests > 40 && replies > 20, `${requests} requests, ${replies} replies`);
});

for (const file of files) {
  test(`golden wire: ${file} → read to the end and written the same`, () => {
    const copy = frameOf(file);
    assert.ok(copy, 'no record for this file');
    const bytes = readGolden(`wire/${file}`);
    const reader = new BinaryReader(bytes);
    const writer = new BinaryWriter();
    if (file.includes('-cut')) {
      assert.throws(() => copy(reader, writer), JuteError);
      return;
    }
    copy(reader, writer);
    assert.equal(reader.remaining, 0);
    assert.equal(Buffer.from(writer.take()).toString('hex'), bytes.toString('hex'));
  });
}

test('golden wire: a name that the table does not have → known as such', () => {
  assert.equal(frameOf('get-nothing-request.c-3.8.0.hex'), null);
  assert.equal(frameOf('readme.hex'), null);
});

test('multi: the header that ends it → the bytes that ZooKeeper writes', () => {
  const writer = new BinaryWriter();
  writeMultiEnd(writer);
  assert.equal(Buffer.from(writer.written()).toString('hex'), 'ffffffff01ffffffff');
  const end = MultiHeader.decode(writer.take());
  assert.deepEqual(end, { type: -1, done: true, err: -1 });
});
