// Packets and messages between real servers: each is read by the decoder and by our records to its
// last byte, and written again as the same bytes, body and all. A name without a row fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SERVER } from '../../../src/base/server-id.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import type { RecordType } from '../../../src/protocol/jute/schema.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { QuorumPacketDecoder } from '../../../src/protocol/quorum-packet-decoder.ts';
import {
  encodeInitialMessage,
  encodeNotification,
  readInitialMessage,
  readNotification,
  ServerState,
} from '../../../src/protocol/records/election.ts';
import * as quorum from '../../../src/protocol/records/quorum.ts';
import { TxnHeader } from '../../../src/protocol/records/txn.ts';
import { goldenNames, readGolden } from '../golden-file.ts';

const PACKET_BYTES_MAX = 1_048_575;

/** The packet written again from what its body says. */
type Rewrite = (writer: BinaryWriter, packet: quorum.QuorumPacket, form: string) => void;

const dataOf = (packet: quorum.QuorumPacket): Uint8Array => {
  assert.ok(packet.data, 'no data');
  return packet.data;
};

const bare: Rewrite = (writer, packet) => {
  assert.deepEqual([packet.data, packet.authinfo], [null, null]);
  quorum.writeQuorumPacket(writer, packet);
};

function ofRecord<T>(record: RecordType<T>): Rewrite {
  return (writer, packet) => {
    const data = record.encode(record.decode(dataOf(packet)));
    quorum.writeQuorumPacket(writer, { ...packet, data });
  };
}

const opCodes = new Map<string, number>(
  Object.entries(OpCode).map(([name, code]) => [name.toLowerCase(), code]),
);

function ofTxn(write: (writer: BinaryWriter, zxid: number, payload: Uint8Array) => void): Rewrite {
  return (writer, packet, form) => {
    const header = TxnHeader.read(new BinaryReader(dataOf(packet)));
    assert.equal(header.zxid, packet.zxid);
    assert.equal(header.type, opCodes.get(form), form);
    write(writer, packet.zxid, dataOf(packet));
  };
}

const request: Rewrite = (writer, packet, form) => {
  const reader = new BinaryReader(dataOf(packet));
  const forwarded = quorum.ForwardedRequest.read(reader);
  assert.equal(forwarded.type, opCodes.get(form), form);
  const body = reader.bytes.subarray(reader.at, reader.end);
  quorum.writeRequest(writer, { ...forwarded, body, authinfo: packet.authinfo });
};

const ping: Rewrite = (writer, packet, form) => {
  if (form === '') return quorum.writePing(writer, packet.zxid, null);
  const touched = quorum.readTouchedSessions(new BinaryReader(dataOf(packet)));
  assert.equal(touched.length > 0, form === 'answer-touched');
  quorum.writePing(writer, packet.zxid, touched);
};

const revalidate: Rewrite = (writer, packet, form) => {
  if (form === '') return ofRecord(quorum.SessionTimeout)(writer, packet, form);
  const { valid } = quorum.SessionValidity.decode(dataOf(packet));
  assert.equal(valid, form === 'answer-valid');
  ofRecord(quorum.SessionValidity)(writer, packet, form);
};

const learnerInfo: Rewrite = (writer, packet) => {
  const info = quorum.readLearnerInfo(dataOf(packet));
  assert.equal(info.protocolVersion, quorum.QUORUM_PROTOCOL_VERSION);
  assert.ok(info.serverId !== null && info.configVersion !== null);
  const data = quorum.encodeLearnerInfo(info.serverId, info.configVersion);
  quorum.writeQuorumPacket(writer, { ...packet, data });
};

const informAndActivate: Rewrite = (writer, packet) => {
  const reader = new BinaryReader(dataOf(packet));
  const { designatedLeader } = quorum.ActivatedConfig.read(reader);
  const payload = reader.bytes.subarray(reader.at, reader.end);
  assert.equal(TxnHeader.read(new BinaryReader(payload)).zxid, packet.zxid);
  const data = quorum.encodeInformAndActivate(designatedLeader, payload);
  quorum.writeQuorumPacket(writer, { ...packet, data });
};

const newLeader: Rewrite = (writer, packet) => {
  const text = quorum.decodeConfigText(dataOf(packet));
  assert.match(text, /^server\.1=127\.0\.0\.1:.*\nversion=0$/s);
  quorum.writeQuorumPacket(writer, { ...packet, data: quorum.encodeConfigText(text) });
};

const rows: Readonly<Record<string, Rewrite>> = {
  request,
  proposal: ofTxn(quorum.writeProposal),
  ack: (writer, { zxid }) => quorum.writeAck(writer, zxid),
  commit: (writer, { zxid }) => quorum.writeCommit(writer, zxid),
  ping,
  revalidate,
  sync: bare,
  inform: ofTxn(quorum.writeInform),
  commitandactivate: ofRecord(quorum.ActivatedConfig),
  newleader: newLeader,
  followerinfo: learnerInfo,
  uptodate: bare,
  diff: bare,
  trunc: bare,
  snap: bare,
  observerinfo: learnerInfo,
  leaderinfo: ofRecord(quorum.LeaderInfo),
  ackepoch: ofRecord(quorum.AckEpoch),
  informandactivate: informAndActivate,
};

const packetFiles = goldenNames('quorum');

test('golden quorum: both versions → packets of every type', () => {
  for (const version of ['java-3.8.0', 'java-3.9.5']) {
    const ofVersion = packetFiles.filter((file) => file.endsWith(`.${version}.hex`));
    const types = new Set(ofVersion.map((file) => file.split(/[-.]/)[0]));
    assert.deepEqual([...types].sort(), Object.keys(rows).sort());
  }
  const types = Object.keys(quorum.QuorumPacketType).map((type) => type.toLowerCase());
  assert.deepEqual(types.sort(), Object.keys(rows).sort());
});

for (const file of packetFiles) {
  test(`golden quorum: ${file} → read to the end and written the same`, () => {
    const [, kind = '', form = ''] = /^(\w+)(?:-([\w-]+))?\.java/.exec(file) ?? [];
    const rewrite = rows[kind];
    assert.ok(rewrite, 'no row for this file');
    const bytes = readGolden(`quorum/${file}`);
    const decoder = new QuorumPacketDecoder(PACKET_BYTES_MAX);
    decoder.push(bytes);
    assert.ok(decoder.next());
    const { type, zxid, data, authinfo } = decoder;
    const packet = { type, zxid, data, authinfo };
    assert.match(quorum.describeQuorumPacket(packet), new RegExp(`^${kind.toUpperCase()} `));
    const writer = new BinaryWriter();
    rewrite(writer, packet, form);
    const raw = decoder.takeRaw();
    assert.equal(raw !== null, kind === 'snap');
    if (raw !== null) writer.raw(raw.bytes, raw.start, raw.end);
    assert.equal(Buffer.from(writer.take()).toString('hex'), bytes.toString('hex'));
  });
}

test('golden quorum: the end of a snapshot → the root, then the signature', () => {
  for (const file of packetFiles.filter((each) => each.startsWith('snap.'))) {
    const writer = new BinaryWriter();
    writer.ustring('/');
    writer.ustring(quorum.SNAPSHOT_SIGNATURE);
    const end = Buffer.from(writer.take());
    assert.deepEqual(readGolden(`quorum/${file}`).subarray(-end.length), end);
  }
});

const states: Readonly<Record<string, ServerState>> = {
  looking: ServerState.LOOKING,
  following: ServerState.FOLLOWING,
  leading: ServerState.LEADING,
};

function checkNotification(bytes: Buffer, form: string): void {
  const read = readNotification(bytes);
  assert.ok(read.kind === 'notification');
  assert.equal(read.version, 2);
  assert.equal(read.state, states[form.split('-')[0] ?? '']);
  const isWithoutLeader = form.endsWith('-without-leader');
  for (const value of [read.leader, read.zxid, read.peerEpoch]) {
    assert.equal(value === NO_SERVER, isWithoutLeader);
  }
  assert.match(read.config ?? '', /^server\.1=.*\nversion=0$/s);
  assert.equal(Buffer.from(encodeNotification(read)).toString('hex'), bytes.toString('hex'));
}

function checkInitialMessage(bytes: Buffer, isMultiAddress: boolean): void {
  const message = readInitialMessage(bytes);
  assert.ok(message);
  assert.equal(message.length, bytes.length);
  assert.equal(message.addresses.length, isMultiAddress ? 2 : 1);
  const again = encodeInitialMessage({ ...message, isMultiAddress });
  assert.equal(Buffer.from(again).toString('hex'), bytes.toString('hex'));
}

const messageFiles = goldenNames('election');

test('golden election: both versions → every form that was captured', () => {
  assert.equal(messageFiles.length, 12);
});

for (const file of messageFiles) {
  test(`golden election: ${file} → read to the end and written the same`, () => {
    const bytes = readGolden(`election/${file}`);
    const [, kind, form = ''] = /^(notification|initial-message)-?([\w-]*)\.java/.exec(file) ?? [];
    assert.ok(kind, 'a name that is not known');
    if (kind === 'notification') checkNotification(bytes, form);
    else checkInitialMessage(bytes, form === 'of-many');
  });
}
