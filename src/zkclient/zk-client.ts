/**
 * ZkClient: the client of programs written for ZkClient in Java, method for method.
 *
 * What differs from `ZooKeeper` is what ZkClient promises: values instead of bytes (`serializer`,
 * JSON by default), operations that wait for the connection and try again for
 * `operationRetryTimeoutMs`, a new session after one that expired, and subscriptions that set their
 * watches again by themselves. An operation whose outcome is unknown is tried again, as ZkClient
 * does: a create may then fail with NodeExists although it was this client's.
 */
import {
  type Acl,
  type CreateModeName,
  type CreateOptions,
  isZooKeeperError,
  json,
  type OperationOptions,
  type ReadOptions,
  retryUntilElapsed,
  type Serializer,
  type Stat,
  type StateChange,
  ZooKeeper,
  type ZooKeeperOptions,
} from '../client/index.ts';
import type { ZkChildListener, ZkDataListener, ZkStateListener } from './listeners.ts';
import { Subscriptions } from './subscriptions.ts';

export interface ZkCreateOptions {
  readonly mode: CreateModeName;
  readonly acl?: readonly Acl[] | undefined;
}

export interface ZkClientOptions<T> {
  /** Asked of the server, milliseconds. Default 30,000. */
  readonly sessionTimeoutMs?: number;
  /** How long `waitUntilConnected` waits, and one attempt to connect may take. Default 10,000. */
  readonly connectionTimeoutMs?: number;
  /** How long an operation is tried again while the connection is lost. Default: for ever. */
  readonly operationRetryTimeoutMs?: number;
  /** Default: JSON. */
  readonly serializer?: Serializer<T>;
  /** Whatever else the client takes, such as `tls` or `auth`. */
  readonly client?: ZooKeeperOptions;
  /** For errors that nobody awaits: of listeners, and of reads for them. Default: ignored. */
  onError?(error: unknown, path: string): void;
}

const RETRY_DELAY_MS = 100;

export class ZkClient<T = unknown> implements AsyncDisposable {
  /** What it stands on, for everything that ZkClient has not. */
  readonly zooKeeper: ZooKeeper;
  readonly #serializer: Serializer<T>;
  readonly #connectionTimeoutMs: number;
  readonly #operation: OperationOptions & { readonly retryUnknown: true };
  readonly #data: Subscriptions<ZkDataListener<T>>;
  readonly #children: Subscriptions<ZkChildListener>;
  readonly #stateListeners = new Set<ZkStateListener>();
  readonly #onError: (error: unknown, path: string) => void;
  #hasExpired = false;

  /** Throws on a bad connect string. Connects in the background: see `waitUntilConnected`. */
  constructor(zkServers: string, options: ZkClientOptions<T> = {}) {
    const { sessionTimeoutMs = 30_000, connectionTimeoutMs = 10_000 } = options;
    this.#connectionTimeoutMs = connectionTimeoutMs;
    // JSON of what the caller says T is: without a schema nothing can check more.
    this.#serializer = options.serializer ?? json<T>();
    this.#onError = (error, path) => options.onError?.(error, path);
    const maxElapsedMs = options.operationRetryTimeoutMs ?? Number.POSITIVE_INFINITY;
    const retry = retryUntilElapsed({ maxElapsedMs, delayMs: RETRY_DELAY_MS });
    this.#operation = { retry, retryUnknown: true };
    const timeouts = { sessionTimeoutMs, connectionTimeoutMs };
    this.zooKeeper = new ZooKeeper(zkServers, {
      ...options.client,
      ...timeouts,
      onExpired: 'renew',
    });
    this.#data = new Subscriptions({
      read: (path, onEvent) => this.#readForListeners(path, onEvent),
      onError: this.#onError,
    });
    this.#children = new Subscriptions({
      read: (path, onEvent) => this.#listForListeners(path, onEvent),
      onError: this.#onError,
    });
    this.zooKeeper.onState((change) => this.#onState(change));
  }

  /** Rejects with ConnectionLoss when there is no connection within the time. */
  async waitUntilConnected(timeoutMs: number = this.#connectionTimeoutMs): Promise<void> {
    await this.zooKeeper.connected({ timeoutMs });
  }

  // --- Making nodes ---------------------------------------------------------------------------

  /** With `createParents`: parents are made, and a node that exists already is fine. */
  async createPersistent(path: string, dataOrParents?: T | boolean, acl?: Acl[]): Promise<void> {
    if (dataOrParents !== true) {
      const data = dataOrParents === false ? undefined : dataOrParents;
      await this.create(path, data, { mode: 'persistent', acl });
      return;
    }
    await this.zooKeeper.ensurePath(path, { ...this.#operation, ...(acl && { acl }) });
  }

  /** Resolves to the path with its number. */
  createPersistentSequential(path: string, data?: T, acl?: Acl[]): Promise<string> {
    return this.create(path, data, { mode: 'persistentSequential', acl });
  }

  async createEphemeral(path: string, data?: T, acl?: Acl[]): Promise<void> {
    await this.create(path, data, { mode: 'ephemeral', acl });
  }

  /** Resolves to the path with its number. */
  createEphemeralSequential(path: string, data?: T, acl?: Acl[]): Promise<string> {
    return this.create(path, data, { mode: 'ephemeralSequential', acl });
  }

  create(path: string, data: T | undefined, { mode, acl }: ZkCreateOptions): Promise<string> {
    const options: CreateOptions = { ...this.#operation, mode, ...(acl && { acl }) };
    if (data === undefined) return this.zooKeeper.create(path, new Uint8Array(0), options);
    return this.zooKeeper.create(path, data, { ...options, serializer: this.#serializer });
  }

  // --- Removing nodes -------------------------------------------------------------------------

  /** False when there was no such node. */
  async delete(path: string, version = -1): Promise<boolean> {
    try {
      await this.zooKeeper.delete(path, { ...this.#operation, version });
      return true;
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return false;
      throw error;
    }
  }

  /** The node and all below it; false when there was none. */
  async deleteRecursive(path: string): Promise<boolean> {
    try {
      await this.zooKeeper.delete(path, { ...this.#operation, recursive: true });
      return true;
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return false;
      throw error;
    }
  }

  // --- Reading and writing --------------------------------------------------------------------

  async exists(path: string): Promise<boolean> {
    return (await this.zooKeeper.exists(path, this.#operation)) !== null;
  }

  /** The children's names. Rejects with NoNode. */
  getChildren(path: string): Promise<string[]> {
    return this.zooKeeper.getChildren(path, this.#operation);
  }

  /** 0 when there is no such node. */
  async countChildren(path: string): Promise<number> {
    return (await this.zooKeeper.exists(path, this.#operation))?.numChildren ?? 0;
  }

  /** Milliseconds since 1970; -1 when there is no such node. */
  async getCreationTime(path: string): Promise<number> {
    return (await this.zooKeeper.exists(path, this.#operation))?.ctime ?? -1;
  }

  readData(path: string): Promise<T>;
  readData(path: string, returnNullIfPathNotExists: boolean): Promise<T | null>;
  async readData(path: string, returnNullIfPathNotExists = false): Promise<T | null> {
    try {
      return (await this.#read(path)).data;
    } catch (error) {
      if (returnNullIfPathNotExists && isZooKeeperError(error, 'NoNode')) return null;
      throw error;
    }
  }

  async writeData(path: string, data: T, expectedVersion = -1): Promise<void> {
    await this.writeDataReturnStat(path, data, expectedVersion);
  }

  writeDataReturnStat(path: string, data: T, expectedVersion = -1): Promise<Stat> {
    const options = { ...this.#operation, version: expectedVersion, serializer: this.#serializer };
    return this.zooKeeper.setData(path, data, options);
  }

  /** Reads, changes and writes, again whenever somebody else has written in between. */
  async updateDataSerialized(path: string, update: (data: T) => T): Promise<void> {
    for (;;) {
      const { data, stat } = await this.#read(path);
      try {
        await this.writeData(path, update(data), stat.version);
        return;
      } catch (error) {
        if (!isZooKeeperError(error, 'BadVersion')) throw error;
      }
    }
  }

  /** False when the node has not appeared within the time. */
  async waitUntilExists(path: string, timeoutMs: number): Promise<boolean> {
    const signal = AbortSignal.timeout(timeoutMs);
    let onChange = (): void => {};
    signal.addEventListener('abort', () => onChange(), { once: true });
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        onChange = resolve;
      });
      try {
        const options = { ...this.#operation, watch: () => onChange(), signal };
        if ((await this.zooKeeper.exists(path, options)) !== null) return true;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      if (!signal.aborted) await changed;
    }
    return false;
  }

  addAuthInfo(scheme: string, auth: string | Uint8Array): Promise<void> {
    return this.zooKeeper.addAuth(scheme, auth);
  }

  // --- Subscriptions --------------------------------------------------------------------------

  subscribeDataChanges(path: string, listener: ZkDataListener<T>): void {
    this.#data.add(path, listener);
  }

  unsubscribeDataChanges(path: string, listener: ZkDataListener<T>): void {
    this.#data.remove(path, listener);
  }

  /** Resolves to the children as they are now, null when there is no such node. */
  async subscribeChildChanges(path: string, listener: ZkChildListener): Promise<string[] | null> {
    this.#children.add(path, listener);
    return this.#childrenOrNull(path, this.#operation);
  }

  unsubscribeChildChanges(path: string, listener: ZkChildListener): void {
    this.#children.remove(path, listener);
  }

  subscribeStateChanges(listener: ZkStateListener): void {
    this.#stateListeners.add(listener);
  }

  unsubscribeStateChanges(listener: ZkStateListener): void {
    this.#stateListeners.delete(listener);
  }

  unsubscribeAll(): void {
    this.#data.removeAll();
    this.#children.removeAll();
    this.#stateListeners.clear();
  }

  numberOfListeners(): number {
    return this.#data.size + this.#children.size + this.#stateListeners.size;
  }

  /** Ends the session. */
  async close(): Promise<void> {
    this.unsubscribeAll();
    await this.zooKeeper.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // --- Inside ---------------------------------------------------------------------------------

  #read(path: string): Promise<{ data: T; stat: Stat }> {
    return this.zooKeeper.getData(path, { ...this.#operation, serializer: this.#serializer });
  }

  async #childrenOrNull(path: string, options: ReadOptions): Promise<string[] | null> {
    try {
      return await this.zooKeeper.getChildren(path, options);
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return null;
      throw error;
    }
  }

  /** `exists` sets the watch that also hears of a node that is yet to be made. */
  async #readForListeners(path: string, onEvent: () => void) {
    const stat = await this.zooKeeper.exists(path, { ...this.#operation, watch: onEvent });
    const data = stat === null ? null : await this.#readDataOrGone(path);
    return (listener: ZkDataListener<T>) =>
      data === null
        ? listener.handleDataDeleted(path)
        : listener.handleDataChange(path, data.value);
  }

  /** Null when the node went between the two reads; its watch then tells of that too. */
  async #readDataOrGone(path: string): Promise<{ value: T } | null> {
    try {
      return { value: await this.readData(path) };
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return null;
      throw error;
    }
  }

  async #listForListeners(path: string, onEvent: () => void) {
    const options: ReadOptions = { ...this.#operation, watch: onEvent };
    let children = await this.#childrenOrNull(path, options);
    // A node that is not there takes no child watch: the one that waits for it is of `exists`.
    while (children === null && (await this.zooKeeper.exists(path, options)) !== null) {
      children = await this.#childrenOrNull(path, options);
    }
    return (listener: ZkChildListener) => listener(path, children);
  }

  #onState(change: StateChange): void {
    if (change.state === 'expired') this.#hasExpired = true;
    const isNewSession = this.#hasExpired && change.state === 'connected';
    if (isNewSession) this.#hasExpired = false;
    for (const listener of this.#stateListeners) {
      this.#tell(async () => {
        await listener.handleStateChanged(change);
        if (isNewSession) await listener.handleNewSession?.();
      });
    }
    if (!isNewSession) return;
    this.#data.lookAgain();
    this.#children.lookAgain();
  }

  #tell(call: () => Promise<void>): void {
    call().catch((error: unknown) => this.#onError(error, ''));
  }
}
