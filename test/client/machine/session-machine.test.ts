import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchIntent } from '../../../src/client/machine/operation.ts';
import * as operations from '../../../src/client/machine/operations.ts';
import { ErrorCode } from '../../../src/protocol/error-code.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { AuthPacket } from '../../../src/protocol/records/connect.ts';
import { SetWatches, SetWatches2 } from '../../../src/protocol/records/watches.ts';
import { frame, MachineRig, PASSWORD, request, SESSION_ID, writeStat } from './machine-rig.ts';

const get = (label: string, path = '/a', watch: WatchIntent | null = null) =>
  request(label, operations.getData, { path, watch: watch !== null }, watch);
const set = (label: string, data = new Uint8Array(1)) =>
  request(label, operations.setData, { path: '/a', data, version: -1 });
const dataReply = (writer: Parameters<Parameters<typeof frame>[0]>[0]) => {
  writer.buffer(new Uint8Array([1, 2]));
  writeStat(writer);
};
const watch = (kind: WatchIntent['kind'], path = '/a'): WatchIntent => ({
  ...{ kind, path },
  listener: () => {},
});

test('session machine: start → dials, asks for a new session, is connected', () => {
  const rig = new MachineRig();
  const asked = rig.open();
  assert.deepEqual(
    { ...asked, passwd: asked.passwd?.length },
    {
      ...{ protocolVersion: 0, lastZxidSeen: 0, timeOut: 9000, sessionId: 0n },
      ...{ passwd: 16, readOnly: false },
    },
  );
  rig.accept();
  assert.deepEqual(rig.takeLog(), ['dial a', 'is associating', 'is connected']);
  assert.equal(rig.machine.sessionId, SESSION_ID);
  assert.deepEqual(rig.machine.password, PASSWORD);
  assert.equal(rig.machine.timeoutMs, 9000);
  assert.deepEqual(rig.machine.server, { host: 'a', port: 1 });
});

test('session machine: requests before the session → are sent after it, in order', () => {
  const rig = new MachineRig();
  rig.machine.submit(get('1'));
  rig.open();
  rig.machine.submit(set('2'));
  rig.accept();
  const sent = rig.takeSent().map(({ xid, opCode }) => [xid, opCode]);
  assert.deepEqual(sent, [
    [1, OpCode.getData],
    [2, OpCode.setData],
  ]);
});

test('session machine: replies → settle in order, their zxid is remembered', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.takeLog();
  rig.machine.submit(get('1'));
  rig.machine.submit(set('2'));
  rig.reply({ xid: 1, zxid: 5 }, dataReply);
  rig.reply({ xid: 2, zxid: 6, err: ErrorCode.BadVersion });
  assert.deepEqual(rig.takeLog(), ['1 succeeds', '2 fails: BadVersion failed']);
  assert.equal(rig.machine.lastZxid, 6);
  assert.deepEqual((rig.values[0] as { data: Uint8Array }).data, new Uint8Array([1, 2]));
  assert.equal(rig.machine.inFlightCount, 0);
});

test('session machine: an error number without a name → SystemError that keeps it', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.machine.submit(get('1'));
  rig.reply({ xid: 1, err: -999 });
  assert.equal(rig.failures[0]?.code, 'SystemError');
  assert.equal(rig.failures[0]?.errorCode, -999);
});

test('session machine: a reply out of order → all in flight fail, outcome unknown', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.takeLog();
  rig.machine.submit(get('1'));
  rig.machine.submit(get('2'));
  rig.reply({ xid: 2 }, dataReply);
  assert.deepEqual(rig.takeLog(), [
    'hangUp',
    '1 fails: ConnectionLoss unknown',
    '2 fails: ConnectionLoss unknown',
    'is disconnected',
  ]);
  assert.match(rig.failures[0]?.reason ?? '', /the reply to xid 1 was expected, one to xid 2 came/);
});

const GARBAGE: Record<string, Uint8Array> = {
  'a negative length': new Uint8Array([255, 255, 255, 255]),
  'a length beyond all bounds': new Uint8Array([0x48, 0x54, 0x54, 0x50]),
  'a frame shorter than a header': frame((writer) => writer.int(1)),
  'a reply cut in its body': frame((writer) => {
    writer.int(1);
    writer.longFromNumber(3);
    writer.int(0);
    writer.int(100);
  }),
  'a reply to nothing': frame((writer) => {
    writer.int(77);
    writer.longFromNumber(3);
    writer.int(0);
  }),
  'an answer to no auth': frame((writer) => {
    writer.int(-4);
    writer.longFromNumber(0);
    writer.int(0);
  }),
  'an event cut short': frame((writer) => {
    writer.int(-1);
    writer.longFromNumber(-1);
    writer.int(0);
    writer.int(3);
  }),
};

for (const [what, bytes] of Object.entries(GARBAGE)) {
  test(`session machine: ${what} → connection given up, in flight unknown, reconnects`, () => {
    const rig = new MachineRig();
    rig.connect();
    rig.machine.submit(get('1'));
    rig.takeLog();
    rig.machine.receive(bytes);
    rig.pass(200);
    assert.deepEqual(rig.takeLog(), [
      'hangUp',
      '1 fails: ConnectionLoss unknown',
      'is disconnected',
      'dial a',
    ]);
  });
}

test('session machine: garbage instead of a connect response → the next attempt', () => {
  const rig = new MachineRig();
  rig.open();
  rig.receiveFrame((writer) => writer.int(0));
  rig.pass(200);
  assert.deepEqual(rig.takeLog(), [
    'dial a',
    'is associating',
    'hangUp',
    'is connecting',
    'dial a',
  ]);
});

test('session machine: connection lost → in flight unknown, unsent kept and sent later', () => {
  const rig = new MachineRig({ inFlightMax: 1 });
  rig.connect();
  rig.machine.submit(set('1'));
  rig.machine.submit(set('2'));
  rig.machine.lost('gone');
  rig.takeLog();
  rig.pass(200);
  const asked = rig.open();
  assert.equal(asked.sessionId, SESSION_ID);
  rig.accept();
  assert.deepEqual(rig.takeLog(), ['dial a', 'is connected']);
  assert.deepEqual(
    rig.takeSent().map(({ xid }) => xid),
    [2],
  );
});

test('session machine: no connection for a session time-out → unsent fails, not sent', () => {
  const rig = new MachineRig();
  rig.machine.start();
  rig.machine.submit(get('1'));
  rig.pass(8999);
  assert.equal(rig.failures.length, 0);
  rig.pass(1);
  assert.deepEqual(rig.failures[0], {
    ...{ code: 'ConnectionLoss', outcome: 'notSent' },
    reason: 'no connection within 9000 ms',
  });
});

test('session machine: attempt takes longer than the connection time-out → next server', () => {
  const hosts = [
    { host: 'a', port: 1 },
    { host: 'b', port: 1 },
  ];
  const rig = new MachineRig({ hosts });
  rig.machine.start();
  rig.pass(1999);
  assert.deepEqual(rig.takeLog(), ['dial a']);
  rig.pass(1);
  assert.deepEqual(rig.takeLog(), ['hangUp', 'dial b']);
  // Connected, but without an answer to the handshake.
  rig.machine.opened();
  rig.pass(2000);
  assert.deepEqual(rig.takeLog(), ['is associating', 'hangUp', 'is connecting']);
});

test('session machine: idle for a third of the time-out → a ping, answered or not', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.pass(2999);
  assert.deepEqual(rig.takeSent(), []);
  rig.pass(1);
  assert.deepEqual(
    rig.takeSent().map(({ xid, opCode }) => [xid, opCode]),
    [[-2, OpCode.ping]],
  );
  rig.reply({ xid: -2 });
  rig.pass(3000);
  assert.equal(rig.takeSent().length, 1);
});

test('session machine: silence for two thirds of the time-out → connection lost', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.takeLog();
  rig.pass(5999);
  assert.equal(rig.machine.state, 'connected');
  rig.pass(1);
  assert.deepEqual(rig.takeLog(), ['hangUp', 'is disconnected']);
});

test('session machine: pings answered but a request not → connection given up in the end', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.machine.submit(get('1'));
  for (let i = 0; i < 20 && rig.failures.length === 0; i++) {
    rig.pass(2999);
    rig.reply({ xid: -2 });
  }
  assert.equal(rig.failures[0]?.code, 'ConnectionLoss');
  assert.match(rig.failures[0]?.reason ?? '', /no reply to getData/);
  assert.ok(rig.nowMs >= 30_000 && rig.nowMs < 36_000, String(rig.nowMs));
});

test('session machine: session refused → expired, everything fails, the end', () => {
  const rig = new MachineRig();
  rig.machine.submit(get('1'));
  rig.open();
  rig.accept({ timeOut: 0, sessionId: 0n });
  rig.machine.submit(get('2'));
  assert.deepEqual(rig.takeLog(), [
    ...['dial a', 'is associating', 'hangUp', 'hangUp'],
    ...['1 fails: SessionExpired notSent', 'is expired', '2 fails: SessionExpired notSent'],
  ]);
  assert.equal(rig.machine.deadlineMs, Infinity);
});

test('session machine: session refused while renewing → a new session with all watches', () => {
  const rig = new MachineRig({ isRenewing: true });
  rig.connect();
  rig.machine.submit(
    request('w', operations.addWatch, { path: '/p', mode: 0 }, watch('persistent', '/p')),
  );
  rig.reply({ xid: 1 });
  rig.machine.lost('gone');
  rig.pass(200);
  rig.open();
  rig.accept({ timeOut: 0 });
  rig.takeLog();
  rig.pass(200);
  const asked = rig.open();
  assert.equal(asked.sessionId, 0n);
  rig.accept({ sessionId: 5n });
  assert.deepEqual(rig.takeLog(), ['dial a', 'is associating', 'is connected']);
  assert.equal(rig.takeSent()[0]?.opCode, OpCode.setWatches2);
  rig.reply({ xid: -8 });
  assert.deepEqual(rig.events, [{ type: 'continuityBroken', path: '/p', reason: 'expired' }]);
  assert.equal(rig.machine.sessionId, 5n);
});

test('session machine: auths → sent on each connection before all else', () => {
  const rig = new MachineRig({ auths: [{ scheme: 'digest', auth: new Uint8Array([1]) }] });
  const [first] = rig.connect();
  assert.deepEqual([first?.xid, first?.opCode], [-4, OpCode.auth]);
  assert.equal(
    AuthPacket.read(new BinaryReader(first?.body ?? new Uint8Array(0))).scheme,
    'digest',
  );
  rig.machine.addAuth({ scheme: 'ip', auth: new Uint8Array(0) });
  rig.reply({ xid: -4 });
  rig.reply({ xid: -4 });
  rig.machine.lost('gone');
  rig.pass(200);
  rig.machine.submit(get('1'));
  assert.deepEqual(
    rig.connect().map(({ xid }) => xid),
    [-4, -4, 1],
  );
  const auths = rig.takeLog().filter((line) => line.startsWith('auth'));
  assert.deepEqual(auths, ['auth digest succeeds', 'auth ip succeeds']);
});

test('session machine: auth refused → authFailed, the end', () => {
  const rig = new MachineRig({ auths: [{ scheme: 'digest', auth: new Uint8Array([1]) }] });
  rig.connect();
  rig.machine.submit(get('1'));
  rig.takeLog();
  rig.reply({ xid: -4, err: ErrorCode.AuthFailed });
  rig.machine.submit(get('2'));
  assert.deepEqual(
    rig.takeLog().filter((line) => line !== 'hangUp'),
    [
      ...['auth digest fails: AuthFailed', '1 fails: AuthFailed unknown'],
      ...['auth digest fails: AuthFailed', 'is authFailed', '2 fails: AuthFailed notSent'],
    ],
  );
});

test('session machine: more than may be in flight → the rest waits for replies', () => {
  const rig = new MachineRig({ inFlightMax: 2 });
  rig.connect();
  for (let i = 1; i <= 4; i++) rig.machine.submit(get(String(i)));
  assert.equal(rig.takeSent().length, 2);
  assert.equal(rig.machine.queuedCount, 2);
  rig.reply({ xid: 1 }, dataReply);
  assert.deepEqual(
    rig.takeSent().map(({ xid }) => xid),
    [3],
  );
});

test('session machine: request too long → BadArguments, its xid does not count, others go on', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.machine.submit(set('1', new Uint8Array(1000)));
  rig.machine.submit(set('2'));
  assert.equal(rig.failures[0]?.code, 'BadArguments');
  const [sent, more] = rig.takeSent();
  assert.equal(more, undefined);
  rig.reply({ xid: sent?.xid ?? 0 }, (writer) => writeStat(writer));
  assert.equal(rig.takeLog().at(-1), '2 succeeds');
});

test('session machine: cancelled before it was sent → never sent', () => {
  const rig = new MachineRig();
  const cancelled = get('1');
  rig.machine.submit(cancelled);
  assert.equal(rig.machine.cancel(cancelled), 'notSent');
  assert.deepEqual(rig.connect(), []);
});

test('session machine: cancelled in flight → its reply is dropped, with its watch', () => {
  const rig = new MachineRig();
  rig.connect();
  const cancelled = get('1', '/a', watch('data'));
  rig.machine.submit(cancelled);
  rig.machine.submit(get('2'));
  rig.takeLog();
  assert.equal(rig.machine.cancel(cancelled), 'unknown');
  rig.reply({ xid: 1 }, dataReply);
  rig.reply({ xid: 2 }, dataReply);
  assert.deepEqual(rig.takeLog(), ['2 succeeds']);
  assert.equal(rig.machine.watches.size, 0);
});

test('session machine: one-shot watches → set by the reply, gone with the event', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.machine.submit(get('1', '/a', watch('data')));
  assert.equal(rig.machine.watches.size, 0);
  rig.reply({ xid: 1 }, dataReply);
  assert.equal(rig.machine.watches.size, 1);
  rig.notify(3, '/a', 9);
  rig.notify(3, '/a', 10);
  assert.deepEqual(rig.events, [{ type: 'nodeDataChanged', path: '/a', zxid: 9n }]);
});

test('session machine: exists of a missing node → its watch waits for the creation', () => {
  const rig = new MachineRig();
  rig.connect();
  const intent = watch('exists');
  rig.machine.submit(request('1', operations.exists, { path: '/a', watch: true }, intent));
  rig.machine.submit(get('2', '/b', watch('data', '/b')));
  rig.reply({ xid: 1, err: ErrorCode.NoNode });
  rig.reply({ xid: 2, err: ErrorCode.NoNode });
  rig.machine.lost('gone');
  rig.pass(200);
  const [sent] = rig.connect();
  assert.equal(sent?.opCode, OpCode.setWatches);
  const asked = SetWatches.read(new BinaryReader(sent?.body ?? new Uint8Array(0)));
  assert.deepEqual(asked, {
    ...{ relativeZxid: 1, dataWatches: [], existWatches: ['/a'], childWatches: [] },
  });
  rig.notify(1, '/a');
  assert.deepEqual(rig.events, [{ type: 'nodeCreated', path: '/a', zxid: undefined }]);
});

test('session machine: reconnect with persistent watches → set again, continuity broken', () => {
  const rig = new MachineRig();
  rig.connect();
  const add = (path: string, kind: 'persistent' | 'persistentRecursive') =>
    rig.machine.submit(request('w', operations.addWatch, { path, mode: 0 }, watch(kind, path)));
  add('/p', 'persistent');
  add('/r', 'persistentRecursive');
  rig.reply({ xid: 1 });
  rig.reply({ xid: 2, zxid: 8 });
  rig.machine.lost('gone');
  rig.pass(200);
  const [sent] = rig.connect();
  assert.deepEqual([sent?.xid, sent?.opCode], [-8, OpCode.setWatches2]);
  const asked = SetWatches2.read(new BinaryReader(sent?.body ?? new Uint8Array(0)));
  assert.deepEqual(asked.persistentWatches, ['/p']);
  assert.deepEqual(asked.persistentRecursiveWatches, ['/r']);
  assert.equal(asked.relativeZxid, 8);
  assert.deepEqual(rig.events, []);
  rig.reply({ xid: -8 });
  rig.notify(2, '/r/x/y');
  assert.deepEqual(rig.events, [
    { type: 'continuityBroken', path: '/p', reason: 'reconnected' },
    { type: 'continuityBroken', path: '/r', reason: 'reconnected' },
    { type: 'nodeDeleted', path: '/r/x/y', zxid: undefined },
  ]);
});

test('session machine: read-only server → asked for elsewhere with the session id 0 only', () => {
  const hosts = [
    { host: 'a', port: 1 },
    { host: 'b', port: 1 },
  ];
  const rig = new MachineRig({ hosts, canBeReadOnly: true });
  assert.equal(rig.open().readOnly, true);
  rig.accept({ readOnly: true });
  assert.equal(rig.machine.state, 'connectedReadOnly');
  rig.takeLog();
  rig.pass(100);
  assert.deepEqual(rig.takeLog(), ['probe b']);
  rig.machine.probed({ host: 'b', port: 1 }, false);
  rig.pass(200);
  assert.deepEqual(rig.takeLog(), ['probe a']);
  rig.machine.probed(hosts[1] as (typeof hosts)[1], true);
  rig.pass(200);
  assert.deepEqual(rig.takeLog(), ['hangUp', 'is disconnected', 'dial b']);
  assert.equal(rig.open().sessionId, 0n);
});

test('session machine: close → after what is in flight, then the end, watches told', () => {
  const rig = new MachineRig({ inFlightMax: 1 });
  rig.connect();
  rig.machine.submit(get('1', '/a', watch('data')));
  rig.machine.submit(get('2'));
  rig.takeLog();
  rig.machine.close();
  rig.machine.submit(get('3'));
  const sent = rig.takeSent().map(({ opCode }) => opCode);
  assert.deepEqual(sent, [OpCode.getData, OpCode.closeSession]);
  rig.reply({ xid: 1 }, dataReply);
  rig.reply({ xid: 2 });
  assert.deepEqual(rig.takeLog(), [
    ...['2 fails: InvalidState notSent', '3 fails: InvalidState notSent', '1 succeeds'],
    ...['hangUp', 'is closed', 'watchRemoved /a'],
  ]);
  assert.equal(rig.machine.deadlineMs, Infinity);
});

test('session machine: close without an answer → over after the connection time-out', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.machine.close();
  rig.pass(1999);
  assert.equal(rig.machine.state, 'connected');
  rig.pass(1);
  assert.equal(rig.machine.state, 'closed');
});

test('session machine: close while not connected → over at once', () => {
  const rig = new MachineRig();
  rig.machine.start();
  rig.machine.submit(get('1'));
  rig.machine.close();
  assert.deepEqual(
    rig.takeLog().filter((line) => line !== 'hangUp'),
    ['dial a', '1 fails: InvalidState notSent', 'is closed'],
  );
});

test('session machine: bytes cut anywhere → the same replies', () => {
  const rig = new MachineRig();
  rig.connect();
  rig.machine.submit(get('1'));
  rig.takeLog();
  const bytes = frame((writer) => {
    writer.int(1);
    writer.longFromNumber(3);
    writer.int(0);
    dataReply(writer);
  });
  for (const byte of bytes) rig.machine.receive(new Uint8Array([byte]));
  assert.deepEqual(rig.takeLog(), ['1 succeeds']);
});
