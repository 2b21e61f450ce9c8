/**
 * A database in which a primary key decides who is master: the table has room for one row. It is told
 * to everybody who asks, and to nobody who does not.
 */
import sqlite from 'node-sqlite3-wasm';

export type KeyRequest =
  | { readonly kind: 'claim'; readonly name: string; readonly leaseMs: number | null }
  | { readonly kind: 'resign'; readonly name: string };

export interface KeyAnswer {
  readonly isMaster: boolean;
}

const TABLE = `
CREATE TABLE master (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  until_ms INTEGER -- The end of the lease; without one it is for ever.
)`;

/** Whoever has the row keeps it, with a new lease; whoever has not gets it when it is free. */
const CLAIM = `
INSERT INTO master (id, name, until_ms) VALUES (1, ?, ?)
ON CONFLICT (id) DO UPDATE SET until_ms = excluded.until_ms WHERE name = excluded.name`;

export class KeyTable {
  readonly #database = new sqlite.Database();

  constructor() {
    this.#database.exec(TABLE);
  }

  answer(request: KeyRequest): KeyAnswer {
    const nowMs = Date.now();
    if (request.kind === 'resign') {
      this.#database.run('DELETE FROM master WHERE name = ?', request.name);
      return { isMaster: false };
    }
    const { name, leaseMs } = request;
    this.#database.run('DELETE FROM master WHERE until_ms < ?', nowMs);
    const untilMs = leaseMs === null ? null : nowMs + leaseMs;
    return { isMaster: this.#database.run(CLAIM, [name, untilMs]).changes === 1 };
  }
}
