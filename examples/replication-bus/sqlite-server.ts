/**
 * The process that has the SQLite file. SQLite is a library, and its lock is a folder beside the file: a
 * process killed in a transaction leaves the lock, a paused one would write on after somebody had broken
 * it. So only one process opens the file, and replicators hand it whole transactions.
 */
import { rmSync } from 'node:fs';
import sqlite from 'node-sqlite3-wasm';
import { serveLines } from '../frame/line-server.ts';
import { report, words } from '../frame/part.ts';
import type { Row, SqliteAnswer, SqliteRequest, Statement } from './databases.ts';
import { SQLITE_SCHEMA } from './shop.ts';

const { file, socket } = words('file', 'socket');
rmSync(`${file}.lock`, { force: true, recursive: true });
const database = new sqlite.Database(file);
for (const statement of SQLITE_SCHEMA) database.exec(statement);

/** The statement that does not fit; null when all do. */
function transact(statements: readonly Statement[]): number | null {
  database.exec('BEGIN IMMEDIATE');
  for (const [at, { sql, values }] of statements.entries()) {
    if (database.run(sql, [...values]).changes === 1) continue;
    database.exec('ROLLBACK');
    return at;
  }
  database.exec('COMMIT');
  return null;
}

function answer(request: SqliteRequest): SqliteAnswer {
  if ('sql' in request) return { rows: database.all(request.sql) as Row[] };
  return { misfit: transact(request.statements) };
}

let transactions = 0;
await serveLines(socket, (request) => {
  void report({ status: `${++transactions} requests` });
  return answer(request as SqliteRequest);
});
await report({ status: 'serves' });
