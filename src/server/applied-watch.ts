/** AppliedWatch: who waits until a server has applied a txn; looked at after each step. */
import type { Zxid } from '../base/zxid.ts';

interface Waiting {
  readonly zxid: Zxid;
  resolve(): void;
  reject(error: Error): void;
}

export class AppliedWatch {
  readonly #applied: () => Zxid;
  #waiting: Waiting[] = [];
  #hasEnded = false;

  /** `applied`: up to where the server has applied now. */
  constructor(applied: () => Zxid) {
    this.#applied = applied;
  }

  /** Rejects when the server ends before. */
  wait(zxid: Zxid): Promise<void> {
    return new Promise((resolve, reject) => {
      if (zxid <= this.#applied()) resolve();
      else if (this.#hasEnded) reject(new Error(ENDED));
      else this.#waiting.push({ zxid, resolve, reject });
    });
  }

  onStep(): void {
    if (this.#waiting.length === 0) return;
    const applied = this.#applied();
    const isDone = ({ zxid }: Waiting) => zxid <= applied;
    const done = this.#waiting.filter(isDone);
    this.#waiting = this.#waiting.filter((each) => !isDone(each));
    for (const { resolve } of done) resolve();
  }

  end(): void {
    this.#hasEnded = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new Error(ENDED));
  }
}

const ENDED = 'the server has ended';
