/**
 * Dispatcher: listeners and promises learn of things in the order in which the server said them, as
 * from the event thread of Java's client. A listener is called at once, but a promise's reader runs
 * only when the program comes to rest; so an event that follows a reply in the same chunk, with all
 * that follows it, waits for the next turn.
 */
export class Dispatcher {
  readonly #onError: (error: unknown) => void;
  #waiting: (() => void)[] = [];
  #eventsWaiting: boolean[] = [];
  #hasSettled = false;
  #isTurnPlanned = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** A new turn has begun: the readers of what was settled before have run. */
  beginTurn(): void {
    this.#hasSettled = false;
  }

  /** The readers of what is settled until then have run when the program next looks around. */
  beginTurnSoon(): void {
    if (this.#isTurnPlanned) return;
    this.#isTurnPlanned = true;
    setImmediate(() => {
      this.#isTurnPlanned = false;
      this.beginTurn();
    });
  }

  settle(action: () => void): void {
    if (this.#waiting.length > 0) return this.#push(action, false);
    this.#hasSettled = true;
    action();
  }

  event(action: () => void): void {
    if (this.#hasSettled || this.#waiting.length > 0) return this.#push(action, true);
    this.#run(action);
  }

  /** What does not come from the server: at once, but behind what is waiting. */
  local(action: () => void): void {
    if (this.#waiting.length > 0) return this.#push(action, true);
    this.#run(action);
  }

  /** True when something has to wait, so that whoever settles has to ask for its turn. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Something was settled without asking, as nothing was waiting. */
  onSettled(): void {
    this.#hasSettled = true;
  }

  #push(action: () => void, isEvent: boolean): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#continue());
    this.#waiting.push(action);
    this.#eventsWaiting.push(isEvent);
  }

  #continue(): void {
    this.#hasSettled = false;
    let at = 0;
    for (; at < this.#waiting.length; at++) {
      const isEvent = this.#eventsWaiting[at] === true;
      if (isEvent && this.#hasSettled) break;
      if (!isEvent) this.#hasSettled = true;
      this.#run(this.#waiting[at] as () => void);
    }
    this.#waiting = this.#waiting.slice(at);
    this.#eventsWaiting = this.#eventsWaiting.slice(at);
    if (this.#waiting.length > 0) setImmediate(() => this.#continue());
  }

  #run(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#onError(error);
    }
  }
}
