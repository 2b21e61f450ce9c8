/**
 * A producer: puts orders into the queue, and keeps in the tree how far it has come. When it is killed
 * between the two it puts one order again; the till knows its id.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { LockingQueue, SharedCounter } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { ORDERS, PRODUCED } from './orders.ts';

/** `orders` is how many it puts, or Infinity. */
const { name, orders, everyMs } = words('name', 'orders', 'everyMs');
const zk = await connect();
const queue = new LockingQueue(zk, ORDERS);
const produced = new SharedCounter(zk, `${PRODUCED}/${name}`);

let { value: last } = await produced.get();
while (last < Number(orders)) {
  last++;
  await queue.put(JSON.stringify({ id: `${name}-${last}` }));
  await produced.set(last);
  await report({ status: `${last} orders` });
  await pause(Number(everyMs));
}
await report({ status: `${last} orders, which is all` });
await new Promise(() => {}); // Until the stage ends.
