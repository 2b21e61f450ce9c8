import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { ConnectRequest, ConnectResponse } from '../../../src/protocol/records/connect.ts';
import { newConnectionHistory, SimClient } from '../../../src/sim/clients/sim-client.ts';
import { Workload } from '../../../src/sim/clients/workload.ts';
import { Decisions } from '../../../src/sim/decisions/decisions.ts';
import { EventQueue } from '../../../src/sim/event-queue.ts';
import { SimClock } from '../../../src/sim/sim-clock.ts';
import { simConfig } from '../../../src/sim/sim-config.ts';
import { SimConnection } from '../../../src/sim/sim-connection.ts';
import { splitFrames } from '../../../src/sim/split-frames.ts';

/** A client whose connections lead to a test that answers. */
function clientRig() {
  const clock = new SimClock();
  const queue = new EventQueue(new Prng(1));
  const frames: Uint8Array[] = [];
  const connections: SimConnection[] = [];
  const base = simConfig(3);
  const config = { ...base, faults: { ...base.faults, hostile: false, breaks: false } };
  const client = new SimClient({
    index: 0,
    clock,
    queue,
    prng: new Prng(2),
    config,
    workload: new Workload(new Prng(3)),
    decisions: new Decisions(),
    netPrng: new Prng(5),
    at: () => 0,
    connectRequest: (bytes) => bytes,
    open(attempt, self) {
      const connection = new SimConnection({
        clock,
        queue,
        prng: new Prng(4),
        shape: { delayUsMin: 1, delayUsMax: 2, rechunks: false },
        ends: {
          onBytes: (_from, bytes) => frames.push(...splitFrames(bytes)),
          onServerSideEnd: () => {},
          onFrame: (from, frame) => self.onFrame(from, frame),
          onClientSideEnd: (from) => self.onEnd(from),
        },
        record: newConnectionHistory(connections.length, 0, { attempt, life: 1 }),
      });
      connections.push(connection);
      return connection;
    },
  });
  client.calm();
  const until = (isSo: () => boolean) => {
    for (let i = 0; i < 2000 && !isSo(); i++) {
      const event = queue.take();
      assert.ok(event !== undefined);
      clock.moveTo(event.timeUs);
      event.action();
    }
    assert.ok(isSo());
  };
  return { client, frames, connections, until };
}

test('sim-client: the connection is lost → it comes back with its session and password', () => {
  const { client, frames, connections, until } = clientRig();
  until(() => frames.length === 1);
  const passwd = Uint8Array.from({ length: 16 }, (_, i) => i);
  const response = { protocolVersion: 0, timeOut: 400, sessionId: 77n, passwd, readOnly: false };
  connections[0]?.sendDown([ConnectResponse.encode(response)]);
  until(() => client.isConnected);
  connections[0]?.endClientSide();
  assert.ok(!client.isConnected);
  frames.length = 0;
  until(() => connections.length === 2 && frames.length > 0);
  const request = ConnectRequest.read(new BinaryReader(frames.at(-1)));
  assert.equal(request.sessionId, 77n);
  assert.deepEqual(new Uint8Array(request.passwd ?? []), passwd);
});

test('sim-client: its session is refused → it asks for a new one', () => {
  const { client, frames, connections, until } = clientRig();
  until(() => frames.length === 1);
  const passwd = new Uint8Array(16);
  const refusal = { protocolVersion: 0, timeOut: 0, sessionId: 0n, passwd, readOnly: false };
  connections[0]?.sendDown([ConnectResponse.encode(refusal)]);
  connections[0]?.closeFromServer();
  until(() => frames.length === 2);
  assert.equal(ConnectRequest.read(new BinaryReader(frames[1])).sessionId, 0n);
  assert.equal(client.sessionId, 0n);
});
