/** What the ledger is asked, by whom it is used, and how it is looked over. */
import { join } from 'node:path';
import { ask } from '../frame/line-server.ts';

export interface Entry {
  readonly number: number;
  readonly amount: number;
  /** After this entry. */
  readonly balance: number;
  readonly by: string;
}

/** Tokens are bigints, which JSON has not: they travel as text. */
export type LedgerRequest =
  | { readonly kind: 'head'; readonly token: string }
  | { readonly kind: 'append'; readonly token: string; readonly entry: Entry }
  | { readonly kind: 'page'; readonly token: string; readonly from: number };

export type LedgerAnswer =
  | { readonly refused: string }
  | { readonly head: Entry | null }
  | { readonly page: readonly Entry[]; readonly length: number };

/** The ledger has seen a later holder. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

export function ledgerSocket(folder: string): string {
  return join(folder, 'ledger.socket');
}

export function ledgerFile(folder: string): string {
  return join(folder, 'ledger.jsonl');
}

export class LedgerClient {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = ledgerSocket(folder);
  }

  /** The last entry, for somebody who is going to append. */
  async head(token: bigint): Promise<Entry | null> {
    const answer = await this.#ask({ kind: 'head', token: String(token) });
    return 'head' in answer ? answer.head : null;
  }

  async append(token: bigint, entry: Entry): Promise<void> {
    await this.#ask({ kind: 'append', token: String(token), entry });
  }

  /** A few entries, and how many there are. */
  async page(token: bigint, from: number): Promise<{ page: readonly Entry[]; length: number }> {
    const answer = await this.#ask({ kind: 'page', token: String(token), from });
    return 'page' in answer ? answer : { page: [], length: 0 };
  }

  async #ask(request: LedgerRequest): Promise<LedgerAnswer> {
    const answer = await ask<LedgerAnswer>(this.#path, request);
    if ('refused' in answer) throw new FencedError(answer.refused);
    return answer;
  }
}

/** Throws where an entry does not follow from the one before it: two were at it at the same time. */
export function checkEntries(entries: readonly Entry[]): void {
  for (const [at, entry] of entries.entries()) {
    const before = entries[at - 1];
    if (before === undefined) continue;
    const isNext = entry.number === before.number + 1;
    if (isNext && entry.balance === before.balance + entry.amount) continue;
    const shown = [before, entry].map((each) => JSON.stringify(each)).join(' does not lead to ');
    throw new Error(`The ledger is broken: ${shown}.`);
  }
}
