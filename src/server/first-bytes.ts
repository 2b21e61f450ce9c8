/** What the first bytes of a connection may be besides a ConnectRequest: a four-letter word. */
import type { FirstBytes } from './client-port.ts';
import type { StandaloneShell } from './standalone-shell.ts';

export function firstBytesOf(_shell: StandaloneShell): FirstBytes {
  return { answer: () => null };
}
