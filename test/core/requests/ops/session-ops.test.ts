import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../../../src/protocol/op-code.ts';
import { connect, createAsk, errorOf, startServer } from '../../../scenario/asks.ts';

test('closeSession: the reply, then the end; the session and its ephemerals are gone', () => {
  const run = startServer();
  connect(run, 'b');
  run.call('a', createAsk('/e', { flags: 1 }));
  run.call('b', createAsk('/f', { flags: 1 }));
  assert.equal(errorOf(run.call('a', { kind: 'closeSession' })), 'Ok');
  assert.equal(run.client('a').connection, null);
  assert.deepEqual(
    [...run.server.database.sessionsWithTimeouts.keys()],
    [run.client('b').sessionId],
  );
  const { names } = (() => {
    const received = run.call('b', { kind: 'getChildren', path: '/', watch: false });
    assert.ok(received.kind === 'reply');
    return received.body;
  })();
  assert.deepEqual(names, ['f', 'zookeeper']);
});

test('closeSession: without closeSessionTxn.enabled → a bare txn, and the ephemerals go all the same', () => {
  const run = startServer({ closeSessionTxnEnabled: false });
  connect(run, 'b');
  run.call('a', createAsk('/e', { flags: 1 }));
  run.call('a', { kind: 'closeSession' });
  assert.ok(run.trace.some((line) => line.includes('CloseSessionTxn{paths2Delete=absent}')));
  assert.equal(errorOf(run.call('b', { kind: 'exists', path: '/e', watch: false })), 'NoNode');
});

test('closeSession: an ephemeral that its owner deletes behind → is deleted once', () => {
  const run = startServer();
  connect(run, 'b');
  run.call('a', createAsk('/e', { flags: 1 }));
  run.send('a', { kind: 'closeSession' });
  run.send('b', { kind: 'delete', path: '/e', version: -1 });
  run.syncDisk();
  assert.equal(errorOf(run.client('b').received.at(-1) ?? assert.fail()), 'NoNode');
});

test('expiry: an ephemeral under way when the session expires → in its closing txn', () => {
  const run = startServer();
  connect(run, 'b');
  run.send('a', createAsk('/late', { flags: 1 }));
  const session = run.server.sessions.get(run.client('a').sessionId);
  assert.ok(session !== undefined);
  run.step((server) => server.processor.writes.expire(session));
  run.syncDisk();
  assert.ok(run.trace.some((line) => line.includes('paths2Delete=["/late"]')));
  assert.equal(run.client('a').connection, null);
});

test('reconfig: switched off → ReconfigDisabled, switched on → Unimplemented; it takes a zxid', () => {
  for (const [reconfigEnabled, error] of [
    [false, 'ReconfigDisabled'],
    [true, 'Unimplemented'],
  ] as const) {
    const run = startServer({ reconfigEnabled });
    const received = run.callRaw('a', OpCode.reconfig, (writer) => {
      for (let i = 0; i < 3; i++) writer.ustring(null);
      writer.longFromNumber(-1);
    });
    assert.equal(errorOf(received), error);
    assert.equal(run.server.storage.lastAppended, 2);
  }
});
