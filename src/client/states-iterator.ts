/** The changes of the state, to be read in a loop. */
import { EventBuffer } from './event-buffer.ts';
import type { StateChange } from './machine/machine-options.ts';
import type { SessionShell } from './session/session-shell.ts';

/** Beyond, the oldest are dropped: what matters is the newest state. */
const BUFFER_MAX = 1000;

/** Ends behind a state that is final. */
export function statesIterator(
  shell: SessionShell,
  signal: AbortSignal | undefined,
): EventBuffer<StateChange> {
  const onAbort = () => buffer.fail(signal?.reason);
  const buffer = new EventBuffer<StateChange>({
    max: BUFFER_MAX,
    onOverflow: (items) => items.slice(-BUFFER_MAX),
    onEnd() {
      stop();
      signal?.removeEventListener('abort', onAbort);
    },
  });
  const stop = shell.onStateChange((change) => {
    buffer.push(change);
    if (shell.machine.isOver) buffer.end();
  });
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  if (shell.machine.isOver) buffer.end();
  return buffer;
}
