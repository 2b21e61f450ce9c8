/**
 * A shop: takes the lowest free name for itself, then gives each of its orders a number that no other
 * shop has given out, before or after a crash. Numbers come in blocks: one write to the servers for
 * all of a block; what a crash leaves of a block is never used.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isZooKeeperError, type ZooKeeper } from 'zooid';
import { IdGenerator, NamingService } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { bookFile, ORDER_FORMAT, ORDERS, readBook, SHOPS } from './order-numbers.ts';

/** A report for each would be more work than the number. */
const REPORT_EVERY = 10;

const { folder, part, blockSize, everyMs } = words('folder', 'part', 'blockSize', 'everyMs');
const zk = await connect();
const shop = await takeName(zk);
const numbers = new IdGenerator(zk, ORDERS, { format: ORDER_FORMAT, blockSize: Number(blockSize) });

/** The name is this session's: a shop that is killed leaves it, a moment later, to the next one. */
async function takeName(zk: ZooKeeper): Promise<string> {
  const names = new NamingService<{ pid: number }>(zk, SHOPS);
  for (let number = 1; ; number++) {
    const name = `SHOP-${String(number).padStart(2, '0')}`;
    try {
      await names.bind(name, { pid: process.pid }, { ephemeral: true });
      return name;
    } catch (error) {
      if (!isZooKeeperError(error, 'NodeExists')) throw error;
    }
  }
}

await report({ status: `${shop} begins`, note: `calls itself ${shop}` });
for (let count = readBook(folder, part).length + 1; ; count++) {
  const number = await numbers.next();
  appendFileSync(bookFile(folder, part), `${number} ${shop}\n`);
  if (count % REPORT_EVERY === 0) {
    await report({ count, status: `${shop}: ${count} numbers, the last is ${number}` });
  }
  await pause(Number(everyMs));
}
