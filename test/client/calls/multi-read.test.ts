import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedClient } from '../connected-client.ts';

test('multiRead: each read → its own result or error', async (t) => {
  const { zk } = await connectedClient(t);
  await zk.create('/a', 'x');
  await zk.create('/a/b');
  const reads = zk.multiRead().getData('/a').getChildren('/a').getData('/none');
  assert.equal(reads.size, 3);
  const [data, children, missing] = await reads.commit();
  assert.ok(data.ok && children.ok && !missing.ok);
  assert.equal(Buffer.from(data.data).toString(), 'x');
  assert.equal(data.stat.numChildren, 1);
  assert.deepEqual(children.children, ['b']);
  assert.equal(missing.error.code, 'NoNode');
  assert.equal(missing.error.path, '/none');
});

test('multiRead: under a chroot → its paths', async (t) => {
  const { zk, other } = await connectedClient(t);
  await zk.create('/app');
  const app = await other({ chroot: '/app' });
  await app.create('/x', 'y');
  const [children] = await app.multiRead().getChildren('/').commit();
  assert.deepEqual(children, { ok: true, children: ['x'] });
});

test('multiRead: empty or bad path → refused', async (t) => {
  const { zk } = await connectedClient(t);
  await assert.rejects(zk.multiRead().commit(), /a multiRead has at least one operation/);
  assert.throws(() => zk.multiRead().getData('x'), /BadArguments: getData "x"/);
});
