// A first election, and writes through each member that all the others show.

import assert from 'node:assert/strict';
import { createBody, pathBody, pathWatchBody, setDataBody } from '../raw-body.ts';
import { Op, RawClient } from '../raw-client.ts';
import { assertEqualTrees, assertNoMismatch } from './equal-trees.ts';
import { tellStories } from './mixes.ts';
import type { TestEnsemble } from './test-ensemble.ts';

const readData = async (client: RawClient, path: string): Promise<string> => {
  const { body } = await client.must(Op.getData, pathWatchBody(path));
  return body.toString('utf8', 4, 4 + body.readInt32BE(0));
};

/** Each client writes, then every client reads after a sync. */
const writeThroughEach = async (clients: readonly RawClient[]): Promise<void> => {
  for (const [writer, client] of clients.entries()) {
    await client.must(Op.create, createBody(`/from-${writer}`, { data: 'first' }));
    await client.must(Op.setData, setDataBody(`/from-${writer}`, `of ${writer}`, 0));
    for (const reader of clients) {
      await reader.must(Op.sync, pathBody('/'));
      assert.equal(await readData(reader, `/from-${writer}`), `of ${writer}`);
    }
  }
};

/** A watch that one member holds tells of a write through another. */
const watchAcross = async (watcher: RawClient, writer: RawClient): Promise<void> => {
  await watcher.must(Op.getData, pathWatchBody('/from-0', true));
  await writer.must(Op.setData, setDataBody('/from-0', 'seen'));
  const event = watcher.events[0] ?? (await watcher.connection.nextFrame());
  assert.ok(event !== undefined, 'the event came');
};

const checkModes = async (ensemble: TestEnsemble): Promise<void> => {
  const modes = await ensemble.modes();
  const last = ensemble.members.length - 1;
  assert.deepEqual(
    modes,
    ensemble.members.map((_, index) => (index === last ? 'leader' : 'follower')),
  );
};

tellStories(
  'a first election → the highest id leads, writes through each are seen by all',
  async (ensemble) => {
    await ensemble.start();
    await checkModes(ensemble);
    const clients: RawClient[] = [];
    for (const port of ensemble.ports) clients.push(await RawClient.connect(port));
    await writeThroughEach(clients);
    const [first, second, third] = clients;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    await watchAcross(first, third);
    await watchAcross(third, second);
    for (const client of clients) await client.close();
    await assertEqualTrees(ensemble.members);
    await assertNoMismatch(ensemble.members);
  },
);
