/** WatchStats: how many watchers each event found, by what had happened. */
import { EventType } from '../../../protocol/watch-event.ts';
import type { WatchCounter } from '../../tree/watch-manager.ts';
import { Summary } from './summary.ts';

export class WatchStats implements WatchCounter {
  readonly created = new Summary();
  readonly deleted = new Summary();
  readonly changed = new Summary();
  readonly children = new Summary();
  /** Of events that were sent. */
  bytes = 0;

  onFired(type: EventType, watchers: number): void {
    this.#of(type)?.record(watchers);
  }

  #of(type: EventType): Summary | null {
    switch (type) {
      case EventType.nodeCreated:
        return this.created;
      case EventType.nodeDeleted:
        return this.deleted;
      case EventType.nodeDataChanged:
        return this.changed;
      case EventType.nodeChildrenChanged:
        return this.children;
      default:
        return null;
    }
  }

  reset(): void {
    this.bytes = 0;
    for (const each of [this.created, this.deleted, this.changed, this.children]) each.reset();
  }
}
