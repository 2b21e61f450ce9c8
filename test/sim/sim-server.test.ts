import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../src/base/prng.ts';
import { sessionPassword } from '../../src/core/sessions/session-password.ts';
import { encodeAsk, encodeConnect } from '../../src/sim/clients/client-request.ts';
import { newConnectionHistory } from '../../src/sim/clients/sim-client.ts';
import { newHistory } from '../../src/sim/history.ts';
import { simConfig } from '../../src/sim/sim-config.ts';
import { SimConnection } from '../../src/sim/sim-connection.ts';
import { SimServer } from '../../src/sim/sim-server.ts';
import { Trace } from '../../src/sim/trace.ts';
import { SimRig } from './sim-rig.ts';

function bootedServer() {
  const rig = new SimRig();
  const config = { ...simConfig(1), hasSeparateLogDirectory: true };
  const ended: string[] = [];
  const server = new SimServer({
    clock: rig.clock,
    queue: rig.queue,
    disk: rig.disk,
    config,
    prng: new Prng(1),
    trace: new Trace(null),
    hooks: {},
    history: newHistory(config, 0),
    at: () => 0,
    onReady: () => {},
    onEnd: (reason) => ended.push(reason),
  });
  const booted = server.boot();
  assert.ok(booted.result.ok);
  server.start(booted);
  /** The ticks never end: until something is so. */
  const until = (isSo: () => boolean) => {
    for (let i = 0; i < 5000 && !isSo(); i++) {
      const event = rig.queue.take();
      assert.ok(event !== undefined);
      rig.clock.moveTo(event.timeUs);
      event.action();
    }
    assert.ok(isSo());
  };
  return { rig, server, ended, until };
}

function connect(rig: SimRig, server: SimServer, sessionId = 0n) {
  const attempt = { at: 0, sessionId, isPasswordRight: true, timeOutMs: 100, lastZxidSeen: 0 };
  const record = newConnectionHistory(0, 0, { attempt, life: 1 });
  const connection = new SimConnection({
    clock: rig.clock,
    queue: rig.queue,
    prng: new Prng(2),
    shape: { delayUsMin: 1, delayUsMax: 9, rechunks: false },
    ends: {
      onBytes: (from, bytes) => server.receive(from, bytes),
      onServerSideEnd: (from) => server.onClosedByClient(from),
      onFrame: () => {},
      onClientSideEnd: () => {},
    },
    record,
  });
  const passwd = sessionPassword(sessionId);
  const request = { protocolVersion: 0, lastZxidSeen: 0, timeOut: 100, sessionId, passwd };
  return { connection, record, bytes: encodeConnect({ ...request, readOnly: false }) };
}

test('sim-server: an empty disk → ready, a session is created and durable when it is shown', () => {
  const { rig, server, until } = bootedServer();
  until(() => server.isReady);
  const { connection, record, bytes } = connect(rig, server);
  assert.ok(server.accept(connection));
  connection.send(bytes);
  until(() => record.stream.length > 0);
  assert.equal(record.stream[0]?.kind, 'connected');
  assert.ok(record.sessionId > 0n);
  assert.equal(rig.disk.journal.stableThrough(), 1);
  assert.equal(server.silentUs(record.sessionId) !== undefined, true);
});

test('sim-server: a session is taken up behind its slow write → its time begins with the answer', () => {
  const { rig, server, until } = bootedServer();
  until(() => server.isReady);
  const first = connect(rig, server);
  assert.ok(server.accept(first.connection));
  first.connection.send(first.bytes);
  until(() => first.record.stream.length > 0);
  const { sessionId } = first.record;
  first.connection.send(encodeAsk(1, { kind: 'delete', path: '/none', version: -1 }));
  until(() => server.prepared.size === 2);
  const second = connect(rig, server, sessionId);
  assert.ok(server.accept(second.connection));
  second.connection.send(second.bytes);
  until(() => second.record.stream.length > 0);
  assert.equal(second.record.sessionId, sessionId);
  assert.equal(server.silentUs(sessionId), 0);
});

test('sim-server: stopped as an operator does it → it says when it has closed, takes nobody more', () => {
  const { rig, server, ended, until } = bootedServer();
  until(() => server.isReady);
  server.shutdown();
  assert.ok(!server.accept(connect(rig, server).connection));
  until(() => ended.length > 0);
  assert.deepEqual(ended, ['closed']);
});

test('sim-server: the disk is full → it ends with a failure', () => {
  const { rig, server, ended, until } = bootedServer();
  until(() => server.isReady);
  rig.faults.isFull = true;
  server.takeSnapshot();
  until(() => ended.length > 0);
  assert.deepEqual(ended, ['failed']);
});
