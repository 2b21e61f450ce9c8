import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../../src/base/zxid.ts';
import { BinaryWriter } from '../../../../src/protocol/jute/binary-writer.ts';
import {
  QuorumPacketType,
  SNAPSHOT_SIGNATURE,
  writeAck,
  writeQuorumPacket,
} from '../../../../src/protocol/records/quorum.ts';
import { describePacket, PacketTap } from '../../../../src/sim/ensemble/net/packet-tap.ts';

function tapped(bytes: Uint8Array, chunkBytes: number, waitsForEnd = false): string[] {
  const heard: string[] = [];
  const tap = new PacketTap((packet) => heard.push(describePacket(packet)), waitsForEnd);
  for (let at = 0; at < bytes.length; at += chunkBytes) tap.push(bytes.slice(at, at + chunkBytes));
  return heard;
}

test('packet-tap: packets in pieces → each once', () => {
  const writer = new BinaryWriter();
  writeAck(writer, makeZxid(1, 2));
  writeAck(writer, makeZxid(1, 3));
  for (const size of [1, 7, 100]) {
    assert.deepEqual(tapped(writer.written().slice(), size), [
      'ACK 0x100000002',
      'ACK 0x100000003',
    ]);
  }
});

test('packet-tap: behind SNAP → nothing is taken for a packet', () => {
  const writer = new BinaryWriter();
  writeQuorumPacket(writer, { type: QuorumPacketType.SNAP, zxid: 5, data: null, authinfo: null });
  writer.raw(new Uint8Array(100).fill(0x7f), 0, 100);
  assert.deepEqual(tapped(writer.written().slice(), 50), ['SNAP 0x5']);
});

test('packet-tap: it waits for the end of the snapshot → the packets behind it', () => {
  const writer = new BinaryWriter();
  writeQuorumPacket(writer, { type: QuorumPacketType.SNAP, zxid: 5, data: null, authinfo: null });
  const content = Buffer.from(`BenWasBenWas${SNAPSHOT_SIGNATURE}`);
  writer.raw(content, 0, content.length);
  writeAck(writer, makeZxid(1, 2));
  const bytes = writer.written().slice();
  for (const size of [1, 7, 200]) {
    assert.deepEqual(tapped(bytes, size, true), ['SNAP 0x5', 'ACK 0x100000002']);
  }
});
