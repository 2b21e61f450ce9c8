/** What producers, consumers and till of the work queue know of each other. */
import { join } from 'node:path';
import { json } from 'zooid';
import { fileLines } from '../frame/file-lines.ts';

export interface Order {
  /** `<producer>-<number>`: the same order has the same id however often it is put. */
  readonly id: string;
}

export const ORDERS = '/queues/orders';
/** Below it each producer keeps the number of its last order. */
export const PRODUCED = '/queues/produced';

export const orderJson = json<Order>((value) => value as Order);

export function tillSocket(folder: string): string {
  return join(folder, 'till.socket');
}

export function tillFile(folder: string): string {
  return join(folder, 'till.jsonl');
}

/** The orders that have had their effect, in the order in which they had it. */
export function readPaid(folder: string): Order[] {
  return fileLines(tillFile(folder)).map((line) => JSON.parse(line) as Order);
}
