/**
 * CuratorFramework: the client of programs written for Curator in Java.
 *
 *   const client = CuratorFrameworkFactory.newClient('127.0.0.1:2181', exponentialBackoffRetry(1000, 3));
 *   client.start();
 *   await client.create().creatingParentsIfNeeded().withMode('ephemeral').forPath('/a/b', 'data');
 *
 * As Curator does, every operation is tried again by the client's policy, also when its outcome is
 * unknown: say `withProtection()` where a second node would be wrong.
 */
import {
  isZooKeeperError,
  type RetryPolicy,
  type State,
  type StateChange,
  ZooKeeper,
  type ZooKeeperOptions,
} from '../client/index.ts';
import {
  DeleteBuilder,
  ExistsBuilder,
  GetAclBuilder,
  GetChildrenBuilder,
  GetDataBuilder,
  SetAclBuilder,
  SetDataBuilder,
} from './builders.ts';
import { CreateBuilder } from './create-builder.ts';
import { type BuilderContext, withNamespace } from './namespaced.ts';
import { CuratorTransaction } from './transaction-builder.ts';

/** Curator's ConnectionState. */
export type ConnectionState = 'CONNECTED' | 'SUSPENDED' | 'RECONNECTED' | 'LOST' | 'READ_ONLY';
export type ConnectionStateListener = (client: CuratorFramework, state: ConnectionState) => void;

export interface CuratorOptions {
  readonly connectString: string;
  readonly retryPolicy: RetryPolicy;
  readonly sessionTimeoutMs?: number;
  readonly connectionTimeoutMs?: number;
  /** A path without its first `/` that is put in front of every path; made when missing. */
  readonly namespace?: string;
  readonly canBeReadOnly?: boolean;
  /** Whatever else the client takes, such as `tls` or `auth`. */
  readonly client?: ZooKeeperOptions;
}

export type CuratorFrameworkState = 'LATENT' | 'STARTED' | 'STOPPED';

export class CuratorFramework implements AsyncDisposable {
  readonly #options: CuratorOptions;
  readonly #namespace: string;
  readonly #listeners = new Set<ConnectionStateListener>();
  #zooKeeper: ZooKeeper | null = null;
  #isClosed = false;
  #hasConnected = false;
  #namespaceMade: Promise<void> | null = null;

  constructor(options: CuratorOptions) {
    this.#options = options;
    this.#namespace = options.namespace ?? '';
  }

  /** Begins to connect. Throws when it was started before, and on a bad connect string. */
  start(): void {
    if (this.#zooKeeper !== null) throw new Error('CuratorFramework: start() was called before.');
    const {
      connectString,
      sessionTimeoutMs = 60_000,
      connectionTimeoutMs = 15_000,
    } = this.#options;
    this.#zooKeeper = new ZooKeeper(connectString, {
      ...this.#options.client,
      sessionTimeoutMs,
      connectionTimeoutMs,
      readOnly: this.#options.canBeReadOnly ?? false,
      onExpired: 'renew',
    });
    this.#zooKeeper.onState((change) => this.#onState(change));
  }

  getState(): CuratorFrameworkState {
    if (this.#isClosed) return 'STOPPED';
    return this.#zooKeeper === null ? 'LATENT' : 'STARTED';
  }

  /** False when there was no connection within the time; no time: waits for ever. */
  async blockUntilConnected(maxWaitMs?: number): Promise<boolean> {
    try {
      await this.zooKeeper.connected(maxWaitMs === undefined ? {} : { timeoutMs: maxWaitMs });
      return true;
    } catch (error) {
      if (isZooKeeperError(error, 'ConnectionLoss', 'RequestTimeout')) return false;
      throw error;
    }
  }

  /** What it stands on. Throws before `start()`. */
  get zooKeeper(): ZooKeeper {
    if (this.#zooKeeper !== null) return this.#zooKeeper;
    throw new Error('CuratorFramework: call start() first.');
  }

  create(): CreateBuilder {
    return new CreateBuilder(this.#context());
  }

  delete(): DeleteBuilder {
    return new DeleteBuilder(this.#context());
  }

  checkExists(): ExistsBuilder {
    return new ExistsBuilder(this.#context());
  }

  getData(): GetDataBuilder {
    return new GetDataBuilder(this.#context());
  }

  setData(): SetDataBuilder {
    return new SetDataBuilder(this.#context());
  }

  getChildren(): GetChildrenBuilder {
    return new GetChildrenBuilder(this.#context());
  }

  getACL(): GetAclBuilder {
    return new GetAclBuilder(this.#context());
  }

  setACL(): SetAclBuilder {
    return new SetAclBuilder(this.#context());
  }

  inTransaction(): CuratorTransaction {
    return new CuratorTransaction(this.#context());
  }

  /** `client.sync().forPath(path)`: later reads show what was committed when it was asked. */
  sync(): { forPath(path: string): Promise<void> } {
    const context = this.#context();
    const { zooKeeper, retryPolicy: retry } = context;
    return {
      forPath: async (path) => zooKeeper.sync(await withNamespace(context, path), { retry }),
    };
  }

  getNamespace(): string {
    return this.#namespace;
  }

  getConnectionStateListenable() {
    return {
      addListener: (listener: ConnectionStateListener): void => {
        this.#listeners.add(listener);
      },
      removeListener: (listener: ConnectionStateListener): void => {
        this.#listeners.delete(listener);
      },
    };
  }

  /** Ends the session. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    await this.#zooKeeper?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #context(): BuilderContext {
    return {
      zooKeeper: this.zooKeeper,
      retryPolicy: this.#options.retryPolicy,
      prefix: this.#namespace === '' ? '' : `/${this.#namespace}`,
      namespaceMade: () => this.#makeNamespace(),
    };
  }

  #makeNamespace(): Promise<void> {
    const { retryPolicy: retry } = this.#options;
    this.#namespaceMade ??= this.zooKeeper
      .ensurePath(`/${this.#namespace}`, { retry, retryUnknown: true })
      .catch((error: unknown) => {
        // The next operation tries again.
        this.#namespaceMade = null;
        throw error;
      });
    return this.#namespaceMade;
  }

  #onState({ state }: StateChange): void {
    const told = this.#connectionState(state);
    if (told === undefined) return;
    for (const listener of this.#listeners) listener(this, told);
  }

  #connectionState(state: State): ConnectionState | undefined {
    switch (state) {
      case 'connected': {
        const isFirst = !this.#hasConnected;
        this.#hasConnected = true;
        return isFirst ? 'CONNECTED' : 'RECONNECTED';
      }
      case 'connectedReadOnly':
        return 'READ_ONLY';
      case 'disconnected':
        return 'SUSPENDED';
      case 'expired':
        return 'LOST';
      default:
        return undefined;
    }
  }
}
