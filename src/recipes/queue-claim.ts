/** QueueClaim: an item of a LockingQueue that this client has and others have not. */
import { isZooKeeperError, retryNever, type WaitOptions, type ZooKeeper } from '../client/index.ts';
import type { HeldNode } from './held-node.ts';
import { abortable, RIDE_OUT, withDeadline } from './waiting.ts';

export interface QueueClaimOptions {
  readonly zk: ZooKeeper;
  /** The node of the claim. */
  readonly held: HeldNode;
  readonly entryPath: string;
  readonly data: Uint8Array;
}

export class QueueClaim implements AsyncDisposable {
  readonly name: string;
  readonly data: Uint8Array;
  readonly #zk: ZooKeeper;
  readonly #held: HeldNode;
  readonly #entryPath: string;

  constructor({ zk, held, entryPath, data }: QueueClaimOptions) {
    this.#zk = zk;
    this.#held = held;
    this.#entryPath = entryPath;
    this.name = entryPath.slice(entryPath.lastIndexOf('/') + 1);
    this.data = data;
  }

  /** The czxid of the claim: a later claim on the same item has a greater one. */
  get fencingToken(): bigint {
    return this.#held.fencingToken;
  }

  /** Aborts when the claim is lost: others may have the item then. */
  get signal(): AbortSignal {
    return this.#held.signal;
  }

  get isHeld(): boolean {
    return this.#held.isHeld;
  }

  /**
   * Deletes the item for good. Rejects if the claim is lost; then the item will be handed out again,
   * unless it was this very deletion whose outcome nobody knows.
   */
  async consume(options: WaitOptions = {}): Promise<void> {
    const consumed = this.#held.releaseBy(() => this.#consume());
    const what = `the item ${this.#entryPath} to be consumed`;
    await withDeadline({ what, ...options }, (signal) => abortable(consumed, signal));
  }

  /** Gives the item back, to be taken by others. Does nothing if it was consumed. */
  async release(options: WaitOptions = {}): Promise<void> {
    await this.#held.release(options);
  }

  /** Gives back what was not consumed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  async #consume(): Promise<void> {
    const { path, sessionId } = this.#held;
    for (;;) {
      try {
        await this.#zk.multi().delete(this.#entryPath).delete(path).commit({ retry: retryNever });
        return;
      } catch (error) {
        if (!isZooKeeperError(error, 'ConnectionLoss', 'RequestTimeout')) throw error;
        await this.#zk.sync(this.#entryPath, { retry: RIDE_OUT });
        const entry = await this.#zk.exists(this.#entryPath, { retry: RIDE_OUT });
        // In another session the claim may be somebody else's by now.
        if (this.#zk.session.id !== sessionId) throw error;
        if (entry === null) return;
      }
    }
  }
}
