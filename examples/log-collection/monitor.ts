/** Monitor: everything that is in the tree, as lines. */
import { text, type ZooKeeper } from 'zooid';
import { ChildrenCache, GroupMembership } from 'zooid/recipes';
import { type Position, positionJson } from './collected-log.ts';
import { COLLECTED, COLLECTORS, OWNERS, SOURCES, type State, stateJson } from './layout.ts';

export class Monitor {
  readonly #collectors: GroupMembership<State>;
  readonly #sources: GroupMembership<State>;
  readonly #owners: ChildrenCache<string>;
  readonly #collected: ChildrenCache<Position>;

  constructor(zk: ZooKeeper) {
    this.#collectors = new GroupMembership(zk, COLLECTORS, { serializer: stateJson });
    this.#sources = new GroupMembership(zk, SOURCES, { serializer: stateJson });
    this.#owners = new ChildrenCache(zk, OWNERS, { serializer: text });
    this.#collected = new ChildrenCache(zk, COLLECTED, { serializer: positionJson });
  }

  async start(): Promise<void> {
    await Promise.all([this.#collectors.watchMembers(), this.#sources.watchMembers()]);
    await Promise.all([this.#owners.start(), this.#collected.start()]);
  }

  /** Who is dead is not there; of a source there is still what was collected. */
  lines(): string[] {
    const [collectors, sources] = [this.#collectors.members, this.#sources.members];
    const known = new Set([...sources.keys(), ...this.#collected.children.keys()]);
    return [
      `${collectors.size} collectors, ${sources.size} sources are alive`,
      ...[...collectors].toSorted().map(([name, state]) => {
        return `${name}: ${this.#groupsOf(name)}; ${describeState(state)}`;
      }),
      ...[...known].toSorted().map((name) => this.#describeSource(name, sources.get(name))),
    ];
  }

  #groupsOf(collector: string): string {
    const groups = [...this.#owners.children].filter(([, { data }]) => data === collector);
    return (
      groups
        .map(([group]) => group)
        .toSorted()
        .join(', ') || 'no groups'
    );
  }

  #describeSource(name: string, state: State | undefined): string {
    const collected = `${this.#collected.children.get(name)?.data.offset ?? 0} bytes collected`;
    if (state?.group === undefined) return `${name}: not alive; ${collected}`;
    const owner = this.#owners.children.get(state.group)?.data ?? 'nobody';
    return `${name}: ${state.group} → ${owner}; ${collected}, ${describeState(state)}`;
  }
}

function describeState({ bytes = 0, cpuPercent = 0, memoryMb = 0, pid }: Partial<State>): string {
  return `${bytes} bytes, CPU ${cpuPercent} %, ${memoryMb} MB (${pid ?? 'starting'})`;
}
