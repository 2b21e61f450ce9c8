/** exists, getData, getChildren(2), getACL, getEphemerals, getAllChildrenNumber, multiRead, whoAmI, sync, ping. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeErrorCode } from '../../../../src/protocol/error-code.ts';
import { OpCode } from '../../../../src/protocol/op-code.ts';
import { toyDigest } from '../../../../src/sim/access.ts';
import type { WatchedReadKind } from '../../../../src/sim/clients/client-request.ts';
import {
  connect,
  createAsk,
  errorOf,
  replyOf,
  startServer,
  worldAcl,
} from '../../../scenario/asks.ts';

const READS: readonly WatchedReadKind[] = ['exists', 'getData', 'getChildren', 'getChildren2'];
const get = (kind: WatchedReadKind, path: string, watch = false) =>
  ({ kind, path, watch }) as const;

test('reads: a missing node, or one without READ → an error without a watch, but of exists', () => {
  const run = startServer();
  run.call('a', createAsk('/w', { acl: worldAcl(2) }));
  for (const kind of READS) {
    assert.equal(errorOf(run.call('a', get(kind, '/missing', true))), 'NoNode', kind);
    assert.equal(errorOf(run.call('a', get(kind, '/w', true))), 'NoAuth', kind);
    assert.equal(errorOf(run.call('a', get(kind, '/w/', true))), 'NoNode', kind);
  }
  const left = [...(run.client('a').connection?.watches.keys() ?? [])];
  assert.deepEqual(left, ['/missing', '/w/']);
});

test('reads: the empty path → the root', () => {
  const run = startServer();
  for (const kind of READS) assert.equal(errorOf(run.call('a', get(kind, ''))), 'Ok', kind);
});

test('reads: a null path or a cut body → MarshallingError, and the connection goes on', () => {
  const run = startServer();
  const types = [
    OpCode.exists,
    OpCode.getData,
    OpCode.getChildren,
    OpCode.getChildren2,
    OpCode.getAcl,
    OpCode.getAllChildrenNumber,
  ];
  for (const type of types) {
    const nulled = run.callRaw('a', type, (writer) => {
      writer.ustring(null);
      writer.bool(false);
    });
    assert.equal(errorOf(nulled), 'MarshallingError', `null ${type}`);
    const cut = run.callRaw('a', type, (writer) => writer.int(3));
    assert.equal(errorOf(cut), 'MarshallingError', `cut ${type}`);
  }
  assert.equal(errorOf(run.call('a', get('exists', '/'))), 'Ok');
});

test('getChildren2: names and the Stat of one moment', () => {
  const run = startServer();
  for (const path of ['/p', '/p/x', '/p/y']) run.call('a', createAsk(path));
  const { names, stat } = replyOf(run.call('a', get('getChildren2', '/p'))).body;
  assert.deepEqual(names, ['x', 'y']);
  assert.equal(stat?.numChildren, 2);
});

test('getACL: with READ alone the digests are hidden; with ADMIN they are shown; with neither NoAuth', () => {
  const run = startServer();
  run.call('a', { kind: 'auth', scheme: 'digest', auth: Buffer.from('u:p') });
  const own = { perms: 16, id: { scheme: 'digest', id: toyDigest('u:p') } };
  run.call('a', createAsk('/x', { acl: [own, ...worldAcl(1)] }));
  run.call('a', createAsk('/y', { acl: [own] }));
  connect(run, 'b');
  const acl = (client: string, path: string) => run.call(client, { kind: 'getAcl', path });
  assert.equal(replyOf(acl('a', '/x')).body.acl?.[0]?.id.id, toyDigest('u:p'));
  assert.equal(replyOf(acl('b', '/x')).body.acl?.[0]?.id.id, 'u:x');
  assert.equal(errorOf(acl('b', '/y')), 'NoAuth');
});

test('getEphemerals: only the own ones, by prefix', () => {
  const run = startServer();
  connect(run, 'b');
  for (const path of ['/e1', '/e2', '/f']) run.call('a', createAsk(path, { flags: 1 }));
  run.call('b', createAsk('/e3', { flags: 1 }));
  const names = (path: string) =>
    replyOf(run.call('a', { kind: 'getEphemerals', path })).body.names;
  assert.deepEqual(names('/e'), ['/e1', '/e2']);
  assert.deepEqual(names('/'), ['/e1', '/e2', '/f']);
  assert.deepEqual(names(''), ['/e1', '/e2', '/f']);
  assert.deepEqual(names('/g'), []);
});

test('getAllChildrenNumber: all below, at any depth; the root by its empty name counts one more', () => {
  const run = startServer();
  for (const path of ['/p', '/p/x', '/p/x/y']) run.call('a', createAsk(path));
  const count = (path: string) =>
    replyOf(run.call('a', { kind: 'getAllChildrenNumber', path })).body.count ?? 0;
  assert.equal(count('/p'), 2);
  assert.equal(count('/p/x/y'), 0);
  assert.equal(count(''), count('/') + 1);
});

test('multiRead: each its own result; a failing one stops nothing; an operation that is no read does', () => {
  const run = startServer();
  run.call('a', createAsk('/x', { data: Buffer.from('d') }));
  const items = [
    { kind: 'getData', path: '/x' },
    { kind: 'getChildren', path: '/missing' },
    { kind: 'getChildren', path: '/' },
  ] as const;
  const { parts } = replyOf(run.call('a', { kind: 'multiRead', items })).body;
  const errors = parts?.map(({ err }) => describeErrorCode(err));
  assert.deepEqual(errors, ['Ok', 'NoNode', 'Ok']);
  assert.deepEqual(parts?.[2]?.names, ['x', 'zookeeper']);
  const bad = run.callRaw('a', OpCode.multiRead, (writer) => {
    writer.int(OpCode.delete);
    writer.bool(false);
    writer.int(-1);
  });
  assert.equal(errorOf(bad), 'MarshallingError');
});

test('whoAmI: the address, then what was proved; the same again is not added', () => {
  const run = startServer();
  for (const auth of ['u:p', 'u:p', 'v:q']) {
    run.call('a', { kind: 'auth', scheme: 'digest', auth: Buffer.from(auth) });
  }
  const { users } = replyOf(run.call('a', { kind: 'whoAmI' })).body;
  assert.deepEqual(users, ['ip:10.0.0.1', 'digest:u', 'digest:v']);
});

test('sync: echoes any path; ping: xid -2, whatever was sent', () => {
  const run = startServer();
  const { path } = replyOf(run.call('a', { kind: 'sync', path: 'no//path' })).body;
  assert.equal(path, 'no//path');
  assert.equal(replyOf(run.callRaw('a', OpCode.ping, () => {})).xid, -2);
});
