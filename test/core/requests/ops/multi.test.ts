import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeErrorCode } from '../../../../src/protocol/error-code.ts';
import { OpCode } from '../../../../src/protocol/op-code.ts';
import { writeMultiEnd, writeMultiHeader } from '../../../../src/protocol/records/multi.ts';
import {
  CreateRequest,
  DeleteRequest,
  PathWatchRequest,
} from '../../../../src/protocol/records/node-ops.ts';
import type { PartAsk } from '../../../../src/sim/clients/client-request.ts';
import {
  createAsk,
  errorOf,
  OPEN_ACL,
  replyOf,
  setAsk,
  startServer,
} from '../../../scenario/asks.ts';

const multi = (...parts: PartAsk[]) => ({ kind: 'multi', parts }) as const;
const check = (path: string, version: number): PartAsk => ({ kind: 'check', path, version });
const del = (path: string): PartAsk => ({ kind: 'delete', path, version: -1 });

test('multi: one fails → the others say so, the zxid is used up, and nothing is changed', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  const before = run.server.database.tree.digest.toBigInt();
  const asked = multi(createAsk('/y'), check('/x', 5), del('/x'));
  const { err, zxid, body } = replyOf(run.call('a', asked));
  assert.equal(err, 0);
  assert.equal(zxid, 3);
  const errors = body.parts?.map((part) => describeErrorCode(part.err));
  assert.deepEqual(errors, ['Ok', 'BadVersion', 'RuntimeInconsistency']);
  assert.deepEqual(new Set(body.parts?.map(({ type }) => type)), new Set([OpCode.error]));
  assert.equal(run.server.database.tree.digest.toBigInt(), before);
});

test('multi: good → all at one zxid, each Stat as it was at its own part', () => {
  const run = startServer();
  const asked = multi(
    createAsk('/x', { type: OpCode.create2 }),
    setAsk('/x', 'one', 0),
    setAsk('/x', 'three', 1),
    createAsk('/c', { type: OpCode.createContainer, flags: 4 }),
  );
  const { zxid, body } = replyOf(run.call('a', asked));
  const parts = body.parts ?? [];
  assert.deepEqual(
    parts.map(({ stat }) => [stat?.mzxid, stat?.version, stat?.dataLength]),
    [
      [zxid, 0, 0],
      [zxid, 1, 3],
      [zxid, 2, 5],
      [zxid, 0, 0],
    ],
  );
  const types = parts.map(({ type }) => type);
  assert.deepEqual(types, [OpCode.create2, OpCode.setData, OpCode.setData, OpCode.create2]);
});

test('multi: nothing in it → an empty answer and a zxid', () => {
  const run = startServer();
  const { zxid, body } = replyOf(run.call('a', multi()));
  assert.equal(zxid, 2);
  assert.deepEqual(body.parts, []);
});

test('multi: a read, an unknown operation, a null path or a cut → MarshallingError and no zxid', () => {
  const run = startServer();
  const bad: ((writer: Parameters<Parameters<typeof run.callRaw>[2]>[0]) => void)[] = [
    (writer) => {
      writeMultiHeader(writer, OpCode.getData, -1);
      PathWatchRequest.write(writer, { path: '/', watch: false });
      writeMultiEnd(writer);
    },
    (writer) => {
      writeMultiHeader(writer, 99, -1);
      writeMultiEnd(writer);
    },
    (writer) => {
      writeMultiHeader(writer, OpCode.delete, -1);
      DeleteRequest.write(writer, { path: null, version: 0 });
      writeMultiEnd(writer);
    },
    (writer) => {
      writeMultiHeader(writer, OpCode.create, -1);
      CreateRequest.write(writer, { path: '/x', data: null, acl: OPEN_ACL, flags: 5 });
      writeMultiEnd(writer);
    },
    (writer) => writeMultiHeader(writer, OpCode.create, -1),
  ];
  for (const body of bad) {
    assert.equal(errorOf(run.callRaw('a', OpCode.multi, body)), 'MarshallingError');
  }
  assert.equal(replyOf(run.call('a', multi())).zxid, 2);
});

test('multi: a check inside → needs READ and the version', () => {
  const run = startServer();
  run.call('a', createAsk('/w', { acl: [{ perms: 2, id: { scheme: 'world', id: 'anyone' } }] }));
  const first = (part: PartAsk) =>
    describeErrorCode(replyOf(run.call('a', multi(part))).body.parts?.[0]?.err ?? 1);
  assert.equal(first(check('/w', 0)), 'NoAuth');
  assert.equal(first(check('/w/', 0)), 'BadArguments');
  assert.equal(first(check('/missing', 0)), 'NoNode');
  assert.equal(first(check('/', -1)), 'Ok');
});

test('multi: a failed one behind a write under way → the write is still what the next is judged by', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  run.send('a', setAsk('/x', 'v1', 0));
  run.send('a', multi(setAsk('/x', 'v2', 1), setAsk('/x', 'v2', 1)));
  run.send('a', setAsk('/x', 'v2', 1));
  run.syncDisk();
  assert.equal(errorOf(run.client('a').received.at(-1) ?? assert.fail()), 'Ok');
});
