/**
 * Transactions, of the events of a binary log:
 *
 *   mariadbgtid 0-1-17, tablemap orders, writerows …, tablemap items, updaterows …, xid
 *
 * A log with full metadata tells columns and key in each tablemap. Statements that change tables are in
 * the log, too, and are left out: the targets have theirs.
 */
import type {
  AnyBinlogEvent,
  BinlogEventByName,
  BinlogEventName,
  RowData,
  TableMapEvent,
} from '@vlasky/zongji';
import type { Statement, Value } from './databases.ts';

export interface Transaction {
  /** Its GTID: whoever has done it goes on behind it. */
  readonly position: string;
  readonly changes: readonly Statement[];
}

interface Table {
  readonly name: string;
  readonly key: readonly string[];
}

export const EVENTS: BinlogEventName[] = [
  'mariadbgtid',
  'tablemap',
  'writerows',
  'updaterows',
  'deleterows',
  'xid',
];

/** A transaction that the end of the log cuts off is never told. */
export function collectTransactions(
  onTransaction: (transaction: Transaction) => void,
): (event: AnyBinlogEvent) => void {
  const tables = new Map<number, Table>();
  let position = '';
  let changes: Statement[] = [];
  return (event) => {
    if (is(event, 'mariadbgtid')) [position, changes] = [event.gtid, []];
    if (is(event, 'tablemap')) tables.set(event.tableId, tableOf(event));
    if (is(event, 'writerows') || is(event, 'updaterows') || is(event, 'deleterows')) {
      const table = tables.get(event.tableId);
      if (table === undefined)
        throw new Error(`There are rows of table ${event.tableId} too soon.`);
      changes.push(...changesOf(table, event));
    }
    if (is(event, 'xid')) onTransaction({ position, changes });
  };
}

function is<Name extends BinlogEventName>(
  event: AnyBinlogEvent,
  name: Name,
): event is BinlogEventByName<Name> {
  return event.getEventName() === name;
}

function tableOf({ tableName: name, columnNames = [], primaryKey = [] }: TableMapEvent): Table {
  if (primaryKey.length === 0) throw new Error(`The log tells no primary key of ${name}.`);
  return { name, key: primaryKey.map((at) => columnNames[at] ?? '') };
}

function changesOf(
  { name, key }: Table,
  event: BinlogEventByName<'writerows' | 'updaterows' | 'deleterows'>,
): Statement[] {
  const where = `WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`;
  if (is(event, 'deleterows')) {
    return event.rows.map((row) => ({
      sql: `DELETE FROM ${name} ${where}`,
      values: valuesOf(row, key),
    }));
  }
  if (is(event, 'writerows')) {
    return event.rows.map((row) => {
      const columns = Object.keys(row);
      const marks = columns.map(() => '?').join(', ');
      const sql = `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${marks})`;
      return { sql, values: valuesOf(row, columns) };
    });
  }
  return event.rows.map(({ before, after }) => {
    const columns = Object.keys(after);
    const sets = columns.map((column) => `${column} = ?`).join(', ');
    // The key may be among what changes.
    const values = [...valuesOf(after, columns), ...valuesOf(before, key)];
    return { sql: `UPDATE ${name} SET ${sets} ${where}`, values };
  });
}

function valuesOf(row: RowData, columns: readonly string[]): Value[] {
  return columns.map((column) => row[column] as Value);
}
