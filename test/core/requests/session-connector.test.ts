import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionPassword } from '../../../src/core/sessions/session-password.ts';
import { connect, createAsk, startServer } from '../../scenario/asks.ts';
import { serverOptions } from '../../scenario/scenario-options.ts';
import { ScenarioServer } from '../../scenario/scenario-server.ts';

function connected(run: ScenarioServer, name: string) {
  const answer = run.client(name).received.findLast((each) => each.kind === 'connected');
  assert.ok(answer?.kind === 'connected', `${name} has no answer`);
  return answer;
}

test('connect: a new session → id, password and time-out; not before it is durable', () => {
  const run = new ScenarioServer();
  run.connect('a');
  assert.deepEqual(run.client('a').received, []);
  run.syncDisk();
  const { response } = connected(run, 'a');
  assert.equal(response.protocolVersion, 0);
  assert.deepEqual(response.passwd, sessionPassword(response.sessionId));
  assert.equal(response.readOnly, false);
});

test('connect: the wanted time-out → between the least and the most', () => {
  const run = new ScenarioServer();
  for (const [index, [wanted, given]] of [
    [0, 4000],
    [-5, 4000],
    [3999, 4000],
    [7777, 7777],
    [2 ** 31 - 1, 40_000],
  ].entries()) {
    const name = `c${index}`;
    run.connect(name, { timeOut: wanted ?? 0 });
    run.syncDisk();
    assert.equal(connected(run, name).response.timeOut, given);
  }
});

test('connect: without the read-only byte → the answer has none either', () => {
  const run = new ScenarioServer();
  run.connect('old', { isOldForm: true });
  run.connect('new');
  run.syncDisk();
  assert.equal(connected(run, 'old').bytes, 36);
  assert.equal(connected(run, 'new').bytes, 37);
});

test('connect: an unknown session, or a wrong password → zeros, and the end', () => {
  const run = startServer();
  const { sessionId } = run.client('a');
  const unknown = { sessionId: 99n, password: sessionPassword(99n) };
  for (const [name, facts] of [
    ['b', unknown],
    ['c', { sessionId, password: new Uint8Array(16) }],
    ['d', { sessionId, password: new Uint8Array(0) }],
  ] as const) {
    run.connect(name, facts);
    const { response } = connected(run, name);
    assert.deepEqual([response.timeOut, response.sessionId], [0, 0n]);
    assert.deepEqual(response.passwd, new Uint8Array(16));
    assert.equal(run.client(name).connection, null);
  }
});

test('connect: who is refused → leaves the session as it was, but without its connection', () => {
  const run = startServer();
  const { sessionId } = run.client('a');
  run.connect('b', { sessionId, password: new Uint8Array(16) });
  assert.equal(run.client('a').connection, null);
  assert.equal(run.server.sessions.get(sessionId)?.isClosing, false);
  run.connect('a');
  assert.equal(connected(run, 'a').response.sessionId, sessionId);
});

test('connect: taken up with another time-out → the new one counts', () => {
  const run = startServer();
  const { sessionId, password } = run.client('a');
  run.connect('b', { sessionId, password, timeOut: 5000 });
  assert.equal(run.server.sessions.get(sessionId)?.timeoutMs, 5000);
  assert.equal(run.server.processor.connectionOf(sessionId), run.client('b').connection);
});

test('connect: the former connection with a write under way → the write is done, nobody hears of it', () => {
  const run = startServer();
  const { sessionId, password } = run.client('a');
  run.send('a', createAsk('/x'));
  run.connect('b', { sessionId, password });
  const before = run.client('a').received.length;
  run.syncDisk();
  assert.equal(run.client('a').received.length, before);
  assert.ok(run.server.database.tree.findPath('/x') > 0);
  assert.deepEqual(
    run.client('b').received.map(({ kind }) => kind),
    ['connected'],
  );
});

test('connect: the former connection goes after the new one came → the session stays with the new one', () => {
  const run = startServer();
  const { connection, sessionId, password } = run.client('a');
  assert.ok(connection !== null);
  run.connect('b', { sessionId, password });
  run.step((server) => server.disconnect(connection));
  assert.equal(run.server.processor.connectionOf(sessionId), run.client('b').connection);
});

test('connect: a session that is closing → refused', () => {
  const run = startServer();
  const { sessionId, password } = run.client('a');
  run.send('a', { kind: 'closeSession' });
  run.connect('b', { sessionId, password });
  assert.equal(connected(run, 'b').response.timeOut, 0);
  run.syncDisk();
  assert.equal(run.server.sessions.get(sessionId), undefined);
});

test('connect: a second ConnectRequest on a connection → an unknown operation, and the end of it alone', () => {
  const run = startServer();
  connect(run, 'b');
  run.callRaw('a', 0, (writer) => writer.raw(new Uint8Array(37), 0, 37));
  assert.equal(run.client('a').connection, null);
  assert.notEqual(run.client('b').connection, null);
});

test('connect: a request before the ConnectRequest is answered → the session is there, it is taken', () => {
  const run = new ScenarioServer(serverOptions());
  run.connect('a');
  run.send('a', { kind: 'getData', path: '/', watch: false });
  run.syncDisk();
  assert.deepEqual(
    run.client('a').received.map(({ kind }) => kind),
    ['connected', 'reply'],
  );
});

test('connect: taken up while a write of the former connection is under way → behind it', () => {
  const run = startServer();
  const { sessionId, password } = run.client('a');
  run.send('a', createAsk('/x'));
  run.connect('b', { sessionId, password });
  run.send('b', { kind: 'exists', path: '/x', watch: false });
  assert.deepEqual(run.client('b').received, []);
  run.syncDisk();
  run.tick(1);
  const [answer, reply] = run.client('b').received;
  assert.equal(answer?.kind, 'connected');
  assert.ok(reply?.kind === 'reply');
  assert.equal(reply.err, 0);
});

test('connect: taken up behind the end of the session → refused', () => {
  const run = startServer();
  const { sessionId, password } = run.client('a');
  run.send('a', createAsk('/x'));
  run.connect('b', { sessionId, password });
  run.expire('a');
  run.syncDisk();
  assert.equal(connected(run, 'b').response.sessionId, 0n);
});
