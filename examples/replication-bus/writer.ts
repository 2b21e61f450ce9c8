/**
 * A writer: a shop that takes orders, changes and cancels them, each time in a transaction over two
 * tables; some it rolls back, and nobody must ever see those.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ResultSetHeader, RowDataPacket } from 'mysql2';
import { report, words } from '../frame/part.ts';
import { connectMariaDb } from './databases.ts';

const ORDERS_MAX = 60;
const ARTICLES = ['tea, green', 'Kaffee "fein"', '普洱茶', 'sugar — 1 kg', "baker's flour"];
const ROLLED_BACK_SHARE = 0.1;

const { name, socket, everyMs } = words('name', 'socket', 'everyMs');
const connection = await connectMariaDb(socket);

function below(count: number): number {
  return Math.floor(Math.random() * count);
}

async function execute(sql: string, ...values: (string | number | null)[]): Promise<number> {
  const [result] = await connection.execute<ResultSetHeader>(sql, values);
  return result.insertId;
}

async function addItems(order: number, lines: number): Promise<void> {
  for (let line = 1; line <= lines; line++) {
    const values = [order, line, ARTICLES[below(ARTICLES.length)] ?? '', 1 + below(9)];
    await execute('INSERT INTO items VALUES (?, ?, ?, ?, ?)', ...values, `${below(99)}.90`);
  }
}

const place = async (): Promise<void> => {
  const remark = Math.random() < 0.5 ? null : `${name}, “as always” 🫖`;
  const insert = 'INSERT INTO orders VALUES (NULL, ?, 0, ?, NOW(3))';
  const order = await execute(insert, name, remark);
  await addItems(order, 1 + below(5));
  await addUp(order);
};

const change = async (order: number): Promise<void> => {
  await execute('UPDATE items SET pieces = pieces + 1 WHERE order_id = ?', order);
  await addUp(order);
};

/** The keys of all of its rows change. */
const move = async (order: number): Promise<void> => {
  await execute('UPDATE items SET line = line + 10 WHERE order_id = ? ORDER BY line DESC', order);
};

const cancel = async (order: number): Promise<void> => {
  await execute('DELETE FROM items WHERE order_id = ?', order);
  await execute('DELETE FROM orders WHERE id = ?', order);
};

async function addUp(order: number): Promise<void> {
  const sum = 'SELECT SUM(pieces * price) FROM items WHERE order_id = ?';
  await execute(`UPDATE orders SET total = (${sum}), changed = NOW(3) WHERE id = ?`, order, order);
}

for (let transactions = 1; ; transactions++) {
  const select = 'SELECT id FROM orders WHERE shop = ?';
  const [ours] = await connection.execute<RowDataPacket[]>(select, [name]);
  const works: ((order: number) => Promise<void>)[] =
    ours.length < ORDERS_MAX ? [place, place] : [];
  if (ours.length > 0) works.push(change, move, cancel);
  await connection.beginTransaction();
  await works[below(works.length)]?.(Number(ours[below(ours.length)]?.['id']));
  if (Math.random() < ROLLED_BACK_SHARE) await connection.rollback();
  else await connection.commit();
  await report({ status: `${transactions} transactions; ${ours.length} orders` });
  await pause(Number(everyMs));
}
