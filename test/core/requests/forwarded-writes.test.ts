import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorTxn } from '../../../src/core/requests/txn.ts';
import { sessionPassword } from '../../../src/core/sessions/session-password.ts';
import { ErrorCode } from '../../../src/protocol/error-code.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { EventType } from '../../../src/protocol/watch-event.ts';
import { encodeAsk } from '../../../src/sim/clients/client-request.ts';
import { createAsk, setAsk } from '../../scenario/asks.ts';
import { ToyClient } from './toy-client.ts';
import { ToyEnsemble, type ToyLearner } from './toy-ensemble.ts';

const GET_ROOT = { kind: 'getData', path: '/', watch: false } as const;
const SYNC = { kind: 'sync', path: '/s' } as const;

/** A client of the first learner, connected. */
function start(ensemble: ToyEnsemble, learner = ensemble.learner()): ToyClient {
  const client = new ToyClient(learner.processor);
  ensemble.settle();
  assert.notEqual(client.answer, null);
  return client;
}

function open(learners = 1) {
  const ensemble = new ToyEnsemble(learners);
  const learner = ensemble.learner();
  return { ensemble, learner, client: start(ensemble) };
}

/** The leader takes all, and commits it; nothing arrives at the learner yet. */
function commitAll(ensemble: ToyEnsemble, learner: ToyLearner): void {
  while (ensemble.deliverUp(learner));
  while (ensemble.commitOne());
}

// --- Writes and reads -----------------------------------------------------------------------------

test('learner: a new session → asked of the leader with its time-out, answered when it is applied', () => {
  const ensemble = new ToyEnsemble(1);
  const learner = ensemble.learner();
  const client = new ToyClient(learner.processor, { timeOut: 7000 });
  const [request] = learner.toLeader;
  assert.ok(request?.kind === 'request');
  const { sessionId, cxid, type } = request;
  assert.deepEqual([cxid, type, sessionId >> 56n], [0, OpCode.createSession, 2n]);
  commitAll(ensemble, learner);
  assert.equal(client.answer, null);
  ensemble.settle();
  assert.equal(client.answer, sessionId);
  const session = ensemble.sessions.get(sessionId);
  assert.deepEqual([session?.timeoutMs, session?.owner], [7000, learner]);
  assert.deepEqual(client.password, sessionPassword(sessionId));
});

test('learner: a write → goes to the leader with its body and ids, answered when it is applied here', () => {
  const { ensemble, learner, client } = open();
  client.send(createAsk('/x', { data: Buffer.from('data') }));
  const [request] = learner.toLeader;
  assert.ok(request?.kind === 'request');
  assert.deepEqual(request.authIds, [{ scheme: 'ip', id: '10.0.0.1' }]);
  const frame = encodeAsk(1, createAsk('/x', { data: Buffer.from('data') }));
  assert.deepEqual(Buffer.from(request.body), Buffer.from(frame.subarray(12)));
  commitAll(ensemble, learner);
  assert.equal(client.replies.length, 0);
  assert.equal(learner.processor.outstanding, 1);
  ensemble.settle();
  const [reply] = client.replies;
  assert.deepEqual([reply?.xid, reply?.err, reply?.body.path], [1, 0, '/x']);
  assert.equal(reply?.zxid, ensemble.database.tree.lastProcessedZxid);
  ensemble.assertAgree();
});

test('learner: a read behind a write under way → waits for it and sees it; others do not wait', () => {
  const { ensemble, learner, client } = open();
  const other = start(ensemble);
  client.send(createAsk('/x', { data: Buffer.from('1') }));
  client.send({ kind: 'getData', path: '/x', watch: false });
  other.send(GET_ROOT);
  assert.deepEqual(other.outcomes, [[1, 0]]);
  commitAll(ensemble, learner);
  assert.deepEqual(client.outcomes, []);
  ensemble.settle();
  assert.deepEqual(client.outcomes, [
    [1, 0],
    [2, 0],
  ]);
});

test('learner: what fails at the leader → the error, with the zxid of its txn', () => {
  const { ensemble, client } = open();
  client.send(createAsk('/none/x'));
  client.send({ kind: 'delete', path: '/none', version: -1 });
  client.send(setAsk('/zookeeper', '', 7));
  ensemble.settle();
  assert.deepEqual(
    client.replies.map(({ err }) => err),
    [ErrorCode.NoNode, ErrorCode.NoNode, ErrorCode.BadVersion],
  );
  assert.equal(client.lastZxid, ensemble.database.tree.lastProcessedZxid);
  ensemble.assertAgree();
});

test('learner: what cannot be decoded → not forwarded, refused in its turn', () => {
  const { ensemble, learner, client } = open();
  client.send(createAsk('/x'));
  const writer = new BinaryWriter();
  const mark = writer.beginFrame();
  writer.int(70);
  writer.int(OpCode.setData);
  writer.int(99);
  writer.endFrame(mark);
  client.sendBytes(writer.take());
  client.send(createAsk('/y'));
  assert.equal(learner.toLeader.length, 2);
  ensemble.settle();
  assert.deepEqual(client.outcomes, [
    [1, 0],
    [70, ErrorCode.MarshallingError],
    [2, 0],
  ]);
});

test('learner: a txn of another server → applied, tells watchers, answers nobody', () => {
  const { ensemble, client } = open(2);
  const other = start(ensemble, ensemble.learner(1));
  client.send({ kind: 'exists', path: '/x', watch: true });
  client.send(createAsk('/mine'));
  other.send(createAsk('/x'));
  while (ensemble.deliverUp(ensemble.learner(1)));
  ensemble.commitOne();
  while (ensemble.deliverDown(ensemble.learner(0)));
  client.poll();
  const event = client.received.at(-1);
  assert.ok(event?.kind === 'event');
  assert.deepEqual([event.type, event.path], [EventType.nodeCreated, '/x']);
  assert.deepEqual(client.outcomes, [[1, ErrorCode.NoNode]]);
  ensemble.settle();
  ensemble.assertAgree();
});

test('learner: create2 in a multi, which is logged as create → answered with its Stat all the same', () => {
  const { ensemble, client } = open();
  client.send({
    kind: 'multi',
    parts: [
      { ...createAsk('/a'), type: OpCode.create2 },
      createAsk('/b'),
      setAsk('/a', 'x'),
      { kind: 'check', path: '/b', version: 0 },
      { ...createAsk('/c'), type: OpCode.createContainer, flags: 4 },
      { kind: 'delete', path: '/b', version: -1 },
    ],
  });
  client.send({
    kind: 'multi',
    parts: [{ ...createAsk('/d'), type: OpCode.create2 }, setAsk('/none', '')],
  });
  ensemble.settle();
  const [good, bad] = client.replies;
  assert.deepEqual(
    good?.body.parts?.map(({ type, stat }) => [type, stat !== undefined]),
    [
      [OpCode.create2, true],
      [OpCode.create, false],
      [OpCode.setData, true],
      [OpCode.check, false],
      [OpCode.create2, true],
      [OpCode.delete, false],
    ],
  );
  assert.deepEqual(
    bad?.body.parts?.map(({ type, err }) => [type, err]),
    [
      [OpCode.error, 0],
      [OpCode.error, ErrorCode.NoNode],
    ],
  );
  ensemble.assertAgree();
});

test('learner: beyond globalOutstandingLimit → who has writes under way is not read from until they are fewer', () => {
  const ensemble = new ToyEnsemble(1, { globalOutstandingLimit: 2 });
  const learner = ensemble.learner();
  const client = start(ensemble);
  for (let i = 0; i < 3; i++) client.send(createAsk(`/x${i}`));
  assert.equal(client.connection.isThrottled, true);
  ensemble.settle();
  assert.equal(client.connection.isThrottled, false);
  assert.deepEqual(learner.processor.takeResumed(), [client.connection]);
});

// --- Sync -----------------------------------------------------------------------------------------

test('sync: on a learner → asked of the leader, answered behind what was committed before', () => {
  const { ensemble, learner, client } = open(2);
  const other = start(ensemble, ensemble.learner(1));
  other.send(createAsk('/x'));
  while (ensemble.deliverUp(ensemble.learner(1)));
  client.send(SYNC);
  client.send({ kind: 'exists', path: '/x', watch: false });
  const [request] = learner.toLeader;
  assert.ok(request?.kind === 'request');
  assert.deepEqual([request.type, request.cxid], [OpCode.sync, 1]);
  while (ensemble.deliverUp(learner));
  assert.deepEqual(client.outcomes, []);
  ensemble.settle();
  const [sync] = client.replies;
  assert.equal(sync?.body.path, '/s');
  assert.deepEqual(client.outcomes, [
    [1, 0],
    [2, 0],
  ]);
});

test('sync: between writes of one connection → every answer in its turn', () => {
  const { ensemble, client } = open();
  client.send(SYNC);
  client.send(createAsk('/x'));
  client.send(SYNC);
  client.send(SYNC);
  client.send({ kind: 'exists', path: '/x', watch: false });
  client.send(createAsk('/y'));
  client.send(SYNC);
  client.send({ kind: 'ping' });
  ensemble.settle();
  assert.deepEqual(
    client.outcomes,
    [1, 2, 3, 4, 5, 6, 7, -2].map((xid) => [xid, 0]),
  );
  ensemble.assertAgree();
});

test('sync: answered while a write before it is under way → waits for that answer', () => {
  const { ensemble, learner, client } = open();
  client.send(createAsk('/x'));
  client.send(SYNC);
  while (ensemble.deliverUp(learner));
  assert.equal(learner.processor.writes.onSyncAnswered(), true);
  assert.deepEqual(client.outcomes, []);
  ensemble.commitOne();
  ensemble.deliverDown(learner);
  assert.deepEqual(client.outcomes, [
    [1, 0],
    [2, 0],
  ]);
});

test('sync: one whose client has gone → its answer is taken, the next is for the next', () => {
  const { ensemble, learner, client } = open();
  const other = start(ensemble);
  client.send(SYNC);
  other.send(SYNC);
  learner.processor.disconnect(client.connection);
  ensemble.settle();
  assert.deepEqual(other.outcomes, [[1, 0]]);
  assert.equal(learner.processor.writes.onSyncAnswered(), false);
  ensemble.assertAgree();
});

// --- Sessions -------------------------------------------------------------------------------------

test('session: closed by its client → its ephemerals go, the reply, then the end', () => {
  const { ensemble, learner, client } = open();
  client.send(createAsk('/e', { flags: 1 }));
  client.send({ kind: 'closeSession' });
  client.send(createAsk('/late'));
  assert.equal(learner.toLeader.length, 2);
  ensemble.settle();
  assert.deepEqual(client.outcomes, [
    [1, 0],
    [2, 0],
  ]);
  assert.equal(client.closed, 'session closed');
  assert.equal(learner.database.tree.findPath('/e'), 0);
  assert.equal(learner.sessions.get(client.sessionId), undefined);
  ensemble.assertAgree();
});

test('session: expired by the leader, with a write under way → the connection ends, the write is refused', () => {
  const { ensemble, learner, client } = open();
  const session = ensemble.sessions.get(client.sessionId) ?? assert.fail();
  // The leader's own closeSession has xid 0, which a client may use as well.
  client.nextXid = 0;
  client.send(createAsk('/x'));
  ensemble.sessions.setClosing(session);
  ensemble.leader.writes.expire(session);
  ensemble.settle();
  assert.deepEqual(client.outcomes, []);
  assert.equal(client.closed, 'session expired');
  assert.equal(learner.database.tree.findPath('/x'), 0);
  ensemble.assertAgree();
});

test('session: touched by requests → told to the leader once a ping', () => {
  const { ensemble, learner, client } = open();
  learner.sessions.takeTouched();
  client.send({ kind: 'ping' });
  client.send(GET_ROOT);
  assert.deepEqual(learner.sessions.takeTouched(), [[client.sessionId, 6000]]);
  assert.deepEqual(learner.sessions.takeTouched(), []);
  ensemble.assertAgree();
});

test('session: taken up at another server → answered when the leader says so, and nothing is read before', () => {
  const { ensemble, client } = open(2);
  const { processor, toLeader, sessions } = ensemble.learner(1);
  client.move(processor, { timeOut: 9000 });
  client.sendBytes(encodeAsk(1, createAsk('/x')));
  client.asked.push({ xid: 1, ask: createAsk('/x') });
  assert.equal(client.connection.isThrottled, true);
  assert.deepEqual(toLeader, [
    { kind: 'revalidate', sessionId: client.sessionId, timeoutMs: 9000 },
  ]);
  assert.equal(client.answer, null);
  ensemble.settle();
  assert.equal(client.answer, client.sessionId);
  assert.deepEqual(client.outcomes, [[1, 0]]);
  assert.deepEqual(processor.takeResumed(), [client.connection]);
  assert.equal(client.connection.isThrottled, false);
  const session = ensemble.sessions.get(client.sessionId);
  assert.deepEqual([session?.owner, session?.timeoutMs], [ensemble.learner(1), 9000]);
  assert.equal(sessions.get(client.sessionId)?.timeoutMs, 9000);
});

test('session: taken up behind a write of its former connection → answered when that is applied', () => {
  const { ensemble, learner, client } = open();
  client.send(createAsk('/x'));
  client.move(learner.processor);
  while (ensemble.deliverUp(learner));
  ensemble.deliverDown(learner);
  assert.equal(client.answer, null);
  ensemble.settle();
  assert.equal(client.answer, client.sessionId);
  client.send({ kind: 'exists', path: '/x', watch: false });
  assert.equal(client.replies.at(-1)?.err, 0);
});

test('session: unknown to the leader → zeros, and the end', () => {
  const { ensemble, learner } = open();
  const client = new ToyClient(learner.processor, {
    sessionId: 99n,
    password: sessionPassword(99n),
  });
  ensemble.settle();
  assert.equal(client.answer, 0n);
  assert.equal(client.closed, 'session expired');
  assert.equal(learner.processor.connectionOf(99n), undefined);
});

test('session: a wrong password → refused here, the leader is not asked; the former connection ends', () => {
  const { ensemble, learner, client } = open();
  const { sessionId } = client;
  const thief = new ToyClient(learner.processor, { sessionId, password: new Uint8Array(16) });
  assert.deepEqual(learner.toLeader, []);
  assert.equal(thief.answer, 0n);
  client.poll();
  assert.equal(client.closed, 'client reconnected');
  ensemble.assertAgree();
});

test('session: a second connection while the leader is asked → the first ends, each answer finds its own', () => {
  const { ensemble, learner, client } = open();
  const { sessionId, password } = client;
  const first = new ToyClient(learner.processor, { sessionId, password, timeOut: 5000 });
  const second = new ToyClient(learner.processor, { sessionId, password, timeOut: 8000 });
  first.poll();
  assert.equal(first.closed, 'client reconnected');
  while (ensemble.deliverUp(learner));
  ensemble.deliverDown(learner);
  assert.equal(second.answer, null);
  ensemble.deliverDown(learner);
  assert.equal(second.answer, sessionId);
  assert.equal(first.answer, null);
  assert.equal(learner.processor.connectionOf(sessionId), second.connection);
  assert.equal(learner.sessions.get(sessionId)?.timeoutMs, 8000);
});

test('session: the client goes before the leader answers → nothing is left of it', () => {
  const { ensemble, client } = open(2);
  const learner = ensemble.learner(1);
  client.move(learner.processor);
  learner.processor.disconnect(client.connection);
  ensemble.settle();
  assert.equal(client.answer, null);
  assert.equal(learner.processor.connectionOf(client.sessionId), undefined);
  assert.equal(learner.processor.writes.onRevalidated(client.sessionId, true), false);
});

test('session: closed while it is being taken up → the answer decides', () => {
  const { ensemble, client } = open(2);
  const learner = ensemble.learner(1);
  client.send({ kind: 'closeSession' });
  while (ensemble.deliverUp(ensemble.learner(0)));
  client.move(learner.processor);
  ensemble.commitOne();
  ensemble.deliverDown(learner);
  assert.equal(client.answer, null);
  ensemble.settle();
  assert.equal(client.answer, 0n);
  assert.equal(client.closed, 'session expired');
});

test('session: moved, with a write of the old connection under way → SessionMoved ends the old one, unanswered', () => {
  const { ensemble, learner, client } = open(2);
  const { sessionId, password } = client;
  const moved = new ToyClient(ensemble.learner(1).processor, { sessionId, password });
  ensemble.settle();
  assert.equal(moved.answer, sessionId);
  client.send(GET_ROOT);
  client.send(createAsk('/old'));
  moved.send(createAsk('/new'));
  ensemble.settle();
  assert.deepEqual(client.outcomes, [[1, 0]]);
  assert.equal(client.closed, 'session moved');
  assert.deepEqual(moved.outcomes, [[1, 0]]);
  assert.equal(learner.database.tree.findPath('/old'), 0);
  ensemble.assertAgree();
});

test('session: a multi that Java refuses part by part, as the session has moved → the same end', () => {
  const { learner, client } = open();
  client.send({ kind: 'multi', parts: [createAsk('/x')] });
  const zxid = learner.processor.lastZxid + 1;
  const data = Uint8Array.of(0xff, 0xff, 0xff, 0x8a);
  learner.processor.writes.commit(
    { clientId: client.sessionId, cxid: 1, zxid, time: 0 },
    { type: OpCode.multi, body: { txns: [{ type: OpCode.error, data }] } },
  );
  assert.deepEqual(client.replies, []);
  assert.equal(client.closed, 'session moved');
});

test('session: refused by the leader before it began → zeros, not a reply header', () => {
  const ensemble = new ToyEnsemble(1);
  const learner = ensemble.learner();
  const client = new ToyClient(learner.processor);
  const [request] = learner.toLeader;
  assert.ok(request?.kind === 'request');
  const origin = { clientId: request.sessionId, cxid: 0, zxid: 1, time: 0 };
  learner.processor.writes.commit(origin, errorTxn(ErrorCode.MarshallingError));
  assert.equal(client.answer, 0n);
  assert.equal(client.closed, 'session refused');
  assert.equal(learner.processor.connectionOf(request.sessionId), undefined);
});

test('session: closeSession that the leader knows no session for → the error, and the end all the same', () => {
  const { ensemble, learner, client } = open();
  client.send({ kind: 'closeSession' });
  const zxid = learner.processor.lastZxid + 1;
  const origin = { clientId: client.sessionId, cxid: 1, zxid, time: 0 };
  learner.processor.writes.commit(origin, errorTxn(ErrorCode.UnknownSession));
  assert.deepEqual(client.outcomes, [[1, ErrorCode.UnknownSession]]);
  assert.equal(client.closed, 'session closed');
  assert.equal(ensemble.leader.outstanding, 0);
});

test('session: an answer for a former connection of the session → not given to the new one', () => {
  const { ensemble, learner, client } = open();
  client.send(createAsk('/x'));
  client.move(learner.processor);
  client.nextXid = 1;
  while (ensemble.deliverUp(learner));
  ensemble.commitOne();
  while (ensemble.deliverDown(learner));
  client.send(createAsk('/y'));
  assert.deepEqual(client.outcomes, []);
  ensemble.settle();
  assert.equal(client.replies[0]?.body.path, '/y');
  ensemble.assertAgree();
});

// --- The end of the role --------------------------------------------------------------------------

test('learner: its role ends → every connection closes, nothing more is told', () => {
  const { ensemble, learner, client } = open();
  client.send({ kind: 'exists', path: '/x', watch: true });
  client.send(createAsk('/y'));
  learner.processor.end('the leader is lost');
  assert.deepEqual(client.outcomes, [[1, ErrorCode.NoNode]]);
  assert.equal(client.closed, 'the leader is lost');
  const zxid = learner.processor.lastZxid + 1;
  const body = { path: '/x', data: null, acl: [], ephemeral: false, parentCVersion: 1 };
  learner.database.apply({ clientId: 1n, cxid: 1, zxid, time: 0 }, { type: OpCode.create, body });
  assert.equal(client.received.filter(({ kind }) => kind === 'event').length, 0);
  assert.equal(ensemble.leader.outstanding, 0);
});
