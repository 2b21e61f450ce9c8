/**
 * Trace: every event of a run as a line of text. Its hash over all lines proves that a seed gives
 * the same run each time; the last lines are what a failure shows.
 */
const LINES_KEPT = 60;

export class Trace {
  #hash = 0x811c9dc5;
  #count = 0;
  readonly #last: string[] = [];
  readonly #print: ((line: string) => void) | null;

  constructor(print: ((line: string) => void) | null) {
    this.#print = print;
  }

  get hash(): string {
    return `${this.#count}:${(this.#hash >>> 0).toString(16)}`;
  }

  get count(): number {
    return this.#count;
  }

  add(timeUs: number, text: string): void {
    const line = `${timeUs} ${text}`;
    let hash = this.#hash;
    for (let i = 0; i < line.length; i++) {
      hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193);
    }
    this.#hash = hash;
    this.#count++;
    this.#last[this.#count % LINES_KEPT] = line;
    this.#print?.(line);
  }

  lastLines(): readonly string[] {
    const lines: string[] = [];
    for (let i = Math.max(1, this.#count - LINES_KEPT + 1); i <= this.#count; i++) {
      lines.push(this.#last[i % LINES_KEPT] ?? '');
    }
    return lines;
  }
}
