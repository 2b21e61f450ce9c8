/**
 * `restore`: not here. Java swaps the tree of the running server for the one that is sent, while its
 * log goes on from the old one; the next start then ends in neither. Whoever asks is told what to do.
 */
import type { PrivilegedCommand } from './command.ts';

const INSTEAD = 'a running server is not restored: stop it, and use zooid restore';

export const restore: PrivilegedCommand = {
  kind: 'privileged',
  method: 'POST',
  names: ['restore', 'rest'],
  answer: async () => ({ status: 503, error: INSTEAD }),
};
