/**
 * RefusalCounts: what other servers did that was refused, by reason. Reasons are fixed texts, so
 * they are few; who sends without end makes a number grow and not the log.
 */
export class RefusalCounts {
  readonly #counts = new Map<string, number>();

  get byReason(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** The new count when it is worth a line in the log: of the 1st, 2nd, 4th, 8th …; else null. */
  add(reason: string): number | null {
    const count = (this.#counts.get(reason) ?? 0) + 1;
    this.#counts.set(reason, count);
    return Number.isInteger(Math.log2(count)) ? count : null;
  }
}
