/**
 * HeldNode: what a lock, a lease or an election gives to its holder. It stands for an ephemeral
 * node, tells when it is lost, and deletes the node when it is released.
 *
 * `signal` aborts, with a RecipeError Lost as its reason, when
 * - the session has expired or the client was closed,
 * - the node was deleted by somebody else,
 * - the connection has been lost for a third of the session timeout. The server may expire the
 *   session when the whole timeout has passed since it last heard from us, of which up to two
 *   thirds can be over before the client notices; so the holder stops before another can start.
 *   With `abortOn: 'disconnected'` it aborts as soon as the connection is lost.
 * What was lost stays lost, even if the session lives on. Release it all the same: the node may
 * still be there.
 *
 * A process that is paused for longer than all that cannot know it. Where that matters, hand
 * `fencingToken` to whatever is protected and let it refuse a token lower than the last it saw.
 */
import {
  isZooKeeperError,
  type StateChange,
  type WaitOptions,
  type WatchListener,
  type ZooKeeper,
} from '../client/index.ts';
import { RecipeError } from './recipe-error.ts';
import { deleteNode, type OwnNode } from './sequence-nodes.ts';
import { abortable, RIDE_OUT, withDeadline } from './waiting.ts';

export type AbortOn = 'sessionLost' | 'disconnected';
export const ABORT_ON: readonly AbortOn[] = ['sessionLost', 'disconnected'];

const SESSION_ENDS: Partial<Record<StateChange['state'], string>> = {
  expired: 'the session has expired',
  closed: 'the client was closed',
  authFailed: 'authentication failed',
};

export interface HeldNodeOptions {
  readonly zk: ZooKeeper;
  readonly node: OwnNode;
  /** 'sessionLost' when absent. */
  readonly abortOn?: AbortOn | undefined;
  /** Called with the node's data, once at first and then after each change. */
  readonly onData?: ((data: Uint8Array) => void) | undefined;
  /** What release does; the node is deleted when absent. */
  readonly remove?: (() => Promise<void>) | undefined;
}

export class HeldNode implements AsyncDisposable {
  readonly path: string;
  /** The czxid of the node. Who holds later has a greater one. */
  readonly fencingToken: bigint;
  /** The session that the node belongs to. */
  readonly sessionId: bigint;
  readonly #zk: ZooKeeper;
  readonly #options: HeldNodeOptions;
  readonly #lost = new AbortController();
  readonly #stopListening: () => void;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;
  #released: Promise<void> | undefined;

  constructor(options: HeldNodeOptions) {
    this.#options = options;
    this.#zk = options.zk;
    this.path = options.node.path;
    this.fencingToken = options.node.czxid;
    this.sessionId = options.node.sessionId;
    this.#stopListening = this.#zk.onState((change) => this.#onState(change));
    this.#checkNow();
    this.#watchNode();
  }

  get node(): OwnNode {
    return this.#options.node;
  }

  /** Aborts when it is held no more, though nobody released it. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get isHeld(): boolean {
    return this.#released === undefined && !this.#lost.signal.aborted;
  }

  /**
   * Deletes the node, through lost connections, so that the next one can go on. May be called
   * again. When the signal or the time limit ends the wait, the deletion goes on by itself.
   */
  async release(options: WaitOptions = {}): Promise<void> {
    this.#released ??= this.#remove();
    const released = this.#released;
    const what = `the release of ${this.path}`;
    await withDeadline({ what, ...options }, (signal) => abortable(released, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** Throws the reason if it is held no more: for the last moment before something that counts. */
  throwIfLost(): void {
    this.#lost.signal.throwIfAborted();
    if (this.#released === undefined) return;
    throw new RecipeError('InvalidState', `${this.path} has been released.`);
  }

  /**
   * Releases by something else than a plain deletion, such as a transaction that deletes the node
   * among others. When that fails, this is lost: what became of the node is not known then.
   */
  async releaseBy<T>(remove: () => Promise<T>): Promise<T> {
    this.throwIfLost();
    const removed = remove();
    this.#released = removed.then(() => {});
    // Whoever calls release meanwhile hears of a failure; if nobody does, the caller here has.
    this.#released.catch(() => {});
    try {
      const result = await removed;
      this.#stop();
      return result;
    } catch (error) {
      this.#released = undefined;
      this.#lose('its release failed');
      throw error;
    }
  }

  async #remove(): Promise<void> {
    this.#stop();
    if (this.#options.remove === undefined) await deleteNode(this.#zk, this.path);
    else await this.#options.remove();
  }

  /** The watch on the node stays: the deletion fires it, which is cheaper than to remove it. */
  #stop(): void {
    this.#stopListening();
    clearTimeout(this.#graceTimer);
  }

  #lose(why: string): void {
    if (!this.isHeld) return;
    this.#stop();
    this.#lost.abort(new RecipeError('Lost', `${this.path} is held no more: ${why}.`));
  }

  /** The session may have ended between the creation and now. */
  #checkNow(): void {
    const { state, session } = this.#zk;
    if (session.id !== this.sessionId) this.#lose('its session has ended');
    else if (!this.#zk.isConnected) this.#onState({ state, sessionId: session.id });
  }

  #onState({ state, sessionId }: Pick<StateChange, 'state' | 'sessionId'>): void {
    const end = SESSION_ENDS[state];
    if (end !== undefined) this.#lose(end);
    else if (state === 'connected' || state === 'connectedReadOnly') this.#onConnected(sessionId);
    else this.#onDisconnected();
  }

  #onConnected(sessionId: bigint): void {
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
    if (sessionId !== this.sessionId) this.#lose('there is a new session');
  }

  #onDisconnected(): void {
    if (this.#options.abortOn === 'disconnected') return this.#lose('the connection was lost');
    const graceMs = this.#zk.session.timeoutMs / 3;
    const why = `the connection has been lost for ${Math.round(graceMs)} ms`;
    this.#graceTimer ??= setTimeout(() => this.#lose(why), graceMs).unref();
  }

  readonly #watch: WatchListener = ({ type }) => {
    if (type === 'nodeDeleted') this.#lose('its node was deleted');
    else if (type !== 'watchRemoved') this.#watchNode();
  };

  #watchNode(): void {
    if (!this.isHeld) return;
    // What fails is told otherwise: the session's end by its state.
    this.#readNode().catch(() => {});
  }

  async #readNode(): Promise<void> {
    try {
      const { data } = await this.#zk.getData(this.path, { watch: this.#watch, retry: RIDE_OUT });
      if (this.isHeld) this.#options.onData?.(data);
    } catch (error) {
      if (!isZooKeeperError(error, 'NoNode')) throw error;
      this.#lose('its node was deleted');
    }
  }
}
