/**
 * ServiceDiscovery: instances register under a service's name; who needs one keeps a copy of the
 * list and chooses. The layout and the JSON are Curator's (curator-x-discovery), so that both see
 * each other's instances.
 *
 * Guarantees: an instance whose session ended is gone from every copy within the session time-out;
 * copies are always a little old, so an instance that is chosen may just have died.
 * On connection loss: copies stay; instances stay listed while their sessions live.
 * On expiry: an instance is gone, and registered again in the new session (`onExpired: 'renew'`).
 * Layout:
 *   <base>/<service name>/<instance id>    ephemeral, JSON of the instance
 */
import { json, type ZooKeeper } from '../client/index.ts';
import type { CacheOptions } from './cache-base.ts';
import { ChildrenCache } from './children-cache.ts';
import { PersistentEphemeralNode } from './persistent-ephemeral-node.ts';
import { randomStrategy, type ServiceStrategy } from './service-strategies.ts';

/** Curator's ServiceInstance. `P` is whatever else the instance tells: health, load, tags. */
export interface ServiceInstance<P = unknown> {
  readonly name: string;
  readonly id: string;
  readonly address: string;
  readonly port: number | null;
  readonly sslPort: number | null;
  readonly payload: P;
  /** Milliseconds since 1970, by the clock of the one that registered. */
  readonly registrationTimeUTC: number;
  readonly serviceType: 'DYNAMIC' | 'STATIC' | 'PERMANENT' | 'DYNAMIC_SEQUENTIAL';
  /** False: listed, and not chosen. */
  readonly enabled: boolean;
}

/** What an instance says of itself; the rest has defaults. */
export type ServiceDescription<P> = Pick<
  ServiceInstance<P>,
  'name' | 'id' | 'address' | 'payload'
> &
  Partial<Pick<ServiceInstance<P>, 'port' | 'sslPort' | 'enabled'>>;

export interface ServiceRegistration<P> extends AsyncDisposable {
  readonly instance: ServiceInstance<P>;
  /** Health and state for those who choose. */
  update(change: Partial<Pick<ServiceInstance<P>, 'payload' | 'enabled'>>): Promise<void>;
  unregister(): Promise<void>;
}

export interface ServiceProviderOptions<P> extends CacheOptions {
  /** Default: random. */
  readonly strategy?: ServiceStrategy<P>;
  /** Instances for which it is false are not chosen. */
  filter?(instance: ServiceInstance<P>): boolean;
}

export interface ServiceDiscoveryOptions extends CacheOptions {
  /** The clock for `registrationTimeUTC`. Default: Date.now. */
  nowMs?(): number;
}

export class ServiceDiscovery<P = unknown> {
  readonly #zk: ZooKeeper;
  readonly #base: string;
  readonly #options: ServiceDiscoveryOptions;

  constructor(zk: ZooKeeper, base: string, options: ServiceDiscoveryOptions = {}) {
    this.#zk = zk;
    this.#base = base;
    this.#options = options;
  }

  /** Resolves when others can find it. */
  async register(description: ServiceDescription<P>): Promise<ServiceRegistration<P>> {
    let instance: ServiceInstance<P> = {
      port: null,
      sslPort: null,
      enabled: true,
      serviceType: 'DYNAMIC',
      registrationTimeUTC: (this.#options.nowMs ?? Date.now)(),
      ...description,
    };
    const path = `${this.#base}/${instance.name}/${instance.id}`;
    const node = new PersistentEphemeralNode(this.#zk, path, {
      ...this.#options,
      data: JSON.stringify(instance),
    });
    await node.start();
    const unregister = (): Promise<void> => node.close();
    return {
      get instance() {
        return instance;
      },
      update: (change) => {
        instance = { ...instance, ...change };
        return node.setData(JSON.stringify(instance));
      },
      unregister,
      [Symbol.asyncDispose]: unregister,
    };
  }

  /** The names under which anything was ever registered. */
  async services(): Promise<string[]> {
    const stat = await this.#zk.exists(this.#base);
    return stat === null ? [] : this.#zk.getChildren(this.#base);
  }

  /** Resolves when the list is known; follows it until it is closed. */
  async provider(
    name: string,
    options: ServiceProviderOptions<P> = {},
  ): Promise<ServiceProvider<P>> {
    const provider = new ServiceProvider<P>(this.#zk, `${this.#base}/${name}`, options);
    await provider.start();
    return provider;
  }
}

/** The instances of one service, and the choice among them. */
export class ServiceProvider<P = unknown> implements AsyncDisposable {
  readonly #cache: ChildrenCache<ServiceInstance<P>>;
  readonly #strategy: ServiceStrategy<P>;
  readonly #filter: (instance: ServiceInstance<P>) => boolean;

  constructor(zk: ZooKeeper, path: string, options: ServiceProviderOptions<P>) {
    const serializer = json<ServiceInstance<P>>();
    this.#cache = new ChildrenCache(zk, path, { ...options, serializer });
    this.#strategy = options.strategy ?? randomStrategy();
    this.#filter = (instance) => options.filter?.(instance) ?? true;
  }

  start(): Promise<void> {
    return this.#cache.start();
  }

  /** All that are listed, sorted by id. */
  get instances(): ServiceInstance<P>[] {
    return [...this.#cache.children.values()]
      .map(({ data }) => data)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** One that is enabled and passes the filter; undefined when there is none. */
  pick(): ServiceInstance<P> | undefined {
    // An instance of an older Curator has no `enabled`.
    const able = this.instances.filter((each) => each.enabled !== false && this.#filter(each));
    return able.length === 0 ? undefined : this.#strategy.pick(able);
  }

  onChange(listener: (instances: ServiceInstance<P>[]) => void): () => void {
    return this.#cache.onChange(() => listener(this.instances));
  }

  close(): Promise<void> {
    return this.#cache.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
