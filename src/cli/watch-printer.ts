/**
 * WatchPrinter: prints events and states as Java's zkCli does, whose one watcher hears everything.
 *
 * Each kind of watch has a listener of its own, because Java names the kind when a watch is
 * removed. An event that several of them hear is still printed once.
 */
import type { State, StateChange, WatchEvent, WatchListener } from '../client/index.ts';
import { isFinal } from './shell-state.ts';

/** By WatchKind; a data watch of `stat` and one of `get` are of one kind. */
type ListenerName = 'data' | 'children' | 'persistent';

const REMOVED: Readonly<Record<ListenerName, string>> = {
  data: 'DataWatchRemoved',
  children: 'ChildWatchRemoved',
  persistent: 'PersistentWatchRemoved',
};

/** States that Java's watchers hear of. */
const KEEPER_STATES: Partial<Record<State, string>> = {
  connected: 'SyncConnected',
  connectedReadOnly: 'ConnectedReadOnly',
  disconnected: 'Disconnected',
  expired: 'Expired',
  authFailed: 'AuthFailed',
  closed: 'Closed',
};

export class WatchPrinter {
  readonly data: WatchListener;
  readonly children: WatchListener;
  readonly persistent: WatchListener;
  readonly #print: (text: string) => void;
  #last: WatchEvent | undefined;
  #isOver = false;

  constructor(print: (text: string) => void) {
    this.#print = print;
    this.data = (event) => this.#onEvent(event, 'data');
    this.children = (event) => this.#onEvent(event, 'children');
    this.persistent = (event) => this.#onEvent(event, 'persistent');
  }

  onState({ state }: StateChange): void {
    this.#isOver = isFinal(state);
    const name = KEEPER_STATES[state];
    if (name !== undefined) this.#show({ state: name, type: 'None', path: 'null' });
  }

  #onEvent(event: WatchEvent, listener: ListenerName): void {
    switch (event.type) {
      case 'watchRemoved':
        // The end of a session takes its watches along without a word.
        if (this.#isOver) return;
        return this.#show({ type: REMOVED[listener], path: event.path });
      case 'continuityBroken':
        // Java does not know it: the state says that something may have been missed.
        return;
      default: {
        if (event === this.#last) return;
        this.#last = event;
        const type = `N${event.type.slice(1)}`;
        this.#show({ type, path: event.path, zxid: event.zxid });
      }
    }
  }

  #show(shown: {
    readonly state?: string;
    readonly type: string;
    readonly path: string;
    readonly zxid?: bigint | undefined;
  }): void {
    const { state = 'SyncConnected', type, path, zxid = -1n } = shown;
    const event = `state:${state} type:${type} path:${path} zxid: ${zxid}`;
    this.#print(`\nWATCHER::\n\nWatchedEvent ${event}`);
  }
}
