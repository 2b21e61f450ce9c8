import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../../src/base/zxid.ts';
import { BinaryWriter } from '../../../../src/protocol/jute/binary-writer.ts';
import {
  QuorumPacketType,
  writeAck,
  writeQuorumPacket,
} from '../../../../src/protocol/records/quorum.ts';
import { describePacket, PacketTap } from '../../../../src/sim/ensemble/net/packet-tap.ts';

function tapped(bytes: Uint8Array, chunkBytes: number): string[] {
  const heard: string[] = [];
  const tap = new PacketTap((packet) => heard.push(describePacket(packet)));
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
