/** The same with Vitest: `npx vitest run vitest.test.ts`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ZooKeeper } from 'zooid';
import { TestEnsemble, TestServer } from 'zooid/testing';

/** One server for all tests of this file. */
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});

afterAll(() => server.close());

test('a write → is read by another client', async () => {
  const ours = await ZooKeeper.connect(server.connectString);
  const theirs = await ZooKeeper.connect(server.connectString);
  await ours.create('/setting', 'on');
  const { data } = await theirs.getData('/setting');
  expect(new TextDecoder().decode(data)).toBe('on');
  await Promise.all([ours.close(), theirs.close()]);
});

test('an ensemble of its own → is closed when the test is over', async ({ onTestFinished }) => {
  const ensemble = await TestEnsemble.start({ after: onTestFinished });
  const zk = await ZooKeeper.connect(ensemble.connectString);
  onTestFinished(() => zk.close());
  await zk.create('/setting', 'on');
  await ensemble.leader().kill();
  await ensemble.waitForServing();
  await zk.connected();
  expect(await zk.exists('/setting')).not.toBeNull();
});
