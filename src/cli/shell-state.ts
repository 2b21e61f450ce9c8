/** States of the client in the words of Java's prompt (ZooKeeper.States). */
import type { State } from '../client/index.ts';

const WORDS: Readonly<Record<State, string>> = {
  connecting: 'CONNECTING',
  associating: 'CONNECTING',
  connected: 'CONNECTED',
  connectedReadOnly: 'CONNECTEDREADONLY',
  disconnected: 'CONNECTING',
  expired: 'CLOSED',
  authFailed: 'AUTH_FAILED',
  closed: 'CLOSED',
};

export function stateWord(state: State): string {
  return WORDS[state];
}

/** Nothing more can be asked of such a client. */
export function isFinal(state: State): boolean {
  return state === 'expired' || state === 'authFailed' || state === 'closed';
}
