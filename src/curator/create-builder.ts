/** client.create()…forPath(path, data) */
import {
  type Acl,
  type CreateModeName,
  type CreateOptions,
  type Data,
  isZooKeeperError,
  type Stat,
} from '../client/index.ts';
import { type BuilderContext, withNamespace, withoutNamespace } from './namespaced.ts';

export class CreateBuilder {
  readonly #context: BuilderContext;
  #options: CreateOptions;
  #stat: Partial<Stat> | undefined;
  #orSetData = false;

  constructor(context: BuilderContext) {
    this.#context = context;
    this.#options = { retry: context.retryPolicy, retryUnknown: true };
  }

  creatingParentsIfNeeded(): this {
    return this.#with({ createParents: true });
  }

  creatingParentContainersIfNeeded(): this {
    return this.#with({ createParents: 'container' });
  }

  withMode(mode: CreateModeName): this {
    return this.#with({ mode });
  }

  withACL(acl: readonly Acl[]): this {
    return this.#with({ acl });
  }

  /** Milliseconds that a node without children and changes lives; for the modes with a TTL. */
  withTtl(ttlMs: number): this {
    return this.#with({ ttlMs });
  }

  /** The name gets an id, by which a node is found again whose reply was lost. */
  withProtection(): this {
    return this.#with({ protect: true });
  }

  /** A node that exists gets the data instead. */
  orSetData(): this {
    this.#orSetData = true;
    return this;
  }

  /** The Stat's fields are written into the object. */
  storingStatIn(stat: Partial<Stat>): this {
    this.#stat = stat;
    return this;
  }

  /** Resolves to the real path. */
  async forPath(path: string, data: Data = ''): Promise<string> {
    const { zooKeeper, retryPolicy } = this.#context;
    const full = await withNamespace(this.#context, path);
    try {
      return await this.#create(full, data);
    } catch (error) {
      if (!this.#orSetData || !isZooKeeperError(error, 'NodeExists')) throw error;
      const stat = await zooKeeper.setData(full, data, { retry: retryPolicy, retryUnknown: true });
      if (this.#stat !== undefined) Object.assign(this.#stat, stat);
      return path;
    }
  }

  async #create(full: string, data: Data): Promise<string> {
    const { zooKeeper } = this.#context;
    if (this.#stat === undefined) {
      return withoutNamespace(this.#context, await zooKeeper.create(full, data, this.#options));
    }
    const { path, stat } = await zooKeeper.createWithStat(full, data, this.#options);
    Object.assign(this.#stat, stat);
    return withoutNamespace(this.#context, path);
  }

  #with(options: CreateOptions): this {
    this.#options = { ...this.#options, ...options };
    return this;
  }
}
