import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotTaker } from '../../../src/server/admin/snapshot-taker.ts';

/** A server whose snapshots end when the test says so. */
function makeServer() {
  const tree = { lastProcessedZxid: 7 };
  const server = { isTaking: false, database: { tree }, taken: [] as number[] };
  const taker = new SnapshotTaker({
    server: {
      database: server.database as never,
      takeSnapshot: () => {
        if (server.isTaking) return false;
        server.isTaking = true;
        server.taken.push(tree.lastProcessedZxid);
        return true;
      },
    },
    step: (action) => action(),
  });
  const done = (zxid: number) => {
    server.isTaking = false;
    taker.onEvent({ kind: 'snapshotDone', zxid });
  };
  return { server, tree, taker, done };
}

test('snapshot taker: asked → begun at once, resolves with its zxid when it is done', async () => {
  const { server, tree, taker, done } = makeServer();
  const taking = taker.take();
  assert.deepEqual(server.taken, [7]);
  tree.lastProcessedZxid = 9;
  taker.onEvent({ kind: 'synced' });
  done(7);
  assert.equal(await taking, 7);
});

test('snapshot taker: another one is being taken → its own begins after that', async () => {
  const { server, tree, taker, done } = makeServer();
  server.isTaking = true;
  const taking = taker.take();
  tree.lastProcessedZxid = 8;
  done(3);
  await new Promise(setImmediate);
  assert.deepEqual(server.taken, [8]);
  done(8);
  assert.equal(await taking, 8);
});

for (const kind of ['failed', 'closed', 'state']) {
  test(`snapshot taker: the event ${kind} before it is done → rejected`, async () => {
    const { taker } = makeServer();
    const taking = taker.take();
    taker.onEvent({ kind });
    await assert.rejects(taking);
  });
}
