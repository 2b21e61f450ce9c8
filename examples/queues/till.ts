/**
 * The till: where the work of the consumers has its effect. An order that comes a second time, as it
 * was in the queue twice or its consumer was killed before it could say so, has none: its id is known.
 * Every effect is in a file before it is answered.
 */
import { appendFileSync } from 'node:fs';
import { serveLines } from '../frame/line-server.ts';
import { report, words } from '../frame/part.ts';
import { type Order, readPaid, tillFile, tillSocket } from './orders.ts';

const { folder } = words('folder');
const paid = new Set(readPaid(folder).map(({ id }) => id));
let repeated = 0;

function pay(order: Order): boolean {
  const isNew = !paid.has(order.id);
  if (isNew) {
    appendFileSync(tillFile(folder), `${JSON.stringify(order)}\n`);
    paid.add(order.id);
  } else repeated++;
  return isNew;
}

function tell(): void {
  void report({
    count: paid.size,
    status: `${paid.size} orders; ${repeated} came again, without effect`,
  });
}

await serveLines(tillSocket(folder), (order) => {
  const isNew = pay(order as Order);
  tell();
  return { isNew };
});
tell();
