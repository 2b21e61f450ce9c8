import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isZooKeeperError, ZooKeeper } from '../../../src/client/index.ts';
import { TestEnsemble } from '../../../src/testing/index.ts';

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const serversOf = (config: string): string[] =>
  [...config.matchAll(/^server\.(\d+)=/gm)].map((match) => match[1] ?? '');

test('reconfig: a member leaves and comes back → the configuration says so, and watches hear', async () => {
  await using ensemble = await TestEnsemble.start({
    size: 3,
    config: { reconfigEnabled: true, skipACL: 'yes' },
  });
  await using zk = await ZooKeeper.connect(ensemble.connectString);
  const told = new Promise<string>((resolve) => {
    void zk.getConfig({ watch: ({ type }) => resolve(type) }).catch(() => {});
  });
  const before = textOf((await zk.getConfig()).data);
  assert.deepEqual(serversOf(before), ['1', '2', '3']);
  const leader = await ensemble.waitForLeader();
  const leaving = String([1, 2, 3].find((id) => id !== leader.id));
  const line = before.split('\n').find((each) => each.startsWith(`server.${leaving}=`));
  // Who joins must say where clients find it.
  const joining = `${line};127.0.0.1:${ensemble.server(Number(leaving)).port}`;

  const { data } = await zk.reconfig({ leaving });
  assert.deepEqual(
    serversOf(textOf(data)),
    ['1', '2', '3'].filter((id) => id !== leaving),
  );
  assert.equal(await told, 'nodeDataChanged');

  const stale = BigInt(`0x${/version=(\w+)/.exec(before)?.[1]}`);
  await assert.rejects(zk.reconfig({ joining, fromConfig: stale }), (error) =>
    isZooKeeperError(error, 'BadVersion'),
  );
  const joined = await zk.reconfig({ joining });
  assert.deepEqual(serversOf(textOf(joined.data)).toSorted(), ['1', '2', '3']);
});

test('reconfig: nothing to change → refused at the call', async () => {
  await using ensemble = await TestEnsemble.start({ size: 1 });
  await using zk = await ZooKeeper.connect(ensemble.connectString);
  await assert.rejects(
    async () => zk.reconfig({}),
    (error) => isZooKeeperError(error, 'BadArguments'),
  );
});
