/** What is in the tree: the tasks, who runs them and stands by, and how far each has come. */
import { json, text, type ZooKeeper } from 'zooid';
import { ChildrenCache, type HotStandbyUnit } from 'zooid/recipes';
import type { Address } from './databases.ts';

export const TASKS = '/replication/tasks';
const UNITS = '/replication/units';
export const POSITIONS = '/replication/positions';

export interface Task {
  /** The socket of the MariaDB server that is read. */
  readonly source: string;
  readonly target: Address;
}

/** What a HotStandby writes. */
type Unit = Pick<HotStandbyUnit, 'identifier' | 'state'>;

export const taskJson = json<Task>((value) => value as Task);
const unitJson = json<Unit>((value) => value as Unit);

export function unitsPath(task: string): string {
  return `${UNITS}/${task}`;
}

export function positionPath(task: string): string {
  return `${POSITIONS}/${task}`;
}

/** Replicators begin with it as soon as they see it. */
export async function registerTask(zk: ZooKeeper, name: string, task: Task): Promise<void> {
  await zk.create(positionPath(name), '', { createParents: true });
  await zk.create(`${TASKS}/${name}`, task, { createParents: true, serializer: taskJson });
}

/** Follows what is in the tree of some tasks. */
export class Monitor {
  readonly #units: ReadonlyMap<string, ChildrenCache<Unit>>;
  readonly #positions: ChildrenCache<string>;

  constructor(zk: ZooKeeper, tasks: readonly string[]) {
    const caches = tasks.map((task) => {
      return [task, new ChildrenCache(zk, unitsPath(task), { serializer: unitJson })] as const;
    });
    this.#units = new Map(caches);
    this.#positions = new ChildrenCache(zk, POSITIONS, { serializer: text });
  }

  async start(): Promise<void> {
    const caches = [...this.#units.values(), this.#positions];
    await Promise.all(caches.map((cache) => cache.start()));
  }

  /** By their sequences: the first one runs, or is about to. */
  units(task: string): HotStandbyUnit[] {
    const sequence = (name: string) => name.slice(name.lastIndexOf('-'));
    return [...(this.#units.get(task)?.children ?? [])]
      .map(([name, { data }]) => ({ name, ...data }))
      .toSorted((a, b) => (sequence(a.name) < sequence(b.name) ? -1 : 1));
  }

  position(task: string): string {
    return this.#positions.children.get(task)?.data ?? '';
  }

  lines(): string[] {
    return [...this.#units.keys()].map((task) => {
      const units = this.units(task).map(({ identifier, state }) => `${identifier} ${state}`);
      const position = this.position(task) || 'the beginning';
      return `${task}: at ${position}; ${units.join(', ') || 'nobody is there'}`;
    });
  }
}
