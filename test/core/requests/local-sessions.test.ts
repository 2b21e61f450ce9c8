import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverIdOf } from '../../../src/core/sessions/session-ids.ts';
import { sessionPassword } from '../../../src/core/sessions/session-password.ts';
import { CreateMode } from '../../../src/protocol/create-mode.ts';
import { ErrorCode } from '../../../src/protocol/error-code.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { encodeAsk } from '../../../src/sim/clients/client-request.ts';
import { createAsk } from '../../scenario/asks.ts';
import { ToyClient } from './toy-client.ts';
import { type Processor, ToyEnsemble } from './toy-ensemble.ts';

const EPHEMERAL = { flags: CreateMode.ephemeral };
const GET_ROOT = { kind: 'getData', path: '/', watch: false } as const;
const LOCAL = { localSessionsEnabled: true };
const UPGRADING = { ...LOCAL, localSessionsUpgradingEnabled: true };

/** The same on the leader and on a learner. */
const places = [
  ['leader', (ensemble: ToyEnsemble): Processor => ensemble.leader],
  ['learner', (ensemble: ToyEnsemble): Processor => ensemble.learner().processor],
] as const;

function localCount(processor: Processor): number {
  return processor.localSessionBuckets().reduce((sum, [, sessions]) => sum + sessions.length, 0);
}

for (const [place, processorOf] of places) {
  test(`local session: on a ${place} → made at once, without a txn; it reads and writes`, () => {
    const ensemble = new ToyEnsemble(2, LOCAL);
    const client = new ToyClient(processorOf(ensemble));
    assert.equal(client.answer, client.sessionId);
    assert.equal(localCount(processorOf(ensemble)), 1);
    client.send(GET_ROOT);
    client.send(createAsk('/x'));
    ensemble.settle();
    assert.deepEqual(client.outcomes, [
      [1, ErrorCode.Ok],
      [2, ErrorCode.Ok],
    ]);
    assert.equal(ensemble.database.sessionsWithTimeouts.size, 0);
    assert.deepEqual(ensemble.database.tree.lastProcessedZxid & 0xff, 1);
    ensemble.assertAgree();
  });

  test(`local session: on a ${place}, closed → answered behind its writes, forgotten, no txn`, () => {
    const ensemble = new ToyEnsemble(1, LOCAL);
    const client = new ToyClient(processorOf(ensemble));
    client.poll();
    client.send(createAsk('/x'));
    client.send({ kind: 'closeSession' });
    assert.deepEqual(client.outcomes, []);
    client.send(createAsk('/ignored'));
    ensemble.settle();
    assert.deepEqual(client.outcomes, [
      [1, ErrorCode.Ok],
      [2, ErrorCode.Ok],
    ]);
    assert.equal(client.closed, 'session closed');
    assert.equal(localCount(processorOf(ensemble)), 0);
    assert.equal(ensemble.database.tree.findPath('/ignored'), 0);
    ensemble.assertAgree();
  });

  test(`local session: back at the same ${place} → goes on with the new time-out`, () => {
    const ensemble = new ToyEnsemble(1, LOCAL);
    const client = new ToyClient(processorOf(ensemble));
    client.poll();
    const { sessionId } = client;
    client.move(processorOf(ensemble), { timeOut: 9000 });
    assert.equal(client.answer, sessionId);
    assert.equal(client.connection.session?.timeoutMs, 9000);
  });

  test(`local session: on a ${place}, an ephemeral without upgrading → refused, in its turn`, () => {
    const ensemble = new ToyEnsemble(1, LOCAL);
    const client = new ToyClient(processorOf(ensemble));
    client.poll();
    client.send(createAsk('/x'));
    client.send(createAsk('/e', EPHEMERAL));
    client.send({ kind: 'multi', parts: [createAsk('/y'), createAsk('/e', EPHEMERAL)] });
    client.send(createAsk('/z'));
    ensemble.settle();
    const refused = ErrorCode.EphemeralOnLocalSession;
    assert.deepEqual(
      client.outcomes.map(([, err]) => err),
      [ErrorCode.Ok, refused, refused, ErrorCode.Ok],
    );
    assert.equal(ensemble.database.tree.findPath('/y'), 0);
    ensemble.assertAgree();
  });

  for (const [what, ask] of [
    ['an ephemeral', createAsk('/e', EPHEMERAL)],
    ['one by create2', createAsk('/e', { ...EPHEMERAL, type: OpCode.create2 })],
    ['one in a multi', { kind: 'multi', parts: [createAsk('/x'), createAsk('/e', EPHEMERAL)] }],
  ] as const) {
    test(`local session: on a ${place}, upgraded: ${what} → known to all, with its node`, () => {
      const ensemble = new ToyEnsemble(2, UPGRADING);
      const processor = processorOf(ensemble);
      const client = new ToyClient(processor, { timeOut: 7000 });
      client.poll();
      client.send(ask);
      client.send(GET_ROOT);
      ensemble.settle();
      assert.deepEqual(client.outcomes, [
        [1, ErrorCode.Ok],
        [2, ErrorCode.Ok],
      ]);
      assert.equal(localCount(processor), 0);
      assert.deepEqual([...ensemble.database.sessionsWithTimeouts], [[client.sessionId, 7000]]);
      assert.deepEqual(ensemble.database.tree.ephemeralsOf(client.sessionId), ['/e']);
      client.send({ kind: 'closeSession' });
      ensemble.settle();
      assert.equal(ensemble.database.tree.findPath('/e'), 0);
      client.poll();
      assert.equal(client.closed, 'session closed');
      ensemble.assertAgree();
    });
  }

  test(`local session: on a ${place}, containers and TTL nodes → no upgrade`, () => {
    const ensemble = new ToyEnsemble(1, UPGRADING);
    const client = new ToyClient(processorOf(ensemble));
    client.poll();
    client.send(createAsk('/c', { flags: CreateMode.container, type: OpCode.createContainer }));
    const ttl = { flags: CreateMode.persistentWithTtl, type: OpCode.createTtl, ttl: 1000 };
    client.send(createAsk('/t', ttl));
    ensemble.settle();
    assert.deepEqual(
      client.outcomes.map(([, err]) => err),
      [ErrorCode.Ok, ErrorCode.Ok],
    );
    assert.equal(localCount(processorOf(ensemble)), 1);
  });
}

test('local session: elsewhere → expired, until it is upgraded', () => {
  const ensemble = new ToyEnsemble(2, UPGRADING);
  const [first, second] = [ensemble.learner(0).processor, ensemble.learner(1).processor];
  for (const [from, to] of [
    [first, second],
    [first, ensemble.leader],
    [ensemble.leader, first],
  ] as const) {
    const client = new ToyClient(from);
    client.poll();
    client.move(to);
    ensemble.settle();
    assert.equal(client.answer, 0n);
  }
  const client = new ToyClient(first);
  client.poll();
  client.send(createAsk('/e', EPHEMERAL));
  ensemble.settle();
  client.move(second);
  ensemble.settle();
  assert.equal(client.answer, client.sessionId);
});

test('local session: the request for the upgrade → goes first, in the same session', () => {
  const ensemble = new ToyEnsemble(1, UPGRADING);
  const learner = ensemble.learner();
  const client = new ToyClient(learner.processor);
  client.poll();
  client.send(createAsk('/e', EPHEMERAL));
  client.send(createAsk('/f', EPHEMERAL));
  const asked = learner.toLeader.map((each) => (each.kind === 'request' ? each.type : null));
  assert.deepEqual(asked, [OpCode.createSession, OpCode.create, OpCode.create]);
});

test('local session: upgraded and gone before that is committed → the leader expires it', () => {
  const ensemble = new ToyEnsemble(1, UPGRADING);
  const learner = ensemble.learner();
  const client = new ToyClient(learner.processor);
  client.poll();
  client.send(createAsk('/e', EPHEMERAL));
  learner.processor.disconnect(client.connection);
  ensemble.settle();
  ensemble.wait(60_000);
  const [session] = ensemble.sessions.takeExpired(60_000);
  assert.equal(session?.id, client.sessionId);
  ensemble.leader.writes.expire(session);
  ensemble.settle();
  assert.equal(ensemble.database.tree.findPath('/e'), 0);
  ensemble.assertAgree();
});

test('local session: not heard of → expired where it is, and its connection ends', () => {
  const ensemble = new ToyEnsemble(1, LOCAL);
  const learner = ensemble.learner();
  const client = new ToyClient(learner.processor);
  client.poll();
  ensemble.wait(60_000);
  const [session] = learner.sessions.takeExpired(60_000);
  assert.ok(session !== undefined);
  learner.processor.connector.expireLocal(session);
  client.poll();
  assert.equal(client.closed, 'session expired');
  assert.deepEqual(learner.toLeader, []);
  assert.equal(learner.processor.stats.sessionsExpired, 1);
});

test('local session: the leader expires its own → no txn', () => {
  const ensemble = new ToyEnsemble(1, LOCAL);
  const client = new ToyClient(ensemble.leader);
  client.poll();
  const [session] = ensemble.sessions.takeExpired(60_000);
  assert.ok(session !== undefined);
  ensemble.leader.writes.expire(session);
  client.poll();
  assert.equal(client.closed, 'session expired');
  assert.equal(ensemble.proposed.length, 0);
});

test('local session: a learner asks for an ephemeral of one that was never upgraded → expired', () => {
  const ensemble = new ToyEnsemble(1, UPGRADING);
  const sessionId = (2n << 56n) | 77n;
  const owner = ensemble.learner();
  const request = { owner, cxid: 1, type: OpCode.create, authIds: [] };
  const body = (flags: number) => encodeAsk(1, createAsk('/n', { flags })).subarray(12);
  ensemble.leader.writes.submitForwarded({ ...request, sessionId, body: body(1) });
  ensemble.leader.writes.submitForwarded({ ...request, sessionId, body: body(0) });
  // One that this server would have made itself is known to be over.
  const own = (1n << 56n) | 77n;
  assert.equal(serverIdOf(own), 1);
  ensemble.leader.writes.submitForwarded({ ...request, sessionId: own, body: body(0) });
  ensemble.settle();
  assert.equal(ensemble.database.tree.lastProcessedZxid & 0xff, 3);
  assert.deepEqual(
    [ensemble.database.tree.ephemeralCount, ensemble.database.tree.findPath('/n') > 0],
    [0, true],
  );
});

test('local session: of a server without local sessions → the leader knows none, all is expired', () => {
  const ensemble = new ToyEnsemble(1);
  const client = new ToyClient(ensemble.learner().processor, {
    sessionId: 99n,
    password: sessionPassword(99n),
  });
  ensemble.settle();
  assert.equal(client.answer, 0n);
});
