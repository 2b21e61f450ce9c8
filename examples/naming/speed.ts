/** How fast ids are to be had with blocks of different sizes, by several clients at the same time. */
import { setTimeout as pause } from 'node:timers/promises';
import { IdGenerator } from 'zooid/recipes';
import { connect, report } from '../frame/part.ts';

const BLOCK_SIZES = [1, 10, 100, 1000];
const CLIENTS = 4;
const MEASURED_MS = 500;
/** Now and then others may do something, too. */
const TURN = 100;

const clients = await Promise.all(Array.from({ length: CLIENTS }, connect));
const results = new Map<number, string>();

async function countIds(blockSize: number): Promise<number> {
  const endMs = performance.now() + MEASURED_MS;
  const counts = clients.map(async (zk) => {
    const ids = new IdGenerator(zk, `/naming/speed-${blockSize}`, { blockSize });
    let count = 0;
    while (performance.now() < endMs) {
      await ids.next();
      if (++count % TURN === 0) await pause(0);
    }
    return count;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

for (;;) {
  for (const blockSize of BLOCK_SIZES) {
    await report({ status: `measures blocks of ${blockSize}` });
    const perSecond = Math.round(((await countIds(blockSize)) * 1000) / MEASURED_MS);
    results.set(blockSize, `blocks of ${blockSize}: ${perSecond} ids a second, ${CLIENTS} clients`);
    await report({ status: 'rests', lines: [...results.values()] });
    await pause(1000);
  }
}
