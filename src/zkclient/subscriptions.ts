/** Subscriptions: who is subscribed to which path, and the one Refresher of each such path. */
import { Refresher } from '../recipes/refresher.ts';

export interface SubscriptionsOptions<L> {
  /** Reads with a watch; what it returns tells one listener of what was read. */
  read(path: string, onEvent: () => void): Promise<(listener: L) => void | Promise<void>>;
  onError(error: unknown, path: string): void;
}

interface Subscription<L> {
  readonly listeners: Set<L>;
  readonly refresher: Refresher;
  hasLooked: boolean;
}

export class Subscriptions<L> {
  readonly #options: SubscriptionsOptions<L>;
  readonly #byPath = new Map<string, Subscription<L>>();

  constructor(options: SubscriptionsOptions<L>) {
    this.#options = options;
  }

  get size(): number {
    let count = 0;
    for (const { listeners } of this.#byPath.values()) count += listeners.size;
    return count;
  }

  /** The first subscriber of a path sets the watch; nothing is told before the first event. */
  add(path: string, listener: L): void {
    const known = this.#byPath.get(path);
    if (known !== undefined) {
      known.listeners.add(listener);
      return;
    }
    const subscription: Subscription<L> = {
      listeners: new Set([listener]),
      hasLooked: false,
      refresher: new Refresher({
        refresh: () => this.#look(path),
        onError: (error) => this.#options.onError(error, path),
      }),
    };
    this.#byPath.set(path, subscription);
    void subscription.refresher.poke();
  }

  remove(path: string, listener: L): void {
    const subscription = this.#byPath.get(path);
    if (subscription === undefined) return;
    subscription.listeners.delete(listener);
    if (subscription.listeners.size > 0) return;
    subscription.refresher.end();
    this.#byPath.delete(path);
  }

  removeAll(): void {
    for (const { refresher } of this.#byPath.values()) refresher.end();
    this.#byPath.clear();
  }

  /** A new session has no watches, and what happened in between was told to nobody. */
  lookAgain(): void {
    for (const { refresher } of this.#byPath.values()) void refresher.poke();
  }

  async #look(path: string): Promise<void> {
    const subscription = this.#byPath.get(path);
    if (subscription === undefined) return;
    const { refresher } = subscription;
    const tell = await this.#options.read(path, () => void refresher.poke());
    if (refresher.isEnded) return;
    const isFirst = !subscription.hasLooked;
    subscription.hasLooked = true;
    if (isFirst) return;
    for (const listener of subscription.listeners) {
      try {
        await tell(listener);
      } catch (error) {
        // One listener's fault is not the others'.
        this.#options.onError(error, path);
      }
    }
  }
}
