import assert from 'node:assert/strict';
import { text } from '../../src/client/index.ts';
import { PersistentEphemeralNode } from '../../src/recipes/persistent-ephemeral-node.ts';
import { endSession } from '../client/end-session.ts';
import { nextChange, rootedTest } from './changing-client.ts';

rootedTest(
  'ephemeral node: deleted by somebody → made again, with the data set last',
  async ({ connect }) => {
    const zk = await connect();
    const stranger = await connect();
    const node = new PersistentEphemeralNode(zk, '/g/me', { data: '1' });
    await node.start();
    await node.setData('2');
    const again = nextChange(node);
    await stranger.delete('/g/me');
    await again;
    const { data, stat } = await stranger.getData('/g/me', { serializer: text });
    assert.deepEqual([data, stat.ephemeralOwner], ['2', zk.session.id]);
    await node.close();
    assert.equal(await stranger.exists('/g/me'), null);
  },
);

rootedTest(
  'ephemeral node: data set while it is being made, or is gone → it has them',
  async ({ connect }) => {
    const zk = await connect();
    const node = new PersistentEphemeralNode(zk, '/g/me', { data: '1' });
    const started = node.start();
    await node.setData('2');
    await started;
    assert.equal((await zk.getData('/g/me', { serializer: text })).data, '2');
    const again = nextChange(node);
    // One behind the other on their way to the server: the second one finds no node.
    await Promise.all([zk.delete('/g/me'), node.setData('3')]);
    await again;
    assert.equal((await zk.getData('/g/me', { serializer: text })).data, '3');
    await node.close();
  },
);

rootedTest(
  'ephemeral node: the session expires → made again in the new one',
  async ({ connect }) => {
    const zk = await connect({ onExpired: 'renew' });
    const stranger = await connect();
    const node = new PersistentEphemeralNode(zk, '/g/me', { data: '1' });
    await node.start();
    const before = zk.session.id;
    const again = nextChange(node);
    await endSession(zk);
    await again;
    const owner = (await stranger.exists('/g/me'))?.ephemeralOwner;
    assert.equal(owner, zk.session.id);
    assert.notEqual(owner, before);
    await node.close();
  },
);

rootedTest(
  'ephemeral node: another session has the name → waits for its end',
  async ({ connect }) => {
    const zk = await connect();
    const rival = await connect();
    await rival.create('/me', '', { mode: 'ephemeral' });
    const node = new PersistentEphemeralNode(zk, '/me', { data: 'mine' });
    const started = node.start();
    await node.reload();
    assert.equal(node.actualPath, undefined);
    await rival.close();
    await started;
    assert.equal((await zk.exists('/me'))?.ephemeralOwner, zk.session.id);
    await node.close();
  },
);

rootedTest('ephemeral node: sequential → its number is in the path', async ({ connect }) => {
  const zk = await connect();
  const node = new PersistentEphemeralNode(zk, '/m-', { mode: 'ephemeralSequential' });
  await node.start();
  assert.match(node.actualPath ?? '', /m-0000000000$/);
  await node.close();
});
