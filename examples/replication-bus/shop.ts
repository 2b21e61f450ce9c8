/** The tables of the shop, which are in all three databases, and how they are compared. */
import type { Database, Row } from './databases.ts';

/** In the order of their keys. */
const TABLES = { orders: 'id', items: 'order_id, line' };

const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS orders (id BIGINT AUTO_INCREMENT PRIMARY KEY, shop VARCHAR(40),
    total DECIMAL(12,2), remark TEXT, changed DATETIME(3))`,
  `CREATE TABLE IF NOT EXISTS items (order_id BIGINT, line INT, article VARCHAR(80), pieces INT,
    price DECIMAL(8,2), PRIMARY KEY (order_id, line))`,
];

/** How far a target has come, and whose it is: one row, which changes with every transaction. */
const PROGRESS =
  'CREATE TABLE IF NOT EXISTS progress (id INT PRIMARY KEY, token VARCHAR(20), position VARCHAR(80))';

export const MARIADB_SCHEMA = [...SCHEMA, PROGRESS, "INSERT INTO progress VALUES (1, '', '')"];

/** SQLite takes the same words, but would make floating-point numbers of decimals. */
export const SQLITE_SCHEMA = [
  ...SCHEMA.map((statement) => statement.replaceAll(/DECIMAL\(\d+,\d+\)/g, 'TEXT')),
  PROGRESS,
  "INSERT OR IGNORE INTO progress VALUES (1, '', '')",
];

/** All that is in the shop, row by row. */
export async function readShop(database: Database): Promise<string[]> {
  const rows: string[] = [];
  for (const [table, key] of Object.entries(TABLES)) {
    const found: Row[] = await database.query(`SELECT * FROM ${table} ORDER BY ${key}`);
    rows.push(...found.map((row) => `${table} ${JSON.stringify(row)}`));
  }
  return rows;
}

/** Throws where a target differs from the source. */
export function compareShops(source: readonly string[], target: readonly string[]): void {
  for (let at = 0; at < Math.max(source.length, target.length); at++) {
    if (source[at] === target[at]) continue;
    const shown = (row: string | undefined) => row ?? 'nothing more';
    throw new Error(`The source has ${shown(source[at])}, its target ${shown(target[at])}.`);
  }
}
