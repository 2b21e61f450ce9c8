/**
 * LeaderSelector: each participant is given the leadership for the time of a piece of work, which
 * ends by itself; then it is the next one's turn.
 *
 *   /leaders/a                             container: a Lock
 *     _c_<guid>-lock-0000000000            leads: its `takeLeadership` runs; data: the identifier
 *     _c_<guid>-lock-0000000001            waits for the deletion of 0
 *
 * Guarantees: as with Lock. `takeLeadership` runs in one participant at a time as the servers see it;
 * it must end when `leadership.signal` aborts, which also happens on `interruptLeadership` and
 * `close`. An error that it throws ends this turn only; it goes to `onError`. It must not wait for
 * `close`, which waits for it.
 * On connection loss: as with Lock.
 * On expiry: the turn is lost. With `autoRequeue` and a client that renews its session, it takes part
 * again; otherwise the turn has ended, and `onError` is told why.
 *
 * Compat: the layout is that of Curator's LeaderSelector.
 */
import type { WaitOptions, ZooKeeper } from '../client/index.ts';
import { checkFunction } from './arguments.ts';
import type { Contender } from './contenders.ts';
import { Lock } from './lock.ts';
import { RecipeError } from './recipe-error.ts';
import type { HeldLock, LockOptions } from './sequence-lock.ts';

export interface LeadershipTurn {
  readonly fencingToken: bigint;
  /** Aborts when the leadership is lost, interrupted, or the selector is closed. */
  readonly signal: AbortSignal;
}

export interface LeaderSelectorOptions extends LockOptions {
  /** The work of the leader; the leadership ends with it. */
  takeLeadership(turn: LeadershipTurn): void | Promise<void>;
  /** Queue up again after each turn. */
  readonly autoRequeue?: boolean | undefined;
  /** What ended a turn that did not end well. Without it such an error is uncaught. */
  onError?(error: unknown): void;
}

export class LeaderSelector implements AsyncDisposable {
  readonly #lock: Lock;
  readonly #options: LeaderSelectorOptions;
  readonly #stop = new AbortController();
  #state: 'latent' | 'started' | 'closed' = 'latent';
  #turn: Promise<void> | undefined;
  #interrupt: AbortController | undefined;

  constructor(zk: ZooKeeper, path: string, options: LeaderSelectorOptions) {
    checkFunction('takeLeadership', options?.takeLeadership);
    this.#options = options;
    const { takeLeadership: _, autoRequeue: __, onError: ___, ...lockOptions } = options;
    this.#lock = new Lock(zk, path, lockOptions);
  }

  get path(): string {
    return this.#lock.path;
  }

  get hasLeadership(): boolean {
    return this.#interrupt !== undefined;
  }

  /** Queues up, and does not wait for the turn. */
  start(): void {
    if (this.#state !== 'latent') throw this.#invalid('it can be started once');
    this.#state = 'started';
    this.requeue();
  }

  /** Queues up for another turn. False if it stands in the queue or leads already. */
  requeue(): boolean {
    if (this.#state !== 'started') throw this.#invalid('it has not been started, or was closed');
    if (this.#turn !== undefined) return false;
    this.#turn = this.#takeTurns().finally(() => {
      this.#turn = undefined;
    });
    return true;
  }

  /** Aborts the signal of the turn that is under way, if one is. */
  interruptLeadership(): void {
    this.#interrupt?.abort(this.#invalid('its turn was interrupted'));
  }

  /** Leaves the queue, or ends the turn; resolves when the next one can lead. */
  async close(): Promise<void> {
    if (this.#state !== 'closed') {
      this.#state = 'closed';
      this.#stop.abort(this.#invalid('it has been closed'));
      this.interruptLeadership();
    }
    await this.#turn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** All who take part, the leader first. */
  async participants(options: WaitOptions = {}): Promise<Contender[]> {
    return this.#lock.contenders(options);
  }

  async #takeTurns(): Promise<void> {
    const { autoRequeue = false } = this.#options;
    do {
      let held: HeldLock;
      try {
        held = await this.#lock.acquire({ signal: this.#stop.signal });
      } catch (error) {
        // Without a session, or a permission, there is no next turn either.
        if (!this.#stop.signal.aborted) this.#report(error);
        return;
      }
      await this.#lead(held);
    } while (autoRequeue && this.#state === 'started');
  }

  async #lead(held: HeldLock): Promise<void> {
    const interrupt = new AbortController();
    this.#interrupt = interrupt;
    const onLost = () => interrupt.abort(held.signal.reason);
    if (held.signal.aborted) onLost();
    held.signal.addEventListener('abort', onLost, { once: true });
    if (this.#state === 'closed') this.interruptLeadership();
    try {
      const { fencingToken } = held;
      await this.#options.takeLeadership({ fencingToken, signal: interrupt.signal });
    } catch (error) {
      if (!isToldToStop(error, interrupt.signal)) this.#report(error);
    } finally {
      held.signal.removeEventListener('abort', onLost);
      this.#interrupt = undefined;
      await held.release().catch((error: unknown) => this.#report(error));
    }
  }

  #report(error: unknown): void {
    const { onError } = this.#options;
    if (onError !== undefined) onError(error);
    else
      queueMicrotask(() => {
        throw error;
      });
  }

  #invalid(why: string): RecipeError {
    return new RecipeError('InvalidState', `The leader selector ${this.path}: ${why}.`);
  }
}

/** Work that throws because it was told to stop has stopped. Node's own calls wrap the reason. */
function isToldToStop(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error instanceof Error && error.cause === reason));
}
