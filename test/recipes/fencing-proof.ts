/** Proof of a lock: counts who is inside at once, and keeps the fencing tokens in their order. */
import assert from 'node:assert/strict';

export class FencingProof {
  readonly tokens: bigint[] = [];
  #inside = 0;

  /** Is inside for the time of `work`; fails if somebody else is. */
  async alone(token: bigint, work: () => Promise<unknown>): Promise<void> {
    assert.equal(++this.#inside, 1, 'two are inside');
    this.tokens.push(token);
    await work();
    this.#inside--;
  }

  /** This many were inside, each with a greater token than the one before. */
  assertOrdered(count: number): void {
    assert.equal(this.tokens.length, count);
    const before = this.tokens.slice(0, -1);
    for (const [at, token] of before.entries()) {
      assert.ok(token < (this.tokens[at + 1] ?? 0n), `token ${at} is not less than the next`);
    }
  }
}
