/**
 * Election: what LeaderLatch, SequenceElection and SingleNodeElection have in common. It takes part
 * from `start` until `close`, wins when its turn comes, and takes part again when it has lost.
 *
 * Guarantees: at most one participant's node wins, so at most one leads as the servers see it;
 * `leadership.signal` tells a leader that it leads no more, and `leadership.fencingToken` lets
 * others refuse one that has not noticed. See HeldNode.
 * On connection loss: the place in the queue is kept while the session lives. A leader leads on for
 * a third of the session timeout; with `abortOn: 'disconnected'` it stops at once. It leads again
 * after the reconnect if its node is still there and first.
 * On expiry: leadership is lost. With a client that renews its session, it takes part again with a
 * new node; with one that does not, the election has ended: `leadership` rejects with the reason.
 */
import type { WaitOptions, ZooKeeper } from '../client/index.ts';
import { checkFunction } from './arguments.ts';
import type { HeldNode } from './held-node.ts';
import { RecipeError } from './recipe-error.ts';
import type { OwnNode } from './sequence-nodes.ts';
import { abortable, withDeadline } from './waiting.ts';

/** What the leader holds: `signal`, `fencingToken`, `path`. It is released by the election. */
export type Leadership = Pick<
  HeldNode,
  'path' | 'fencingToken' | 'sessionId' | 'signal' | 'isHeld' | 'throwIfLost'
>;

export type ElectionState = 'latent' | 'started' | 'closed' | 'failed';

export type LeadershipChange =
  | { readonly isLeader: true; readonly leadership: Leadership }
  | { readonly isLeader: false };

export interface ContendStep {
  readonly signal: AbortSignal;
  /** The node of the last leadership, which may still be there. */
  readonly node: OwnNode | undefined;
  /** To be called once this client takes part. */
  onQueued(): void;
}

export abstract class Election implements AsyncDisposable {
  readonly path: string;
  protected readonly zk: ZooKeeper;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(change: LeadershipChange) => void>();
  readonly #waiters = new Set<() => void>();
  readonly #queued = new Settled();
  #state: ElectionState = 'latent';
  #leading: HeldNode | undefined;
  /** The last leadership: its node may still be there, to stand in line with again. */
  #last: HeldNode | undefined;
  #ended: Promise<void> = Promise.resolve();
  #failure: unknown;

  protected constructor(zk: ZooKeeper, path: string) {
    this.zk = zk;
    this.path = path;
  }

  /** Resolves with what is held once this client is first. */
  protected abstract contend(step: ContendStep): Promise<HeldNode>;

  get state(): ElectionState {
    return this.#state;
  }

  get hasLeadership(): boolean {
    return this.#leading?.isHeld === true;
  }

  /**
   * Begins to take part; resolves once it does. Rejects if that is not possible, and when the wait
   * for it ends; then it goes on by itself until `close`.
   */
  async start(options: WaitOptions = {}): Promise<void> {
    if (this.#state !== 'latent') throw this.#invalid('it can be started once');
    this.#state = 'started';
    this.#ended = this.#takePart();
    const what = `a place in the election ${this.path}`;
    await withDeadline({ what, ...options }, (signal) => abortable(this.#queued.promise, signal));
  }

  /** Resolves when this client leads. Rejects when the election has been closed or has failed. */
  async leadership(options: WaitOptions = {}): Promise<Leadership> {
    if (this.#state === 'latent') throw this.#invalid('it has not been started');
    const what = `the leadership at ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (;;) {
        if (this.#state === 'failed') throw this.#failure;
        if (this.#state === 'closed') throw this.#invalid('it has been closed');
        if (this.#leading?.isHeld === true) return this.#leading;
        await this.#nextChange(signal);
      }
    });
  }

  /** Calls the listener at each change from now on; returns what ends that. */
  onChange(listener: (change: LeadershipChange) => void): () => void {
    checkFunction('listener', listener);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes part no more; leadership is given up. Resolves when the next one can lead. */
  async close(): Promise<void> {
    if (this.#state === 'latent') this.#state = 'closed';
    if (this.#state === 'started') {
      this.#state = 'closed';
      this.#stop.abort(this.#invalid('it has been closed'));
    }
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #takePart(): Promise<void> {
    try {
      for (;;) await this.#leadOnce(this.#stop.signal);
    } catch (error) {
      this.#queued.reject(error);
      if (this.#state !== 'closed') {
        this.#state = 'failed';
        this.#failure = error;
      }
      this.#wakeWaiters();
    } finally {
      await this.#last?.release().catch(() => {});
    }
  }

  async #leadOnce(signal: AbortSignal): Promise<void> {
    const onQueued = () => this.#queued.resolve();
    const leading = await this.contend({ signal, node: this.#last?.node, onQueued });
    this.#last = leading;
    this.#leading = leading;
    this.#tell({ isLeader: true, leadership: leading });
    this.#wakeWaiters();
    try {
      await aborted(leading.signal, signal);
    } finally {
      this.#leading = undefined;
      this.#tell({ isLeader: false });
    }
  }

  async #nextChange(signal: AbortSignal): Promise<void> {
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#waiters.add(wake);
    await abortable(woken, signal).finally(() => this.#waiters.delete(wake));
  }

  #tell(change: LeadershipChange): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(change);
      } catch (error) {
        // A listener's own trouble must not end the election: it is uncaught, like any other.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #wakeWaiters(): void {
    for (const wake of this.#waiters) wake();
  }

  #invalid(why: string): RecipeError {
    return new RecipeError('InvalidState', `The election ${this.path}: ${why}.`);
  }
}

/** A promise that is settled from outside; nobody has to wait for it. */
class Settled {
  readonly promise: Promise<void>;
  resolve: () => void = () => {};
  reject: (reason: unknown) => void = () => {};

  constructor() {
    this.promise = new Promise<void>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => {});
  }
}

/** Resolves when `awaited` aborts; rejects when `signal` does. */
function aborted(awaited: AbortSignal, signal: AbortSignal): Promise<void> {
  const promise = new Promise<void>((resolve) => {
    if (awaited.aborted) resolve();
    awaited.addEventListener('abort', () => resolve(), { once: true });
  });
  return abortable(promise, signal);
}
