import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as operations from '../../../src/client/machine/operations.ts';
import { RequestFlow } from '../../../src/client/machine/request-flow.ts';
import { WatchRegistry } from '../../../src/client/machine/watch-registry.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { request, type TestRequest } from './machine-rig.ts';

function rig(options: { inFlightMax?: number } = {}) {
  const log: string[] = [];
  const watches = new WatchRegistry();
  const output = new BinaryWriter();
  const flow = new RequestFlow<TestRequest>({
    ...{ inFlightMax: 10, frameBytesMax: 100, watches, ...options },
    effects: {
      succeed: ({ label }) => log.push(`${label} succeeds`),
      fail: ({ label }, { code }) => log.push(`${label} fails: ${code}`),
    },
  });
  const send = (each: TestRequest) =>
    flow.send(each, output, { mark: output.beginFrame(), nowMs: 5 });
  const answer = (err = 0) =>
    flow.onReply(flow.oldest as TestRequest, err, new BinaryReader(new Uint8Array(0)));
  return { flow, log, watches, output, send, answer };
}

const remove = (label: string) => request(label, operations.remove, { path: '/a', version: -1 });

test('request flow: sent → framed, numbered from 1, the oldest first', () => {
  const { flow, output, send } = rig();
  send(remove('1'));
  send(remove('2'));
  assert.deepEqual([flow.oldest?.xid, flow.oldest?.atMs, flow.inFlightCount], [1, 5, 2]);
  // Length, xid, op code, path and version, twice.
  assert.equal(output.at, 2 * (4 + 4 + 4 + 6 + 4));
});

test('request flow: a body that cannot be written → no half frame, and the error is thrown', () => {
  const { flow, output, send } = rig();
  assert.throws(() => send(request('1', operations.remove, null)), TypeError);
  assert.equal(flow.inFlightCount, 0);
  const { at } = output;
  output.at = 0;
  send(remove('2'));
  assert.equal(at, 0);
  assert.equal(flow.oldest?.xid, 1);
});

test('request flow: as many as may be in flight → no room until a reply', () => {
  const { flow, send, answer } = rig({ inFlightMax: 2 });
  send(remove('1'));
  assert.ok(flow.hasRoom);
  send(remove('2'));
  assert.ok(!flow.hasRoom);
  answer();
  assert.ok(flow.hasRoom);
});

test('request flow: waiting too long → fails; cancelled ones are passed over', () => {
  const { flow, log } = rig();
  const [first, second, third] = [remove('1'), remove('2'), remove('3')];
  flow.wait(first, 10);
  flow.wait(second, 20);
  flow.wait(third, 30);
  assert.equal(flow.waitingSinceMs, 10);
  flow.failWaitingSince(10, { code: 'ConnectionLoss', outcome: 'notSent' });
  assert.equal(flow.cancel(second), 'notSent');
  assert.equal(flow.takeWaiting(), third);
  assert.equal(flow.takeWaiting(), undefined);
  assert.equal(flow.waitingSinceMs, Infinity);
  assert.deepEqual(log, ['1 fails: ConnectionLoss']);
});

test('request flow: watches in flight → known by kind until answered', () => {
  const { flow, watches, send, answer } = rig();
  const watch = { kind: 'children', path: '/a', listener: () => {} } as const;
  send(request('1', operations.sync, { path: '/a' }, watch));
  flow.wait(request('2', operations.sync, { path: '/a' }, { ...watch, kind: 'data' }), 0);
  assert.deepEqual([...flow.watchesAskedFor('/a')], ['children', 'data']);
  assert.equal(flow.watchesAskedFor('/b').size, 0);
  answer();
  assert.deepEqual([...flow.watchesAskedFor('/a')], ['data']);
  assert.equal(watches.listeners('children', '/a').size, 1);
});
