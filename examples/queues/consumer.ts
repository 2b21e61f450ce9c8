/**
 * A consumer: claims the oldest order that nobody has, works, lets it have its effect, and only then
 * takes it out of the queue. If it is killed on the way, its claim ends with its session and another
 * consumer gets the order.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { LockingQueue } from 'zooid/recipes';
import { ask } from '../frame/line-server.ts';
import { connect, report, words } from '../frame/part.ts';
import { ORDERS, orderJson, tillSocket } from './orders.ts';

const { folder, workMs } = words('folder', 'workMs');
const zk = await connect();
const queue = new LockingQueue(zk, ORDERS);

for (let done = 0; ; done++) {
  await report({ status: `${done} orders done, waits` });
  const claim = await queue.take();
  const order = orderJson.deserialize(claim.data);
  await report({ status: `${done} orders done, works on ${order.id}` });
  await pause(Number(workMs));
  const { isNew } = await ask<{ isNew: boolean }>(tillSocket(folder), order);
  const note = `${order.id} had been done already; its consumer could not say so any more.`;
  const status = `${done} orders done, has delivered ${order.id}`;
  await report({ status, ...(isNew ? {} : { note }) });
  await claim.consume();
}
