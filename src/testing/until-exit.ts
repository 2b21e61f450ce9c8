/**
 * What is to be done when this process ends without having cleaned up, as when a test throws or a
 * runner gives up. It can only be done at once: nothing is waited for.
 */

const actions = new Set<() => void>();

function onExit(): void {
  for (const action of actions) {
    try {
      action();
    } catch {
      // The others are done nevertheless; nobody is left to be told.
    }
  }
}

/** Returns how to forget it, when it is done in time. */
export function untilExit(action: () => void): () => void {
  // Nothing listens while there is nothing to do: a runner may load this file once for each test.
  if (actions.size === 0) process.on('exit', onExit);
  actions.add(action);
  return () => {
    if (actions.delete(action) && actions.size === 0) process.off('exit', onExit);
  };
}
