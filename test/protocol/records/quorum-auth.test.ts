import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  encodeQuorumAuthPacket,
  isQuorumAuthPacket,
  QuorumAuthStatus,
  readQuorumAuthPacket,
} from '../../../src/protocol/records/quorum-auth.ts';

const token = Buffer.from('abc');
const packet = encodeQuorumAuthPacket({ status: QuorumAuthStatus.IN_PROGRESS, token });

test('quorum auth packet: as Java writes it → magic, status, token', () => {
  assert.equal(Buffer.from(packet).toString('hex'), `5f2435013501edcc0000000000000003616263`);
  const none = encodeQuorumAuthPacket({ status: QuorumAuthStatus.ERROR, token: null });
  assert.equal(Buffer.from(none).toString('hex'), '5f2435013501edccffffffffffffffff');
});

test('quorum auth packet: read in any pieces → null until it is all there, then its length', () => {
  for (let end = 0; end < packet.length; end++) {
    const part = packet.subarray(0, end);
    assert.equal(readQuorumAuthPacket(part), null);
    assert.equal(isQuorumAuthPacket(part), end < 8 ? null : true);
  }
  const more = Buffer.concat([packet, Buffer.from('next')]);
  const { length, ...read } = readQuorumAuthPacket(more) ?? assert.fail();
  assert.deepEqual([length, read.status, Buffer.from(read.token ?? [])], [19, 0, token]);
});

test('quorum auth packet: other bytes, or a token too long → said so', () => {
  const other = Buffer.alloc(20);
  assert.equal(isQuorumAuthPacket(other), false);
  assert.throws(() => readQuorumAuthPacket(other), /no packet of SASL/);
  const long = Buffer.from(packet);
  long.writeInt32BE(65_537, 12);
  assert.throws(() => readQuorumAuthPacket(long), /a token of 65537 bytes/);
});
