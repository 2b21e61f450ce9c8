/** EventListener: what one who listens to /api/events is still to be told. */
import type { WatchedEvent, Watcher } from '../../../core/tree/watch-manager.ts';
import type { AdminEvent, NodeEvent } from '../../../protocol/admin.ts';
import { EventType } from '../../../protocol/watch-event.ts';

export interface EventListenerHost {
  maySee(aclId: number): boolean;
  /** Once. */
  onClosed(): void;
}

/** Who has more to take than that is too slow. */
const WAITING_MAX = 10_000;

const CHANGES: Readonly<Partial<Record<number, NodeEvent['change']>>> = {
  [EventType.nodeCreated]: 'created',
  [EventType.nodeDeleted]: 'deleted',
  [EventType.nodeDataChanged]: 'dataChanged',
};

export class EventListener implements Watcher {
  readonly path: string | null;
  /** Owned by the watch manager. */
  readonly watches = new Map<string, number>();
  readonly #host: EventListenerHost;
  #waiting: AdminEvent[] = [];
  #wake: (() => void) | null = null;
  #isClosed = false;

  constructor(path: string | null, host: EventListenerHost) {
    this.path = path;
    this.#host = host;
  }

  notify({ type, path, zxid, aclId }: WatchedEvent): void {
    const change = CHANGES[type];
    if (change === undefined || !this.#host.maySee(aclId)) return;
    this.tell({ kind: 'node', change, path, zxid });
  }

  tell(event: AdminEvent): void {
    if (this.#isClosed) return;
    if (this.#waiting.length >= WAITING_MAX) return this.end('too slow');
    this.#waiting.push(event);
    this.#wake?.();
  }

  /** What has happened since the last time, or when something does; empty at the end. */
  async take(): Promise<readonly AdminEvent[]> {
    if (this.#waiting.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
    const events = this.#waiting;
    this.#waiting = [];
    return events;
  }

  /** With a last word to who listens. */
  end(reason: string): void {
    if (this.#isClosed) return;
    this.#waiting = [{ kind: 'lost', reason }];
    this.close();
  }

  /** Nobody listens any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#host.onClosed();
    this.#wake?.();
  }
}
