/**
 * WatchList: the watches that a client believes to have, so that it can ask for them again on its
 * next connection. What it is told wrongly it believes; the checkers judge the server, not this.
 */

import type { SetWatches2 } from '../../protocol/records/watches.ts';
import { EventType, WatcherType } from '../../protocol/watch-event.ts';
import type { Ask } from './client-request.ts';

export class WatchList {
  readonly #data = new Set<string>();
  readonly #exist = new Set<string>();
  readonly #child = new Set<string>();
  readonly #persistent = new Set<string>();
  readonly #recursive = new Set<string>();

  clear(): void {
    for (const set of this.#all()) set.clear();
  }

  get isEmpty(): boolean {
    return this.#all().every((set) => set.size === 0);
  }

  get hasPersistent(): boolean {
    return this.#persistent.size + this.#recursive.size > 0;
  }

  onReply(ask: Ask, err: number): void {
    if (ask.kind === 'addWatch' && err === 0) {
      (ask.mode === 1 ? this.#recursive : this.#persistent).add(ask.path);
    } else if (ask.kind === 'removeWatches' && err === 0) {
      this.#remove(ask.path, ask.type);
    } else if ('watch' in ask && ask.watch) {
      if (ask.kind === 'exists' && err === -101) this.#exist.add(ask.path);
      if (err !== 0) return;
      (ask.kind === 'exists' || ask.kind === 'getData' ? this.#data : this.#child).add(ask.path);
    }
  }

  onEvent(type: number, path: string): void {
    if (type === EventType.nodeChildrenChanged || type === EventType.nodeDeleted) {
      this.#child.delete(path);
    }
    if (type === EventType.nodeChildrenChanged) return;
    this.#data.delete(path);
    this.#exist.delete(path);
  }

  asSetWatches(relativeZxid: number): SetWatches2 {
    return {
      relativeZxid,
      dataWatches: [...this.#data],
      existWatches: [...this.#exist],
      childWatches: [...this.#child],
      persistentWatches: [...this.#persistent],
      persistentRecursiveWatches: [...this.#recursive],
    };
  }

  #all(): Set<string>[] {
    return [this.#data, this.#exist, this.#child, this.#persistent, this.#recursive];
  }

  #remove(path: string, type: number): void {
    const isAny = type === WatcherType.any;
    if (isAny || type === WatcherType.data) {
      this.#data.delete(path);
      this.#exist.delete(path);
    }
    if (isAny || type === WatcherType.children) this.#child.delete(path);
    if (isAny || type === WatcherType.persistent) this.#persistent.delete(path);
    if (isAny || type === WatcherType.persistentRecursive) this.#recursive.delete(path);
  }
}
