/**
 * LeaderQuestions: what a follower has asked its leader, for itself and for the observers that it
 * feeds. The leader answers syncs in their order, and says of each session whether it is valid in
 * the order in which it was asked; so the oldest question is whose answer comes next.
 */
import type { SessionId } from '../../../base/session-id.ts';

/** Who asked; null: this server itself, for a client of its own. */
export type Asker<T> = T | null;

export interface AskedSession<T> {
  readonly asker: Asker<T>;
  readonly sessionId: SessionId;
  readonly timeoutMs: number;
}

/** Java's leader bounds none of it; this is far more than any leader leaves unanswered. */
const QUESTIONS_MAX = 100_000;

export class LeaderQuestions<T> {
  #syncs: Asker<T>[] = [];
  #sessions: AskedSession<T>[] = [];

  /** No more may be asked until some are answered. */
  get areTooMany(): boolean {
    return this.#syncs.length + this.#sessions.length >= QUESTIONS_MAX;
  }

  askSync(asker: Asker<T>): void {
    this.#syncs.push(asker);
  }

  askSession(question: AskedSession<T>): void {
    this.#sessions.push(question);
  }

  /** Null also when nobody asked. */
  takeSync(): Asker<T> {
    return this.#syncs.shift() ?? null;
  }

  /** The question that is answered; null when nobody asked for this session. */
  takeSession(sessionId: SessionId): AskedSession<T> | null {
    const at = this.#sessions.findIndex((each) => each.sessionId === sessionId);
    return this.#sessions.splice(at, at < 0 ? 0 : 1)[0] ?? null;
  }
}
