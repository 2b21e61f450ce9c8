import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { ConnectResponse } from '../../src/protocol/records/connect.ts';
import type { Ask } from '../../src/sim/clients/client-request.ts';
import { newConnectionHistory } from '../../src/sim/clients/sim-client.ts';
import { FrameRecorder } from '../../src/sim/frame-recorder.ts';
import type { AskRecord } from '../../src/sim/history.ts';

const attempt = {
  at: 0,
  sessionId: 0n,
  isPasswordRight: true,
  timeOutMs: 100,
  lastZxidSeen: 0,
};
const passwd = new Uint8Array(16);

function replyFrame(xid: number, zxid: number, err: number): Uint8Array {
  const writer = new BinaryWriter();
  writer.int(xid);
  writer.longFromNumber(zxid);
  writer.int(err);
  return writer.take();
}

function connectedRecorder(asks: readonly Ask[]) {
  let at = 1;
  const recorder = new FrameRecorder(() => at);
  const connection = newConnectionHistory(0, 0, { attempt, life: 1 });
  recorder.open(connection, '10.0.0.1');
  recorder.onTaken(connection, 1, false);
  const response = { protocolVersion: 0, timeOut: 100, sessionId: 5n, passwd, readOnly: false };
  recorder.record(connection, ConnectResponse.encode(response));
  for (const [i, ask] of asks.entries()) {
    const asked: AskRecord = { at, xid: i + 1, ask, reply: null, ids: [], takenAt: -1 };
    connection.asked.push(asked);
  }
  return {
    recorder,
    connection,
    later: () => {
      at++;
    },
  };
}

const credentials = Uint8Array.from('anna:1', (unit) => unit.charCodeAt(0));
const auth: Ask = { kind: 'auth', scheme: 'digest', auth: credentials };
const ping: Ask = { kind: 'ping' };

test('frame-recorder: a request that was not taken → its reply is one that nobody asked for', () => {
  const { recorder, connection } = connectedRecorder([ping]);
  assert.throws(() => recorder.record(connection, replyFrame(1, 3, 0)), /not asked for/);
  recorder.onTaken(connection, 2, false);
  assert.equal(recorder.record(connection, replyFrame(1, 3, 0)).zxid, 3);
  assert.throws(() => recorder.record(connection, replyFrame(1, 3, 0)), /not asked for/);
});

test('frame-recorder: an auth between → a write has the old identities, a waiting read the new', () => {
  const write: Ask = { kind: 'delete', path: '/a', version: -1 };
  const { recorder, connection, later } = connectedRecorder([write, ping, auth]);
  recorder.onTaken(connection, 4, false);
  later();
  recorder.record(connection, replyFrame(1, 3, 0));
  recorder.record(connection, replyFrame(2, 3, 0));
  const [deleted, pinged] = connection.asked;
  assert.deepEqual(deleted?.ids, ['ip:10.0.0.1']);
  assert.equal(pinged?.ids.length, 2);
});

test('frame-recorder: an error with a body → refused', () => {
  const { recorder, connection } = connectedRecorder([ping]);
  recorder.onTaken(connection, 2, false);
  const frame = Uint8Array.of(...replyFrame(1, 3, -101), 0);
  assert.throws(() => recorder.record(connection, frame), /body/);
});
