/** The builders of single operations other than create, each named for Curator's. */
import type { Acl, Data, Stat, WatchListener } from '../client/index.ts';
import { type BuilderContext, withNamespace, withoutNamespace } from './namespaced.ts';

/** client.delete()…forPath(path) */
export class DeleteBuilder {
  readonly #context: BuilderContext;
  #version = -1;
  #isRecursive = false;
  #isQuiet = false;

  constructor(context: BuilderContext) {
    this.#context = context;
  }

  deletingChildrenIfNeeded(): this {
    this.#isRecursive = true;
    return this;
  }

  /** A node that is not there is no error. */
  quietly(): this {
    this.#isQuiet = true;
    return this;
  }

  withVersion(version: number): this {
    this.#version = version;
    return this;
  }

  async forPath(path: string): Promise<void> {
    const { zooKeeper, retryPolicy: retry } = this.#context;
    await zooKeeper.delete(await withNamespace(this.#context, path), {
      retry,
      retryUnknown: true,
      version: this.#version,
      recursive: this.#isRecursive,
      quiet: this.#isQuiet,
    });
  }
}

/** client.setData()…forPath(path, data) */
export class SetDataBuilder {
  readonly #context: BuilderContext;
  #version = -1;

  constructor(context: BuilderContext) {
    this.#context = context;
  }

  withVersion(version: number): this {
    this.#version = version;
    return this;
  }

  async forPath(path: string, data: Data = ''): Promise<Stat> {
    const { zooKeeper, retryPolicy: retry } = this.#context;
    const options = { retry, retryUnknown: true, version: this.#version };
    return zooKeeper.setData(await withNamespace(this.#context, path), data, options);
  }
}

/** What the three builders that read have in common. */
class ReadBuilder {
  protected readonly context: BuilderContext;
  #watch: WatchListener | undefined;
  #stat: Partial<Stat> | undefined;

  constructor(context: BuilderContext) {
    this.context = context;
  }

  /** Told once, of the next change. Paths in events are without the namespace. */
  usingWatcher(watcher: WatchListener): this {
    this.#watch = (event) =>
      watcher({ ...event, path: withoutNamespace(this.context, event.path) });
    return this;
  }

  /** The Stat's fields are written into the object. */
  storingStatIn(stat: Partial<Stat>): this {
    this.#stat = stat;
    return this;
  }

  protected get options() {
    const { retryPolicy: retry } = this.context;
    return { retry, ...(this.#watch !== undefined && { watch: this.#watch }) };
  }

  protected store(stat: Stat): void {
    if (this.#stat !== undefined) Object.assign(this.#stat, stat);
  }
}

/** client.getData()…forPath(path) */
export class GetDataBuilder extends ReadBuilder {
  async forPath(path: string): Promise<Uint8Array> {
    const full = await withNamespace(this.context, path);
    const { data, stat } = await this.context.zooKeeper.getData(full, this.options);
    this.store(stat);
    return data;
  }
}

/** client.getChildren()…forPath(path) */
export class GetChildrenBuilder extends ReadBuilder {
  async forPath(path: string): Promise<string[]> {
    const full = await withNamespace(this.context, path);
    const { children, stat } = await this.context.zooKeeper.getChildrenWithStat(full, this.options);
    this.store(stat);
    return children;
  }
}

/** client.checkExists()…forPath(path): null when there is no such node. */
export class ExistsBuilder extends ReadBuilder {
  async forPath(path: string): Promise<Stat | null> {
    const full = await withNamespace(this.context, path);
    const stat = await this.context.zooKeeper.exists(full, this.options);
    if (stat !== null) this.store(stat);
    return stat;
  }
}

/** client.getACL()…forPath(path) */
export class GetAclBuilder extends ReadBuilder {
  async forPath(path: string): Promise<readonly Acl[]> {
    const { zooKeeper, retryPolicy: retry } = this.context;
    const { acl, stat } = await zooKeeper.getAcl(await withNamespace(this.context, path), {
      retry,
    });
    this.store(stat);
    return acl;
  }
}

/** client.setACL()…forPath(path) */
export class SetAclBuilder {
  readonly #context: BuilderContext;
  #acl: readonly Acl[] = [];
  #aclVersion = -1;

  constructor(context: BuilderContext) {
    this.#context = context;
  }

  withACL(acl: readonly Acl[]): this {
    this.#acl = acl;
    return this;
  }

  /** The aversion that the node must have. */
  withVersion(aclVersion: number): this {
    this.#aclVersion = aclVersion;
    return this;
  }

  async forPath(path: string): Promise<Stat> {
    const { zooKeeper, retryPolicy: retry } = this.#context;
    const options = { retry, retryUnknown: true, aclVersion: this.#aclVersion };
    return zooKeeper.setAcl(await withNamespace(this.#context, path), this.#acl, options);
  }
}
