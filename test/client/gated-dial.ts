/** A way to connect that a test can shut: attempts fail until it is opened again. */
import type { Dial } from '../../src/client/session/connection.ts';
import { dialTcp } from '../../src/client/session/connection.ts';

export interface GatedDial {
  readonly dial: Dial;
  isOpen: boolean;
}

export function gatedDial(): GatedDial {
  const gate: GatedDial = {
    isOpen: true,
    dial(target, events) {
      if (gate.isOpen) return dialTcp(target, events);
      const immediate = setImmediate(() => events.onFailed('shut by the test'));
      return { cancel: () => clearImmediate(immediate) };
    },
  };
  return gate;
}
