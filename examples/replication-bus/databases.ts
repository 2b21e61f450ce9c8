/** A database as the bus sees it, whatever kind it is. */
import { createConnection } from 'mysql2/promise';
import { ask } from '../frame/line-server.ts';
import { onceThere } from '../frame/once-there.ts';

export type Value = string | number | null;
export type Row = Record<string, Value>;

export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

export interface Database {
  query(sql: string): Promise<Row[]>;
  /** All of it or nothing. Each statement must touch one row: see MisfitError. */
  transact(statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
}

/** A statement did not touch exactly one row; nothing of its transaction was done. */
export class MisfitError extends Error {
  override readonly name = 'MisfitError';
  /** Which one of the transaction. */
  readonly at: number;

  constructor({ sql, values }: Statement, at: number) {
    super(`${sql} with ${JSON.stringify(values)} does not fit.`);
    this.at = at;
  }
}

/** What is asked of the process that has the SQLite file. */
export type SqliteRequest =
  | { readonly sql: string }
  | { readonly statements: readonly Statement[] };
export type SqliteAnswer = { readonly rows: Row[] } | { readonly misfit: number | null };

export interface Address {
  readonly kind: 'mariadb' | 'sqlite';
  readonly socket: string;
}

/** The values of rows that are read are those of rows in the log: dates are text. */
export const MARIADB_OPTIONS = { user: 'root', database: 'shop', dateStrings: true };

/** Waits for one that is being started. */
export function openDatabase({ kind, socket }: Address): Promise<Database> {
  return kind === 'mariadb' ? openMariaDb(socket) : Promise.resolve(openSqlite(socket));
}

export function connectMariaDb(socketPath: string) {
  return onceThere(() => createConnection({ ...MARIADB_OPTIONS, socketPath }));
}

async function openMariaDb(socketPath: string): Promise<Database> {
  const connection = await connectMariaDb(socketPath);
  const touched = async ({ sql, values }: Statement): Promise<number> => {
    const [result] = await connection.query(sql, [...values]);
    return 'affectedRows' in result ? result.affectedRows : 0;
  };
  return {
    query: async (sql) => (await connection.query(sql))[0] as Row[],
    transact: async (statements) => {
      await connection.beginTransaction();
      for (const [at, statement] of statements.entries()) {
        if ((await touched(statement)) === 1) continue;
        await connection.rollback();
        throw new MisfitError(statement, at);
      }
      await connection.commit();
    },
    close: async () => connection.destroy(),
  };
}

function openSqlite(socket: string): Database {
  const request = (message: SqliteRequest) => ask<SqliteAnswer>(socket, message);
  return {
    query: async (sql) => {
      const answer = await request({ sql });
      return 'rows' in answer ? answer.rows : [];
    },
    transact: async (statements) => {
      const answer = await request({ statements });
      const at = 'misfit' in answer ? answer.misfit : null;
      const statement = statements[at ?? -1];
      if (at !== null && statement !== undefined) throw new MisfitError(statement, at);
    },
    close: async () => {},
  };
}
