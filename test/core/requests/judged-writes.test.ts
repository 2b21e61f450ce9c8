import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../src/base/zxid.ts';
import type { ClientConnection } from '../../../src/core/requests/client-connection.ts';
import {
  createJudgedProcessor,
  type ForwardedRequest,
  type JudgedProcessor,
} from '../../../src/core/requests/judged-writes.ts';
import type { Leadership } from '../../../src/core/requests/operation.ts';
import { ServerDatabase } from '../../../src/core/requests/server-database.ts';
import { sessionPassword } from '../../../src/core/sessions/session-password.ts';
import { SessionTracker } from '../../../src/core/sessions/session-tracker.ts';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import type { Id } from '../../../src/protocol/records/acl.ts';
import { simAccess } from '../../../src/sim/access.ts';
import { encodeAsk, encodeConnect, type SentAsk } from '../../../src/sim/clients/client-request.ts';
import { createAsk, errorOf, replyOf, startServer } from '../../scenario/asks.ts';
import { REQUEST_OPTIONS } from '../../scenario/scenario-options.ts';
import type { ScenarioServer } from '../../scenario/scenario-server.ts';

test('writes: the data of a write under way → is a copy, too', () => {
  const run = startServer();
  const client = run.client('a');
  const ask = createAsk('/x', { data: Buffer.from('kept') });
  client.asked.push({ xid: 1, ask });
  const chunk = encodeAsk(1, ask);
  run.sendBytes(client, chunk);
  chunk.fill(0xa5);
  run.syncDisk();
  const get = run.call('a', { kind: 'getData', path: '/x', watch: false });
  assert.equal(Buffer.from(replyOf(get).body.data ?? []).toString(), 'kept');
});

// --- What a leader does ---------------------------------------------------------------------------

const LEARNER = { name: 'learner' };
const OTHER = { name: 'other learner' };
const AUTH: readonly Id[] = [{ scheme: 'ip', id: '10.0.0.9' }];
const SESSION = 0x2000000000000aan;

type Forwarding = Partial<ForwardedRequest>;

/** Hands a learner's request in; the txns that it became, as the trace of the log shows them. */
function forward(run: ScenarioServer, facts: Forwarding): string {
  run.trace.length = 0;
  run.step((server) => {
    server.processor.writes.submitForwarded({
      owner: LEARNER,
      sessionId: SESSION,
      cxid: 9,
      type: OpCode.create,
      body: new Uint8Array(0),
      authIds: AUTH,
      ...facts,
    });
  });
  const line = run.trace.find((each) => each.startsWith('log ')) ?? 'nothing is logged';
  run.syncDisk();
  return line.replace(/^log \S+ session=\S+ /, '');
}

function createSession(run: ScenarioServer, facts: Forwarding = {}): string {
  const body = Uint8Array.of(0, 0, 0x40, 0);
  return forward(run, { type: OpCode.createSession, cxid: 0, body, authIds: null, ...facts });
}

/** The body of a client's request. */
function bodyOf(ask: SentAsk): Uint8Array {
  return encodeAsk(1, ask).subarray(12);
}

function expectCreation(run: ScenarioServer, facts: Forwarding = {}): string {
  return forward(run, { body: bodyOf(createAsk('/f')), ...facts });
}

test('forwarded: a new session → tracked with its id and time-out, owned by the learner', () => {
  const run = startServer();
  assert.equal(createSession(run), 'cxid=0 CreateSessionTxn{timeOut=16384}');
  const session = run.server.sessions.get(SESSION);
  assert.deepEqual([session?.timeoutMs, session?.owner], [16_384, LEARNER]);
  assert.equal(run.server.database.sessionsWithTimeouts.get(SESSION), 16_384);
});

test('forwarded: a write → judged with the ids of its client, and its bytes are copied', () => {
  const run = startServer();
  createSession(run);
  const body = bodyOf(createAsk('/f', { data: Buffer.from('kept') })).slice();
  run.step(({ processor }) => {
    const facts = { owner: LEARNER, sessionId: SESSION, cxid: 1, type: OpCode.create };
    processor.writes.submitForwarded({ ...facts, body, authIds: AUTH });
    body.fill(0xa5);
  });
  run.syncDisk();
  const get = replyOf(run.call('a', { kind: 'getData', path: '/f', watch: false }));
  assert.equal(Buffer.from(get.body.data ?? []).toString(), 'kept');
});

test('forwarded: what cannot be judged → an error txn, as only that answers', () => {
  const run = startServer();
  createSession(run);
  const errors: readonly (readonly [Forwarding, string])[] = [
    [{ body: Uint8Array.of(0, 0, 0, 99) }, 'MarshallingError'],
    [{ body: bodyOf(createAsk('/f')), authIds: null }, 'MarshallingError'],
    [{ type: 99 }, 'Unimplemented'],
    [{ type: OpCode.getData }, 'Unimplemented'],
    [{ type: OpCode.deleteContainer }, 'Unimplemented'],
    [{ body: bodyOf(createAsk('/f')), sessionId: 99n }, 'SessionExpired'],
    [{ body: bodyOf(createAsk('/f')), owner: OTHER }, 'SessionMoved'],
    [{ body: bodyOf(createAsk('/none/x')) }, 'NoNode'],
  ];
  for (const [facts, err] of errors) assert.equal(forward(run, facts), `cxid=9 ${err}`);
  assert.equal(run.server.processor.outstanding, 0);
});

test('forwarded: closeSession, also by who is not the owner → the end of the session', () => {
  const run = startServer();
  createSession(run);
  const body = bodyOf(createAsk('/e', { flags: 1 }));
  forward(run, { body });
  const closing = { type: OpCode.closeSession, body: new Uint8Array(0), owner: OTHER };
  assert.match(forward(run, closing), /CloseSessionTxn.*\/e/);
  assert.equal(run.server.sessions.get(SESSION), undefined);
  assert.equal(expectCreation(run), 'cxid=9 SessionExpired');
});

test('forwarded: a write behind an expiry that is under way → SessionExpired, nothing outlives it', () => {
  const run = startServer();
  createSession(run);
  const session = run.server.sessions.get(SESSION) ?? assert.fail();
  run.server.sessions.setClosing(session);
  run.step(({ processor }) => processor.writes.expire(session));
  assert.equal(expectCreation(run), 'cxid=9 SessionExpired');
  assert.equal(run.server.processor.writes.touchForwarded(SESSION), false);
});

test('forwarded: much of it → does not hold back the own clients', () => {
  const run = startServer({ globalOutstandingLimit: 2 });
  createSession(run);
  const body = bodyOf(createAsk('/none/x'));
  run.step(({ processor }) => {
    for (let cxid = 1; cxid < 9; cxid++) {
      const facts = { owner: LEARNER, sessionId: SESSION, cxid, type: OpCode.create };
      processor.writes.submitForwarded({ ...facts, body, authIds: AUTH });
    }
  });
  run.send('a', createAsk('/x'));
  assert.equal(run.client('a').connection?.isThrottled, false);
  assert.equal(run.server.processor.outstanding, 1);
  run.syncDisk();
  assert.equal(run.server.processor.outstanding, 0);
});

test('owner: a session that went to a learner → its old connection ends with its next write, unanswered', () => {
  const run = startServer();
  const { sessionId } = run.client('a');
  const { writes } = run.server.processor;
  assert.equal(writes.revalidate(sessionId, 7000, LEARNER), true);
  assert.equal(run.server.sessions.get(sessionId)?.timeoutMs, 7000);
  run.call('a', { kind: 'ping' });
  const before = run.client('a').received.length;
  run.send('a', createAsk('/x'));
  run.syncDisk();
  assert.equal(run.client('a').connection, null);
  assert.equal(run.client('a').received.length, before);
  assert.ok(run.trace.includes('a × session moved'));
  assert.equal(run.server.database.tree.findPath('/x'), 0);
  assert.equal(
    expectCreation(run, { sessionId }),
    'cxid=9 CreateTxn{path="/f" data=null acl=open ephemeral=false parentCVersion=1}',
  );
});

test('owner: back from the learner → the learner is the one that has moved', () => {
  const run = startServer();
  createSession(run);
  run.connect('b', { sessionId: SESSION, password: sessionPassword(SESSION) });
  assert.equal(expectCreation(run), 'cxid=9 SessionMoved');
  assert.equal(errorOf(run.call('b', createAsk('/x'))), 'Ok');
});

test('owner: nobody has taken the session up since the start → who writes first', () => {
  const run = startServer();
  const { sessionId } = run.client('a');
  run.kill();
  assert.match(expectCreation(run, { sessionId }), /CreateTxn/);
  assert.equal(expectCreation(run, { sessionId, owner: OTHER }), 'cxid=9 SessionMoved');
});

test('revalidate: an unknown or closing session → false, and its owner stays', () => {
  const run = startServer();
  createSession(run);
  const { writes } = run.server.processor;
  assert.equal(writes.revalidate(99n, 7000, OTHER), false);
  const session = run.server.sessions.get(SESSION) ?? assert.fail();
  run.server.sessions.setClosing(session);
  assert.equal(writes.revalidate(SESSION, 7000, OTHER), false);
  assert.equal(session.owner, LEARNER);
});

test('touch: what a learner heard of → keeps the session alive, by its own time-out', () => {
  const run = startServer();
  createSession(run);
  const session = run.server.sessions.get(SESSION) ?? assert.fail();
  for (let i = 0; i < 10; i++) {
    run.tick(10_000);
    assert.equal(run.server.processor.writes.touchForwarded(SESSION), true);
  }
  assert.equal(session.isClosing, false);
  run.tick(21_000);
  assert.equal(session.isClosing, true);
});

interface Leading {
  readonly processor: JudgedProcessor;
  readonly database: ServerDatabase;
  readonly logged: number[];
}

function lead(firstZxid: number, leadership?: Leadership): Leading {
  const now = { monotonicMs: 0, wallMs: 1000 };
  const database = new ServerDatabase(DataTree.fresh(REQUEST_OPTIONS), REQUEST_OPTIONS);
  const logged: number[] = [];
  const start = { monotonicMs: 0, seedMs: 1000, lastZxid: 0 };
  const parts = {
    database,
    sessions: new SessionTracker(REQUEST_OPTIONS, start),
    access: simAccess(),
    options: REQUEST_OPTIONS,
    journal: { append: ({ zxid }: { zxid: number }) => void logged.push(zxid) },
    firstZxid,
    leadership,
  };
  return { processor: createJudgedProcessor(parts, now), database, logged };
}

function openSession({ processor }: Leading): ClientConnection {
  const connection = processor.connect({ address: '10.0.0.1', port: 1 });
  const session = { sessionId: 0n, passwd: new Uint8Array(16), readOnly: false };
  const rest = { protocolVersion: 0, lastZxidSeen: 0, timeOut: 6000 };
  processor.receive(connection, encodeConnect({ ...rest, ...session }));
  return connection;
}

test('leader: the zxids → begin where its epoch does, and agree with the tree when committed', () => {
  const leading = lead(makeZxid(3, 1));
  openSession(leading);
  openSession(leading);
  assert.deepEqual(leading.logged, [makeZxid(3, 1), makeZxid(3, 2)]);
  leading.processor.writes.onCommitted(makeZxid(3, 1));
  assert.equal(leading.database.tree.lastProcessedZxid, makeZxid(3, 1));
  assert.equal(leading.processor.outstanding, 1);
});

test('leader: a sync that has to be confirmed → answered in its turn, reads and writes behind it', () => {
  const asked: number[] = [];
  const leading = lead(makeZxid(3, 1), { sync: (afterZxid) => void asked.push(afterZxid) });
  const { processor } = leading;
  const { writes } = processor;
  const connection = openSession(leading);
  writes.onCommitted(makeZxid(3, 1));
  const answered = () => connection.stats.sent;
  const before = answered();
  processor.receive(connection, encodeAsk(1, createAsk('/x')));
  processor.receive(connection, encodeAsk(2, { kind: 'sync', path: '/' }));
  processor.receive(connection, encodeAsk(3, { kind: 'exists', path: '/x', watch: false }));
  assert.deepEqual(asked, [makeZxid(3, 2)]);
  writes.onCommitted(makeZxid(3, 2));
  assert.equal(answered() - before, 1);
  writes.onSyncAnswered();
  assert.equal(answered() - before, 3);
  assert.equal(connection.hasPendingWrites, false);
  processor.receive(connection, encodeAsk(4, { kind: 'sync', path: '/' }));
  assert.deepEqual(asked.slice(1), [-1]);
});

test('leader: the counter at its end → nothing more is judged, and it says so', () => {
  const leading = lead(makeZxid(3, 0xffff_fffd));
  openSession(leading);
  openSession(leading);
  assert.equal(leading.processor.writes.isZxidExhausted, false);
  const third = openSession(leading);
  assert.equal(leading.processor.writes.isZxidExhausted, true);
  assert.deepEqual(leading.logged, [makeZxid(3, 0xffff_fffd), makeZxid(3, 0xffff_fffe)]);
  leading.processor.writes.onCommitted(makeZxid(3, 0xffff_fffe));
  assert.equal(third.output, null);
  assert.equal(third.hasPendingWrites, true);
});

test('leader: a sync behind a write for which there is no zxid → not asked, nothing is answered', () => {
  const asked: number[] = [];
  const sync = (afterZxid: number) => void asked.push(afterZxid);
  const leading = lead(makeZxid(3, 0xffff_fffe), { sync });
  const connection = openSession(leading);
  leading.processor.writes.onCommitted(makeZxid(3, 0xffff_fffe));
  const { sent } = connection.stats;
  const { processor } = leading;
  processor.receive(connection, encodeAsk(1, createAsk('/x')));
  processor.receive(connection, encodeAsk(2, { kind: 'exists', path: '/x', watch: false }));
  processor.receive(connection, encodeAsk(3, { kind: 'sync', path: '/' }));
  assert.deepEqual(asked, []);
  assert.equal(connection.stats.sent, sent);
});

test('leader: its role ends → what it prepared is handed over in order, every connection closes, nothing fires', () => {
  const leading = lead(makeZxid(3, 1));
  const { processor, database } = leading;
  const connection = openSession(leading);
  processor.writes.onCommitted(makeZxid(3, 1));
  processor.receive(connection, encodeAsk(1, { kind: 'exists', path: '/x', watch: true }));
  processor.output.takeDirty();
  processor.output.release(connection);
  processor.receive(connection, encodeAsk(2, createAsk('/x')));
  processor.receive(connection, encodeAsk(3, createAsk('/y')));
  processor.end('leader no more');
  assert.equal(connection.closeReason, 'leader no more');
  assert.deepEqual(processor.output.takeDirty(), [connection]);
  const pending = processor.writes.takePending();
  assert.deepEqual(
    pending.map(({ origin }) => origin.zxid),
    [makeZxid(3, 2), makeZxid(3, 3)],
  );
  for (const { origin, txn } of pending) database.apply(origin, txn);
  assert.equal(connection.output?.at, 0);
  assert.ok(database.tree.findPath('/y') > 0);
  assert.deepEqual(processor.writes.takePending(), []);
});
