import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../../../src/protocol/op-code.ts';
import { createAsk, errorOf, replyOf, startServer, worldAcl } from '../../../scenario/asks.ts';

const del = (path: string, version = -1) => ({ kind: 'delete', path, version }) as const;

const REFUSALS: readonly [string, ReturnType<typeof del>, string][] = [
  ['no slash', del('x', 7), 'BadArguments'],
  ['a NUL', del('/x\0', 7), 'BadArguments'],
  ['the root', del('/'), 'BadArguments'],
  ['a reserved node', del('/zookeeper/quota'), 'BadArguments'],
  ['a missing parent', del('/missing/x'), 'NoNode'],
  ['no DELETE on the parent', del('/closed/missing', 7), 'NoAuth'],
  ['a missing node', del('/missing', 7), 'NoNode'],
  ['a bad name is only a missing node', del('/x/'), 'NoNode'],
  ['another version, before children are counted', del('/parent', 7), 'BadVersion'],
  ['children', del('/parent', 0), 'NotEmpty'],
];

test('delete: what may not be → its error, in the order of the checks', () => {
  const run = startServer();
  for (const path of ['/x', '/parent', '/parent/child']) run.call('a', createAsk(path));
  run.call('a', createAsk('/closed', { acl: worldAcl(1) }));
  for (const [name, ask, error] of REFUSALS) assert.equal(errorOf(run.call('a', ask)), error, name);
});

test('delete: a node → gone, and the parent shows when', () => {
  const run = startServer();
  run.call('a', createAsk('/p'));
  run.call('a', createAsk('/p/c'));
  const { zxid, body } = replyOf(run.call('a', del('/p/c', 0)));
  assert.deepEqual(body, {});
  const { stat } = replyOf(run.call('a', { kind: 'exists', path: '/p', watch: false })).body;
  assert.equal(stat?.pzxid, zxid);
  assert.equal(stat?.cversion, 2);
  assert.equal(stat?.numChildren, 0);
});

test('delete: a null path → MarshallingError', () => {
  const run = startServer();
  const received = run.callRaw('a', OpCode.delete, (writer) => {
    writer.ustring(null);
    writer.int(-1);
  });
  assert.equal(errorOf(received), 'MarshallingError');
});

test('deleteContainer: from a client → Unimplemented, without a zxid, and the connection goes on', () => {
  const run = startServer();
  run.call('a', createAsk('/c', { type: OpCode.createContainer, flags: 4 }));
  const received = run.callRaw('a', OpCode.deleteContainer, (writer) => writer.ustring('/c'));
  assert.equal(errorOf(received), 'Unimplemented');
  assert.equal(replyOf(run.call('a', createAsk('/x'))).zxid, 3);
});
