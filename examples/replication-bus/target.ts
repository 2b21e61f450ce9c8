/**
 * Target: a database that a replicator brings forward, in the order of the source's transactions.
 * The target itself keeps how far it has come, and whose it is, and changes that in the same transaction:
 * each change is made once, whoever dies when, and one who was replaced changes nothing any more.
 */

import { type Database, MisfitError, type Statement } from './databases.ts';
import type { Transaction } from './transactions.ts';

/** Digits enough for any token, so that they sort as text. */
const TOKEN_DIGITS = 16;

/** The target has a later replicator. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

export class Target {
  readonly #database: Database;
  readonly #token: string;
  #position = '';

  /** From now on a lower token is refused. Waits for what the one before is at. */
  static async claim(database: Database, fencingToken: bigint): Promise<Target> {
    const target = new Target(database, fencingToken);
    const token = target.#token;
    const sql = 'UPDATE progress SET token = ? WHERE id = 1 AND token <= ?';
    await target.#transact({ sql, values: [token, token] }, []);
    const [row] = await database.query('SELECT position FROM progress');
    target.#position = String(row?.['position'] ?? '');
    return target;
  }

  private constructor(database: Database, fencingToken: bigint) {
    this.#database = database;
    this.#token = fencingToken.toString(16).padStart(TOKEN_DIGITS, '0');
  }

  /** The GTID of the last transaction that was done here. */
  get position(): string {
    return this.#position;
  }

  /** All in one transaction of the target's, so that a target that is behind catches up. */
  async apply(transactions: readonly Transaction[]): Promise<void> {
    const { position = this.#position } = transactions.at(-1) ?? {};
    const changes = transactions.flatMap((transaction) => transaction.changes);
    const sql = 'UPDATE progress SET position = ? WHERE id = 1 AND token = ?';
    await this.#transact({ sql, values: [position, this.#token] }, changes);
    this.#position = position;
  }

  /** The fence first: it locks the row against whoever comes next. */
  async #transact(fence: Statement, changes: readonly Statement[]): Promise<void> {
    try {
      await this.#database.transact([fence, ...changes]);
    } catch (error) {
      if (!(error instanceof MisfitError) || error.at > 0) throw error;
      throw new FencedError(`token ${this.#token} is too late.`, { cause: error });
    }
  }
}
