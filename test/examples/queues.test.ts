/** examples/queues, with parts that are killed: the effects are counted, the answers checked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartProcess } from '../../examples/frame/part-process.ts';
import { Stage } from '../../examples/frame/stage.ts';
import { playMerge, playWorkQueue } from '../../examples/queues/example.ts';
import { readPaid } from '../../examples/queues/orders.ts';

const ensemble = { mode: 'inProcess', size: 1 } as const;

/** Kills the first part with such a name that is seen at this. */
async function killOne(stage: Stage, name: RegExp, status: RegExp): Promise<void> {
  let found: PartProcess | undefined;
  await stage.until(`one of ${name} is at ${status}`, () => {
    found ??= stage.parts.find((part) => name.test(part.name) && status.test(part.status));
    return found !== undefined;
  });
  await found?.kill();
}

test('queues example: consumers, a producer and the till killed → each order has its effect once', async () => {
  await using stage = await Stage.open({ ensemble });
  const counts = { producers: 2, consumers: 3, orders: 15, everyMs: 20, workMs: 50 };
  const play = playWorkQueue(stage, counts);
  await killOne(stage, /consumer/, /works on/);
  await killOne(stage, /consumer/, /has delivered/);
  await killOne(stage, /producer/, /[3-9] orders/);
  await killOne(stage, /till/, /^[1-9]\d* orders/);
  await stage.until('all orders have their effect', () => readPaid(stage.folder).length >= 30);
  await stage.stopParts();
  await play.check();
  const wanted = ['producer-1', 'producer-2'].flatMap((producer) =>
    Array.from({ length: 15 }, (_, at) => `${producer}-${at + 1}`),
  );
  assert.deepEqual(
    readPaid(stage.folder)
      .map(({ id }) => id)
      .toSorted(),
    wanted.toSorted(),
  );
});

test('queues example: computations and the merger killed → every round has all of its results', async () => {
  await using stage = await Stage.open({ ensemble });
  const play = playMerge(stage, { shares: 3, workMs: 100 });
  const merger = stage.part('merger');
  const roundNow = () => Number(/of round (\d+)/.exec(merger.status)?.[1] ?? 0);
  await killOne(stage, /compute-1/, /: done/);
  await killOne(stage, /compute-2/, /: computes/);
  await stage.until('the merger waits', () => roundNow() > 0);
  const round = roundNow();
  await merger.kill();
  await stage.until('rounds are merged again', () => roundNow() >= round + 3);
  await stage.stopParts();
  assert.match(await play.check(), /each of ([3-9]|[1-9]\d+) rounds/);
});
