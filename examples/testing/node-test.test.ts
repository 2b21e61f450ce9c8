/**
 * Tests of a program that uses ZooKeeper, with node:test: `node --import tsx --test node-test.test.ts`.
 * The program is three lines long: it keeps a setting, and is told when that changes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type State, ZooKeeper } from 'zooid';
import { TestEnsemble, TestServer } from 'zooid/testing';

async function watchSetting(zk: ZooKeeper, onChange: (value: string) => void): Promise<void> {
  const watch = () => void watchSetting(zk, onChange).catch(() => {});
  const { data } = await zk.getData('/setting', { watch });
  onChange(new TextDecoder().decode(data));
}

/** Resolves with the setting when it has this value. */
function settingIs(zk: ZooKeeper, wanted: string): Promise<void> {
  return new Promise((resolve, reject) => {
    watchSetting(zk, (value) => {
      if (value === wanted) resolve();
    }).catch(reject);
  });
}

/** Resolves when the client's session gets there. */
function stateIs(zk: ZooKeeper, wanted: State): Promise<void> {
  return new Promise((resolve) => {
    zk.onState(({ state }) => {
      if (state === wanted) resolve();
    });
  });
}

test('a setting is changed by another client → we are told', async () => {
  await using server = await TestServer.start();
  await using ours = await ZooKeeper.connect(server.connectString);
  await using theirs = await ZooKeeper.connect(server.connectString);
  await ours.create('/setting', 'on');
  const changed = settingIs(ours, 'off');
  await theirs.setData('/setting', 'off');
  await changed;
});

test('the connection breaks → the session and its node are still there', async () => {
  await using server = await TestServer.start();
  await using zk = await ZooKeeper.connect(server.connectString);
  await zk.create('/here', '', { mode: 'ephemeral' });
  const lost = stateIs(zk, 'disconnected');
  assert.equal(server.dropConnections(zk.session), 1);
  await lost;
  await zk.connected();
  assert.notEqual(await zk.exists('/here'), null);
});

test('the session expires → the node is gone, and the client says so', async () => {
  await using server = await TestServer.start();
  await using zk = await ZooKeeper.connect(server.connectString);
  await using other = await ZooKeeper.connect(server.connectString);
  await zk.create('/here', '', { mode: 'ephemeral' });
  const expired = stateIs(zk, 'expired');
  await server.expireSession(zk.session);
  assert.equal(await other.exists('/here'), null);
  await expired;
  await assert.rejects(zk.exists('/here'), { code: 'SessionExpired' });
});

// Without `await using`: what `after` is given is called when the test is over, however it ends. The
// client ends before, while there is a server to say goodbye to.
test('the leader of an ensemble dies → what was written is there', async (t) => {
  const ensemble = await TestEnsemble.start({ after: (cleanUp) => t.after(cleanUp) });
  await using zk = await ZooKeeper.connect(ensemble.connectString);
  await zk.create('/setting', 'on');
  await ensemble.leader().kill();
  await ensemble.waitForServing();
  await zk.connected();
  const { data } = await zk.getData('/setting');
  assert.equal(new TextDecoder().decode(data), 'on');
});
