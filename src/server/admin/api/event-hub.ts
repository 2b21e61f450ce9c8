/**
 * EventHub: tells those who listen to /api/events what happens, as far as it is cheap to know: the role
 * of the server at once, changes of nodes by a watch like a client's, and sessions by looking once a
 * second. Nobody listens: nothing is done.
 */
import { describeSessionId, type SessionId } from '../../../base/session-id.ts';
import { type WatchManager, WatchMode } from '../../../core/tree/watch-manager.ts';
import type { AdminEvent } from '../../../protocol/admin.ts';
import type { Id } from '../../../protocol/records/acl.ts';
import type { WordContext } from '../../four-letter-words/word-context.ts';
import { EventListener } from './event-listener.ts';
import { sessionIds, viewState } from './server-views.ts';

export interface ListenOptions {
  /** Of who listens. */
  readonly ids: readonly Id[];
  /** Changes at or below it are told; null: of no node. */
  readonly path: string | null;
}

const LISTENERS_MAX = 16;
const SESSIONS_INTERVAL_MS = 1000;

export class EventHub {
  readonly #words: WordContext;
  readonly #listeners = new Set<EventListener>();
  #sessions = new Set<SessionId>();
  #timer: NodeJS.Timeout | null = null;
  #watches: WatchManager | null = null;

  constructor(words: WordContext) {
    this.#words = words;
  }

  /** Null when there are too many already. */
  listen({ ids, path }: ListenOptions): EventListener | null {
    if (this.#listeners.size >= LISTENERS_MAX) return null;
    const listener = new EventListener(path, {
      maySee: (aclId) => this.#maySee(aclId, ids),
      onClosed: () => this.#remove(listener),
    });
    this.#followManager();
    this.#listeners.add(listener);
    listener.tell(viewState(this.#words));
    this.#watchFor(listener);
    if (this.#timer === null) {
      this.#sessions = sessionIds(this.#words.server);
      this.#timer = setInterval(() => this.#lookAtSessions(), SESSIONS_INTERVAL_MS);
    }
    return listener;
  }

  /** Whatever happens to the server. */
  onEvent({ kind }: { readonly kind: string }): void {
    if (this.#listeners.size === 0 || (kind !== 'state' && kind !== 'serving')) return;
    this.#tell(viewState(this.#words));
    if (kind === 'serving') this.#followManager();
  }

  close(): void {
    for (const listener of [...this.#listeners]) listener.end('the server stops');
  }

  /** Watches go with their role; in another all listeners watch anew, and at once. */
  #followManager(): void {
    const watches = this.#words.server.processor?.watches ?? null;
    if (watches === null || watches === this.#watches) return;
    this.#watches = watches;
    for (const listener of this.#listeners) {
      listener.watches.clear();
      this.#watchFor(listener);
    }
  }

  #watchFor(listener: EventListener): void {
    if (listener.path === null) return;
    this.#watches?.add(listener, listener.path, WatchMode.persistentRecursive);
  }

  #maySee(aclId: number, ids: readonly Id[]): boolean {
    const { processor, database } = this.#words.server;
    const acl = database.tree.acls.list(aclId);
    return processor?.access.isAllowed(acl, 1, ids) ?? false;
  }

  #lookAtSessions(): void {
    const now = sessionIds(this.#words.server);
    const tell = (id: SessionId, change: 'opened' | 'closed') =>
      this.#tell({ kind: 'session', change, id: describeSessionId(id) });
    for (const id of now) if (!this.#sessions.has(id)) tell(id, 'opened');
    for (const id of this.#sessions) if (!now.has(id)) tell(id, 'closed');
    this.#sessions = now;
  }

  #tell(event: AdminEvent): void {
    for (const listener of this.#listeners) listener.tell(event);
  }

  #remove(listener: EventListener): void {
    this.#listeners.delete(listener);
    this.#watches?.removeWatcher(listener);
    if (this.#listeners.size > 0) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
