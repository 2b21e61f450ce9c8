import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../../../src/protocol/op-code.ts';
import {
  createAsk,
  errorOf,
  replyOf,
  setAsk,
  startServer,
  worldAcl,
} from '../../../scenario/asks.ts';

const REFUSALS: readonly [string, ReturnType<typeof setAsk>, string][] = [
  ['the empty path', setAsk('', 'x', 7), 'BadArguments'],
  ['a trailing slash', setAsk('/x/', 'x', 7), 'BadArguments'],
  ['a missing node', setAsk('/missing', 'x', 7), 'NoNode'],
  ['no WRITE, before the version', setAsk('/closed', 'x', 7), 'NoAuth'],
  ['another version', setAsk('/x', 'x', 7), 'BadVersion'],
  ['a negative version that is not -1', setAsk('/x', 'x', -2), 'BadVersion'],
];

test('setData: what may not be → its error, in the order of the checks', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  run.call('a', createAsk('/closed', { acl: worldAcl(1) }));
  for (const [name, ask, error] of REFUSALS) assert.equal(errorOf(run.call('a', ask)), error, name);
});

test('setData: good → the next version, the zxid and the time of the txn', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  run.tick(1234);
  const { zxid, body } = replyOf(run.call('a', setAsk('/x', 'four', 0)));
  assert.equal(body.stat?.version, 1);
  assert.equal(body.stat?.mzxid, zxid);
  assert.equal(body.stat?.czxid, zxid - 1);
  assert.equal((body.stat?.mtime ?? 0) - (body.stat?.ctime ?? 0), 1234);
  assert.equal(body.stat?.dataLength, 4);
});

test('setData: two under way → the second is judged by the version that the first will make', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  run.send('a', setAsk('/x', '1', 0));
  run.send('a', setAsk('/x', '2', 0));
  run.send('a', setAsk('/x', '3', 1));
  run.syncDisk();
  const errors = run.client('a').received.slice(-3).map(errorOf);
  assert.deepEqual(errors, ['Ok', 'BadVersion', 'Ok']);
});

test('setData: null and empty data → told apart, both of length 0', () => {
  const run = startServer();
  run.call('a', createAsk('/x', { data: Buffer.from('x') }));
  const get = { kind: 'getData', path: '/x', watch: false } as const;
  run.call('a', { kind: 'setData', path: '/x', data: null, version: -1 });
  assert.equal(replyOf(run.call('a', get)).body.data, null);
  run.call('a', setAsk('/x', ''));
  const { data, stat } = replyOf(run.call('a', get)).body;
  assert.equal(data?.length, 0);
  assert.equal(stat?.dataLength, 0);
});

test('setData: a null path → BadArguments', () => {
  const run = startServer();
  const received = run.callRaw('a', OpCode.setData, (writer) => {
    writer.ustring(null);
    writer.buffer(null);
    writer.int(-1);
  });
  assert.equal(errorOf(received), 'BadArguments');
});
