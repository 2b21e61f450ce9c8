/** Directory: a copy of all that is below ROOT, for collectors, name servers and the view. */
import { json, type Serializer, type ZooKeeper } from 'zooid';
import { TreeCache } from 'zooid/recipes';
import {
  type Domains,
  type Instance,
  ROOT,
  readDomains,
  SERVERS,
  type ServerState,
  STATES,
} from './layout.ts';

/** Null for what is empty, as parents are, and for what is no JSON. */
const anyJson: Serializer<unknown> = {
  ...json(),
  deserialize(bytes) {
    try {
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      return null;
    }
  },
};

export class Directory {
  readonly #cache: TreeCache<unknown>;
  #domains: Domains | undefined;

  constructor(zk: ZooKeeper) {
    this.#cache = new TreeCache<unknown>(zk, ROOT, { serializer: anyJson });
    this.#cache.onChange(() => {
      this.#domains = undefined;
    });
  }

  start(): Promise<void> {
    return this.#cache.start();
  }

  /** The same object until something changes. */
  get domains(): Domains {
    this.#domains ??= readDomains(this.#cache.nodes);
    return this.#domains;
  }

  get instances(): Instance[] {
    return [...this.domains.values()].flat().toSorted((a, b) => (a.host < b.host ? -1 : 1));
  }

  /** Key of the instance → version of its state. */
  get stateVersions(): Map<string, number> {
    const states = [...this.#cache.nodes].filter(([path]) => path.startsWith(`${STATES}/`));
    const keys = states.map(([path, { stat }]) => {
      return [path.slice(STATES.length + 1), stat.version] as const;
    });
    return new Map(keys.filter(([key]) => key.includes('/')));
  }

  /** Name → where it listens. */
  get servers(): Map<string, number> {
    const names = this.#cache.childrenOf(SERVERS).toSorted();
    const states = names.map((name) => {
      const state = this.#cache.nodes.get(`${SERVERS}/${name}`)?.data as ServerState | null;
      return [name, state?.port ?? 0] as const;
    });
    return new Map(states);
  }
}
