/**
 * What the caches share: they read anew after events, after each reconnect and in each new session,
 * and they tell the errors that nobody awaits.
 */
import { isZooKeeperError, type StateChange, type ZooKeeper } from '../client/index.ts';
import { ListenerSet } from './listener-set.ts';
import { Refresher } from './refresher.ts';

export interface CacheOptions {
  /**
   * Reads that failed for another reason than the connection (such as NoAuth), and what listeners
   * throw. The copy stays as it was. Default: ignored.
   */
  onError?(error: unknown): void;
}

interface Start {
  readonly done: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

export abstract class CacheBase<E> implements AsyncDisposable {
  protected readonly zk: ZooKeeper;
  readonly #listeners: ListenerSet<E>;
  readonly #refresher: Refresher;
  readonly #onError: (error: unknown) => void;
  #stopHearing: (() => void) | null = null;
  #start: Start | null = null;

  constructor(zk: ZooKeeper, options: CacheOptions) {
    this.zk = zk;
    this.#onError = (error) => options.onError?.(error);
    this.#listeners = new ListenerSet<E>(this.#onError);
    this.#refresher = new Refresher({
      refresh: async () => {
        if (await this.refresh()) this.#start?.resolve();
      },
      onError: (error) => this.#onRefreshError(error),
    });
  }

  /**
   * Resolves when the first reading has been taken up; without a connection that takes until there
   * is one. Rejects when it fails for another reason, or is closed before. May be called again.
   */
  start(): Promise<void> {
    if (this.#start === null) {
      this.#start = newStart();
      this.#stopHearing = this.zk.onState((change) => this.#onState(change));
      this.poke();
    }
    return this.#start.done;
  }

  /** Told after each change, in order. Returns what ends that. */
  onChange(listener: (event: E) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Reads now, without an event: resolves when that has been tried. */
  reload(): Promise<void> {
    return this.#refresher.poke();
  }

  /** The copy stays as it is; nothing is read any more. */
  async close(): Promise<void> {
    this.#stopHearing?.();
    this.#stopHearing = null;
    this.#refresher.end();
    this.#start?.reject(new Error(`${this.constructor.name} was closed before it had started.`));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Reads with watches that call `poke`, and takes up what was read. False when that was not enough
   * for `start()` to resolve.
   */
  protected abstract refresh(): Promise<boolean>;

  /** A new session has no watches. */
  protected forgetWatches(): void {}

  protected get isClosed(): boolean {
    return this.#refresher.isEnded;
  }

  /** For the watches of `refresh`. */
  protected readonly poke = (): void => {
    void this.#refresher.poke();
  };

  protected tell(event: E): void {
    if (!this.isClosed) this.#listeners.tell(event);
  }

  /** After a reconnect the watches are there again, and it does no harm to look. */
  #onState({ state }: StateChange): void {
    if (state === 'expired') this.forgetWatches();
    if (state === 'connected' || state === 'connectedReadOnly') this.poke();
  }

  #onRefreshError(error: unknown): void {
    // The next connection reads again.
    const isOfConnection = isZooKeeperError(error, 'ConnectionLoss', 'RequestTimeout');
    if (isOfConnection) return;
    this.#start?.reject(error);
    this.#onError(error);
  }
}

function newStart(): Start {
  let settle: Pick<Start, 'resolve' | 'reject'> = { resolve() {}, reject() {} };
  const done = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Who does not await it has `onError`.
  done.catch(() => {});
  return { done, ...settle };
}
