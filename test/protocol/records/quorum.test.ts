// The packets between leader and learners: fast writers, bodies, descriptions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_SERVER, OBSERVER_ID } from '../../../src/base/server-id.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';
import * as quorum from '../../../src/protocol/records/quorum.ts';
import { checkedServerId } from '../../../src/protocol/records/server-id.ts';

const { QuorumPacket, QuorumPacketType } = quorum;

const zxids = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-1, 0, 0x100000000, 2 ** 53 - 1));

function written(write: (writer: BinaryWriter) => void): quorum.QuorumPacket {
  const writer = new BinaryWriter();
  write(writer);
  return QuorumPacket.decode(writer.take());
}

test('quorum packets: the fast writers → what the record writes', () => {
  fc.assert(
    fc.property(zxids, fc.uint8Array({ maxLength: 100 }), (zxid, data) => {
      const bare = { zxid, data: null, authinfo: null };
      const withData = { zxid, data, authinfo: null };
      assert.deepEqual(
        written((writer) => quorum.writeAck(writer, zxid)),
        { ...bare, type: QuorumPacketType.ACK },
      );
      assert.deepEqual(
        written((writer) => quorum.writeCommit(writer, zxid)),
        { ...bare, type: QuorumPacketType.COMMIT },
      );
      assert.deepEqual(
        written((writer) => quorum.writePing(writer, zxid, null)),
        { ...bare, type: QuorumPacketType.PING },
      );
      assert.deepEqual(
        written((writer) => quorum.writeProposal(writer, zxid, data)),
        { ...withData, type: QuorumPacketType.PROPOSAL },
      );
      assert.deepEqual(
        written((writer) => quorum.writeInform(writer, zxid, data)),
        { ...withData, type: QuorumPacketType.INFORM },
      );
    }),
  );
});

test('quorum packets: a zxid that a number cannot hold → JuteError read, a bug written', () => {
  for (const zxid of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]) {
    const writer = new BinaryWriter();
    writer.int(QuorumPacketType.COMMIT);
    writer.long(zxid);
    writer.int(-1);
    writer.int(-1);
    assert.throws(() => QuorumPacket.decode(writer.take()), JuteError);
    assert.throws(() => quorum.writeCommit(writer, Number(zxid)), /beyond 2\^53/);
  }
});

test('REQUEST: a forwarded request → its header, then its body to the end of the data', () => {
  const body = Buffer.from('body');
  const authinfo = [{ scheme: 'ip', id: '127.0.0.1' }];
  const request = { sessionId: 5n - 2n ** 63n, cxid: 7, type: 1 };
  const packet = written((writer) => quorum.writeRequest(writer, { ...request, body, authinfo }));
  assert.deepEqual([packet.type, packet.zxid], [QuorumPacketType.REQUEST, -1]);
  assert.deepEqual(packet.authinfo, authinfo);
  assert.ok(packet.data);
  const reader = new BinaryReader(packet.data);
  assert.deepEqual(quorum.ForwardedRequest.read(reader), request);
  assert.equal(Buffer.from(reader.bytes).toString('utf8', reader.at, reader.end), 'body');
});

test('PING: touched sessions → the same sessions; a part of one → JuteError', () => {
  const touched = [[0x1000000a1n, 4000] as const, [-1n, 0] as const];
  const packet = written((writer) => quorum.writePing(writer, 9, touched));
  assert.ok(packet.data);
  assert.deepEqual(quorum.readTouchedSessions(new BinaryReader(packet.data)), touched);
  for (const length of [1, 8, 11, 13, 23]) {
    const cut = new BinaryReader(packet.data.subarray(0, length));
    assert.throws(() => quorum.readTouchedSessions(cut), JuteError);
  }
  const none = written((writer) => quorum.writePing(writer, 9, []));
  assert.deepEqual(none.data, new Uint8Array(0));
  assert.deepEqual(quorum.readTouchedSessions(new BinaryReader(none.data ?? undefined)), []);
});

test('LearnerInfo: 8, 12, 20 and more bytes → what is said, the rest as Java takes it', () => {
  const bytes = Buffer.from('0000000000000003000100000000000200000001ff', 'hex');
  const read = (length: number) => quorum.readLearnerInfo(bytes.subarray(0, length));
  assert.deepEqual(read(8), { serverId: 3, protocolVersion: 1, configVersion: null });
  assert.deepEqual(read(12), { serverId: 3, protocolVersion: 0x10000, configVersion: null });
  const all = { serverId: 3, protocolVersion: 0x10000, configVersion: 0x200000001 };
  assert.deepEqual(read(20), all);
  assert.deepEqual(read(21), all);
  assert.throws(() => read(7), JuteError);
  const none = { serverId: null, protocolVersion: 1, configVersion: null };
  assert.deepEqual(quorum.readLearnerInfo(null), none);
  const encoded = quorum.encodeLearnerInfo(3, 0x200000001);
  assert.deepEqual(Buffer.from(encoded), bytes.subarray(0, 20));
});

test('LearnerInfo: ids at the ends of long → the named ones, next to them JuteError', () => {
  const idOf = (hex: string) => quorum.readLearnerInfo(Buffer.from(hex, 'hex')).serverId;
  assert.equal(idOf('8000000000000000'), NO_SERVER);
  assert.equal(idOf('7fffffffffffffff'), OBSERVER_ID);
  for (const hex of ['8000000000000001', '7ffffffffffffffe', '0020000000000000']) {
    assert.throws(() => idOf(hex), JuteError);
  }
  for (const id of [NO_SERVER, OBSERVER_ID, 0, 255, -1]) {
    assert.equal(quorum.readLearnerInfo(quorum.encodeLearnerInfo(id, 0)).serverId, id);
  }
  assert.equal(checkedServerId.describe(7), '7');
});

test('INFORMANDACTIVATE: leader and payload → the leader, then the payload', () => {
  const data = quorum.encodeInformAndActivate(5, Buffer.from('txn'));
  const reader = new BinaryReader(data);
  assert.deepEqual(quorum.ActivatedConfig.read(reader), { designatedLeader: 5 });
  assert.equal(Buffer.from(data).toString('utf8', reader.at), 'txn');
});

test('config text: any text → the same; in UTF-8 as others write it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(quorum.decodeConfigText(quorum.encodeConfigText(text)), text);
    }),
  );
  assert.deepEqual(quorum.encodeConfigText('\u{1f600}'), Uint8Array.of(0xf0, 0x9f, 0x98, 0x80));
  assert.equal(quorum.decodeConfigText(null), '');
});

const described: readonly (readonly [quorum.QuorumPacket, string])[] = [
  [{ type: 4, zxid: 0x100000002, data: null, authinfo: null }, 'COMMIT 0x100000002'],
  [{ type: 12, zxid: -1, data: null, authinfo: null }, 'UPTODATE -1'],
  [{ type: 99, zxid: 0, data: null, authinfo: null }, 'UNKNOWN99 0x0'],
  [{ type: 2, zxid: 1, data: Buffer.from('abc'), authinfo: null }, 'PROPOSAL 0x1 #3'],
  [
    {
      ...{ type: 1, zxid: -1, authinfo: [{ scheme: 'ip', id: '::1' }] },
      data: Buffer.from('00000000000010000000000300000001', 'hex'),
    },
    'REQUEST -1 0x1000 cxid=3 op=1 #16 auth=1',
  ],
  [{ type: 1, zxid: -1, data: Buffer.from('00'), authinfo: [] }, 'REQUEST -1 malformed #2 auth=0'],
  [
    { type: 6, zxid: -1, data: Buffer.from('000000000000100001', 'hex'), authinfo: null },
    'REVALIDATE -1 0x1000 valid=true #9',
  ],
  [
    { type: 6, zxid: -1, data: Buffer.from('000000000000100000000fa0', 'hex'), authinfo: null },
    'REVALIDATE -1 0x1000 #12',
  ],
  [
    { type: 11, zxid: 0, data: quorum.encodeLearnerInfo(2, 0), authinfo: null },
    'FOLLOWERINFO 0x0 sid=2 config=0 #20',
  ],
  [
    { type: 18, zxid: 0, data: quorum.AckEpoch.encode({ currentEpoch: -1 }), authinfo: null },
    'ACKEPOCH 0x0 currentEpoch=-1 #4',
  ],
  [
    { type: 19, zxid: 5, data: quorum.encodeInformAndActivate(3, Buffer.of(1)), authinfo: null },
    'INFORMANDACTIVATE 0x5 leader=3 #9',
  ],
];

for (const [packet, text] of described) {
  test(`quorum packets: described → ${text}`, () => {
    assert.equal(quorum.describeQuorumPacket(packet), text);
  });
}

test('quorum packets: any data under any type → described in one line', () => {
  const data = fc.option(fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 21 }), zxids, data, (type, zxid, bytes) => {
      const packet = { type, zxid, data: bytes, authinfo: null };
      assert.match(quorum.describeQuorumPacket(packet), /^[A-Z]+\d* \S+( \S+)*$/);
    }),
  );
});
