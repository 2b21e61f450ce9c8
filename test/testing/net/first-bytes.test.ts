import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeInitialMessage } from '../../../src/protocol/records/election.ts';
import {
  ELECTION_CALLER,
  FirstBytes,
  type Introduction,
  QUORUM_CALLER,
  SESSION,
} from '../../../src/testing/net/first-bytes.ts';

/** In pieces of this size, and then the end. */
function tell(introduction: Introduction, bytes: Uint8Array, pieceBytes = 1) {
  const told: (bigint | null)[] = [];
  const first = new FirstBytes(introduction, (id) => told.push(id));
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    first.push(Buffer.from(bytes.subarray(at, at + pieceBytes)));
  }
  first.end();
  return told;
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

test('first bytes: an initial message of the election, in pieces of any size → its server id, once', () => {
  const addresses = [{ host: '127.0.0.1', port: 3888 }];
  const bytes = encodeInitialMessage({ serverId: 258, addresses, isMultiAddress: false });
  for (const pieceBytes of [1, 7, 16, 1000]) {
    assert.deepEqual(tell(ELECTION_CALLER, bytes, pieceBytes), [258n]);
  }
  assert.deepEqual(tell(ELECTION_CALLER, bytesOf('0000000000000003 0000000000000000')), [3n]);
});

test('first bytes: a learner introduces itself at the quorum port → its server id', () => {
  const rest = '0000000100000000 00000014 0000000000000005 00010000 0000000000000000 ffffffff';
  assert.deepEqual(tell(QUORUM_CALLER, bytesOf(`0000000b ${rest}`)), [5n]);
  assert.deepEqual(tell(QUORUM_CALLER, bytesOf(`00000010 ${rest}`)), [5n]);
  assert.deepEqual(tell(QUORUM_CALLER, bytesOf(`00000002 ${rest}`)), [null]);
});

test('first bytes: a server’s answer → the session; a refusal or a four-letter word → none', () => {
  const session = (length: string, id: string) =>
    bytesOf(`${length} 00000000 00002710 ${id} 00000010 ${'00'.repeat(17)}`);
  assert.deepEqual(tell(SESSION, session('00000025', '010000000000abcd')), [0x10000000000abcdn]);
  assert.deepEqual(tell(SESSION, session('00000024', 'ff00000000000001')), [-(1n << 56n) + 1n]);
  assert.deepEqual(tell(SESSION, session('00000025', '0000000000000000')), [null]);
  assert.deepEqual(tell(SESSION, Buffer.from('Zookeeper version: 3.9.5-zooid')), [null]);
});

test('first bytes: the end comes before → nobody is named', () => {
  assert.deepEqual(tell(ELECTION_CALLER, new Uint8Array(15)), [null]);
  assert.deepEqual(tell(SESSION, Buffer.from('imok')), [null]);
});
