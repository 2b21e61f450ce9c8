import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../../../src/protocol/op-code.ts';
import type { CreateAsk } from '../../../../src/sim/clients/client-request.ts';
import { createAsk, errorOf, replyOf, startServer, worldAcl } from '../../../scenario/asks.ts';

/** Each row would also break every rule below it: the order of the checks is seen. */
const REFUSALS: readonly [string, CreateAsk, string][] = [
  ['no mode', createAsk('bad', { flags: 7, acl: [] }), 'BadArguments'],
  ['a negative mode', createAsk('/x', { flags: -1 }), 'BadArguments'],
  [
    'createTTL without a TTL mode',
    createAsk('/x', { type: OpCode.createTtl, ttl: 5 }),
    'BadArguments',
  ],
  ['a TTL of 0', createAsk('bad', { type: OpCode.createTtl, flags: 5, ttl: 0 }), 'BadArguments'],
  ['a TTL mode without a TTL', createAsk('bad', { flags: 5 }), 'BadArguments'],
  [
    'a TTL beyond 40 bits',
    createAsk('/x', { type: OpCode.createTtl, flags: 5, ttl: 2 ** 40 }),
    'BadArguments',
  ],
  ['no slash at all', createAsk('bad', { acl: [] }), 'BadArguments'],
  ['a NUL', createAsk('/a\0', { acl: [] }), 'BadArguments'],
  ['an empty ACL', createAsk('/missing//', { acl: [] }), 'InvalidAcl'],
  ['a bad name under a missing parent', createAsk('/missing/.'), 'NoNode'],
  ['no CREATE on the parent', createAsk('/closed/.'), 'NoAuth'],
  ['a relative name', createAsk('/x/..'), 'BadArguments'],
  ['an empty name', createAsk('/x//y'), 'NoNode'],
  ['the root', createAsk('/'), 'NodeExists'],
  ['a trailing slash', createAsk('/x/'), 'BadArguments'],
  ['what exists', createAsk('/x'), 'NodeExists'],
  ['below an ephemeral', createAsk('/e/child'), 'NoChildrenForEphemerals'],
];

test('create: what may not be → its error, in the order of the checks', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  run.call('a', createAsk('/e', { flags: 1 }));
  run.call('a', createAsk('/closed', { acl: worldAcl(1) }));
  for (const [name, ask, error] of REFUSALS) assert.equal(errorOf(run.call('a', ask)), error, name);
});

test('create: a refusal → a zxid is used up, and nothing else changes', () => {
  const run = startServer();
  const before = run.server.database.tree.digest.toBigInt();
  const { zxid } = replyOf(run.call('a', createAsk('/missing/x')));
  assert.equal(zxid, 2);
  assert.equal(run.server.database.tree.digest.toBigInt(), before);
});

test('create: a TTL node without extended types → Unimplemented, before the TTL is looked at', () => {
  const run = startServer({ extendedTypesEnabled: false });
  const ask = createAsk('/x', { type: OpCode.createTtl, flags: 5, ttl: 0 });
  assert.equal(errorOf(run.call('a', ask)), 'Unimplemented');
});

test('create: create answers with the path, create2 and the others also with the Stat', () => {
  const run = startServer();
  assert.deepEqual(replyOf(run.call('a', createAsk('/1'))).body, { path: '/1' });
  const types = [OpCode.create2, OpCode.createContainer] as const;
  for (const type of types) {
    const { body } = replyOf(run.call('a', createAsk(`/t${type}`, { type })));
    assert.equal(body.stat?.czxid, body.stat?.pzxid);
    assert.equal(body.stat?.numChildren, 0);
  }
  const ttl = createAsk('/ttl', { type: OpCode.createTtl, flags: 5, ttl: 1000 });
  assert.equal(replyOf(run.call('a', ttl)).body.stat?.ephemeralOwner, 0n);
});

test('create: the flag of a container in create → a plain node; in createContainer any flag → a container', () => {
  const run = startServer();
  const { tree } = run.server.database;
  run.call('a', createAsk('/plain', { flags: 4 }));
  run.call('a', createAsk('/c', { type: OpCode.createContainer, flags: 0 }));
  const sequential = run.call('a', createAsk('/c', { type: OpCode.createContainer, flags: 2 }));
  assert.equal(replyOf(sequential).body.path, '/c0000000002');
  const containers = [...tree.containers()].map((id) => tree.pathOf(id));
  assert.deepEqual(containers.sort(), ['/c', '/c0000000002']);
});

test('create: sequential with a name that ends in a slash → the number alone is the name', () => {
  const run = startServer();
  run.call('a', createAsk('/q'));
  assert.equal(replyOf(run.call('a', createAsk('/q/', { flags: 2 }))).body.path, '/q/0000000000');
});

test('create: a null path → MarshallingError', () => {
  const run = startServer();
  const received = run.callRaw('a', OpCode.create, (writer) => {
    writer.ustring(null);
    writer.buffer(null);
    writer.int(0);
    writer.int(0);
  });
  assert.equal(errorOf(received), 'MarshallingError');
});

test('create: a cut body → MarshallingError, no zxid, and the connection goes on', () => {
  const run = startServer();
  assert.equal(
    errorOf(run.callRaw('a', OpCode.create, (writer) => writer.int(5))),
    'MarshallingError',
  );
  assert.equal(replyOf(run.call('a', createAsk('/x'))).zxid, 2);
});
