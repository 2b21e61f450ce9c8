import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isZooKeeperError, type ZooKeeper } from '../../src/client/index.ts';
import { ZkClient, type ZkClientOptions } from '../../src/zkclient/index.ts';
import { connectedClient } from '../client/connected-client.ts';
import { endSession } from '../client/end-session.ts';

async function rig<T = unknown>(t: TestContext, options: ZkClientOptions<T> = {}) {
  const { server, zk } = await connectedClient(t);
  const client = new ZkClient<T>(`127.0.0.1:${server.port}`, options);
  t.after(() => client.close());
  await client.waitUntilConnected();
  return { client, other: zk as ZooKeeper };
}

test('ZkClient: every create, with data and without → the nodes', async (t) => {
  const { client } = await rig<string>(t);
  await client.createPersistent('/a/b/c', true);
  await client.createPersistent('/a/b/c', true);
  await assert.rejects(client.createPersistent('/x/y'), (error) =>
    isZooKeeperError(error, 'NoNode'),
  );
  await client.createPersistent('/data', 'hello');
  assert.equal(await client.readData('/data'), 'hello');
  assert.equal(await client.createPersistentSequential('/s-', 'x'), '/s-0000000002');
  await client.createEphemeral('/e', 'y');
  assert.equal(await client.createEphemeralSequential('/s-'), '/s-0000000004');
  assert.deepEqual((await client.getChildren('/')).toSorted(), [
    ...['a', 'data', 'e', 's-0000000002', 's-0000000004', 'zookeeper'],
  ]);
  assert.equal(await client.countChildren('/a'), 1);
  assert.equal(await client.countChildren('/none'), 0);
  assert.equal(await client.getCreationTime('/none'), -1);
  assert.ok((await client.getCreationTime('/data')) > 0);
});

test('ZkClient: delete and deleteRecursive → true; of what is not there → false', async (t) => {
  const { client } = await rig(t);
  await client.createPersistent('/a/b/c', true);
  await assert.rejects(client.delete('/a'), (error) => isZooKeeperError(error, 'NotEmpty'));
  assert.equal(await client.deleteRecursive('/a'), true);
  assert.equal(await client.deleteRecursive('/a'), false);
  assert.equal(await client.delete('/a'), false);
});

test('ZkClient: readData of what is not there → null, or NoNode', async (t) => {
  const { client } = await rig(t);
  assert.equal(await client.readData('/none', true), null);
  await assert.rejects(client.readData('/none'), (error) => isZooKeeperError(error, 'NoNode'));
});

test('ZkClient: writeData with a version; updates of many at once → none is lost', async (t) => {
  const { client } = await rig<{ count: number }>(t);
  await client.createPersistent('/n', { count: 0 });
  const stat = await client.writeDataReturnStat('/n', { count: 1 }, 0);
  assert.equal(stat.version, 1);
  await assert.rejects(client.writeData('/n', { count: 5 }, 0), (error) =>
    isZooKeeperError(error, 'BadVersion'),
  );
  const add = () => client.updateDataSerialized('/n', ({ count }) => ({ count: count + 1 }));
  await Promise.all(Array.from({ length: 10 }, add));
  assert.deepEqual(await client.readData('/n'), { count: 11 });
});

test('ZkClient: subscribed to data → told of making, change and deletion until unsubscribed', async (t) => {
  const { client } = await rig<string>(t);
  const told: string[] = [];
  let onTold = (): void => {};
  const listener = {
    handleDataChange(path: string, data: string) {
      told.push(`${path} ${data}`);
      onTold();
    },
    handleDataDeleted(path: string) {
      told.push(`${path} gone`);
      onTold();
    },
  };
  client.subscribeDataChanges('/d', listener);
  client.subscribeDataChanges('/d', listener);
  assert.equal(client.numberOfListeners(), 1);
  for (const change of [
    () => client.createPersistent('/d', '1'),
    () => client.writeData('/d', '2'),
    () => client.delete('/d'),
  ]) {
    const next = new Promise<void>((resolve) => {
      onTold = resolve;
    });
    await change();
    await next;
  }
  client.unsubscribeDataChanges('/d', listener);
  await client.createPersistent('/d', '3');
  await client.exists('/d');
  assert.deepEqual(told, ['/d 1', '/d 2', '/d gone']);
  assert.equal(client.numberOfListeners(), 0);
});

test('ZkClient: subscribed to children, the session expires → still told', async (t) => {
  const { client, other } = await rig(t);
  const seen: (string[] | null)[] = [];
  let onSeen = (): void => {};
  const first = await client.subscribeChildChanges('/p', (_, children) => {
    seen.push(children);
    onSeen();
  });
  assert.equal(first, null);
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      onSeen = () => {
        if (holds()) resolve();
      };
      onSeen();
    });
  await other.create('/p');
  await until(() => seen.at(-1)?.length === 0);
  await other.create('/p/a');
  await until(() => seen.at(-1)?.length === 1);
  let newSessions = 0;
  client.subscribeStateChanges({
    handleStateChanged() {},
    handleNewSession() {
      newSessions++;
    },
  });
  await endSession(client.zooKeeper);
  await other.create('/p/b');
  await until(() => seen.at(-1)?.length === 2);
  await other.delete('/p', { recursive: true });
  await until(() => seen.at(-1) === null);
  assert.equal(newSessions, 1);
});

test('ZkClient: waitUntilExists → true when it comes, false when the time is over', async (t) => {
  const { client, other } = await rig(t);
  assert.equal(await client.waitUntilExists('/late', 20), false);
  const waiting = client.waitUntilExists('/late', 20_000);
  await other.create('/late');
  assert.equal(await waiting, true);
});

test('ZkClient: a listener that throws → onError hears, and others are told', async (t) => {
  const errors: unknown[] = [];
  const { client } = await rig<string>(t, { onError: (error) => errors.push(error) });
  client.subscribeDataChanges('/d', {
    handleDataChange() {
      throw new Error('a bug');
    },
    handleDataDeleted() {},
  });
  const told = new Promise((resolve) =>
    client.subscribeDataChanges('/d', {
      handleDataChange: (_, data) => resolve(data),
      handleDataDeleted() {},
    }),
  );
  await client.createPersistent('/d', 'x');
  assert.equal(await told, 'x');
  assert.equal(errors.length, 1);
});

test('ZkClient: nobody listens there → waitUntilConnected rejects in time', async () => {
  await using client = new ZkClient('127.0.0.1:1');
  await assert.rejects(client.waitUntilConnected(50));
});
