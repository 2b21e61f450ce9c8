import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, json, text } from '../../src/client/index.ts';
import { connectedClient } from './connected-client.ts';

interface Point {
  readonly x: number;
}

const point = json((value): Point => {
  const { x } = value as Partial<Point>;
  if (typeof x !== 'number') throw new TypeError('no point');
  return { x };
});

test('serializer: written and read through one → the value', async (t) => {
  const { zk } = await connectedClient(t);
  await zk.create('/p', { x: 1 }, { serializer: point });
  const read = await zk.getData('/p', { serializer: point });
  assert.deepEqual(read.data, { x: 1 });
  await zk.setData('/p', { x: 2 }, { serializer: point, version: read.stat.version });
  assert.equal((await zk.getData('/p', { serializer: text })).data, '{"x":2}');
  await zk.createWithStat('/t', 'grün', { serializer: text });
  assert.equal((await zk.getData('/t', { serializer: text })).data, 'grün');
  assert.deepEqual((await zk.getData('/t', { serializer: bytes })).data.length, 5);
});

test('serializer: bytes that it does not take → rejects with what it throws', async (t) => {
  const { zk } = await connectedClient(t);
  await zk.create('/p', '{"y":1}');
  await assert.rejects(zk.getData('/p', { serializer: point }), /TypeError: no point/);
  await zk.setData('/p', 'no json');
  await assert.rejects(zk.getData('/p', { serializer: json() }), SyntaxError);
});
