/**
 * WatchRegistry: the one place that knows which watches this client has (ZooKeeper's
 * ZKWatchManager). A watch is entered when the reply says that the server has it, never before; a
 * one-shot watch goes with its event. Server and registry apply the same rules, so that after a
 * reconnect `setWatches` can tell the new server everything.
 *
 * The same listener set twice for the same watch is one, as in Java.
 */
import { parentPath } from '../../base/path-rules.ts';
import type { WatchIntent } from './operation.ts';
import type { NodeEvent, WatchListener } from './watch-event.ts';

type Table = Map<string, Set<WatchListener>>;

export type WatchTableName = 'data' | 'exist' | 'children' | 'persistent' | 'persistentRecursive';

export const WATCH_TABLES: readonly WatchTableName[] = [
  'data',
  'exist',
  'children',
  'persistent',
  'persistentRecursive',
];

/** One-shot tables that an event of a type empties for its path. */
const ONE_SHOT: Readonly<Record<NodeEvent['type'], readonly WatchTableName[]>> = {
  nodeCreated: ['data', 'exist'],
  nodeDataChanged: ['data', 'exist'],
  nodeDeleted: ['data', 'exist', 'children'],
  nodeChildrenChanged: ['children'],
};

export interface RegisteredWatch {
  readonly table: WatchTableName;
  readonly path: string;
}

export class WatchRegistry {
  readonly #tables: Readonly<Record<WatchTableName, Table>> = {
    data: new Map(),
    exist: new Map(),
    children: new Map(),
    persistent: new Map(),
    persistentRecursive: new Map(),
  };

  /** Enters the watch of a request whose reply was good, or said NoNode (`isMissing`). */
  register({ kind, path, listener }: WatchIntent, isMissing: boolean): void {
    if (isMissing && kind !== 'exists') return;
    const name = kind === 'exists' ? (isMissing ? 'exist' : 'data') : kind;
    const table = this.#tables[name];
    const listeners = table.get(path);
    if (listeners === undefined) table.set(path, new Set([listener]));
    else listeners.add(listener);
  }

  /** Whom this event concerns, each once; one-shot watches are taken out. */
  take({ type, path }: NodeEvent): Set<WatchListener> {
    const found = new Set<WatchListener>();
    for (const name of ONE_SHOT[type]) {
      const table = this.#tables[name];
      addAll(found, table.get(path));
      table.delete(path);
    }
    addAll(found, this.#tables.persistent.get(path));
    const recursive = this.#tables.persistentRecursive;
    // A recursive watch hears of the nodes themselves; their parents' lists follow from that.
    if (recursive.size === 0 || type === 'nodeChildrenChanged') return found;
    for (let each = path; ; each = parentPath(each)) {
      addAll(found, recursive.get(each));
      if (each === '/') return found;
    }
  }

  listeners(name: WatchTableName, path: string): ReadonlySet<WatchListener> {
    return this.#tables[name].get(path) ?? new Set();
  }

  /** Takes out one listener, or all of that watch; those that were there. */
  remove({ table: name, path }: RegisteredWatch, listener?: WatchListener): WatchListener[] {
    const table = this.#tables[name];
    const listeners = table.get(path);
    if (listeners === undefined) return [];
    if (listener === undefined) {
      table.delete(path);
      return [...listeners];
    }
    const had = listeners.delete(listener);
    if (listeners.size === 0) table.delete(path);
    return had ? [listener] : [];
  }

  get size(): number {
    return WATCH_TABLES.reduce((sum, name) => sum + this.#tables[name].size, 0);
  }

  paths(name: WatchTableName): IterableIterator<string> {
    return this.#tables[name].keys();
  }

  entries(name: WatchTableName): IterableIterator<[string, ReadonlySet<WatchListener>]> {
    return this.#tables[name].entries();
  }

  clear(): void {
    for (const name of WATCH_TABLES) this.#tables[name].clear();
  }
}

function addAll(found: Set<WatchListener>, listeners: ReadonlySet<WatchListener> | undefined) {
  if (listeners === undefined) return;
  for (const listener of listeners) found.add(listener);
}
