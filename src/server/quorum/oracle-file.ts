/**
 * OracleFile: the file by which somebody outside says which of two servers may go on alone
 * (`oraclePath`). Its first character decides: `1` is yes, anything else, or no file, is no. It is
 * read each time that it is asked: whoever writes it wants to be obeyed at once.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Logger } from '../logging/logger.ts';

const YES = 0x31;

export class OracleFile {
  readonly #path: string;
  readonly #logger: Logger;
  /** The last answer, for the log. */
  #answer = '';

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  ask(): boolean {
    try {
      const isAllowed = this.#readFirstByte() === YES;
      const answer = isAllowed ? 'this server may go on alone' : 'this server may not go on alone';
      this.#note(answer, () => this.#logger.info(`the oracle says: ${answer}`, this.#facts));
      return isAllowed;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const facts = { ...this.#facts, reason };
      this.#note(reason, () => this.#logger.warn('the oracle cannot be read', facts));
      return false;
    }
  }

  get #facts(): { readonly path: string } {
    return { path: this.#path };
  }

  #note(answer: string, log: () => void): void {
    if (answer === this.#answer) return;
    this.#answer = answer;
    log();
  }

  /** -1 when there is none. */
  #readFirstByte(): number {
    const file = openSync(this.#path, 'r');
    try {
      const bytes = new Uint8Array(1);
      return readSync(file, bytes, 0, 1, null) === 1 ? (bytes[0] ?? -1) : -1;
    } finally {
      closeSync(file);
    }
  }
}
