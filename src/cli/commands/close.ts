import type { NodeCommand } from '../command.ts';

export const close: NodeCommand = {
  kind: 'node',
  name: 'close',
  form: '',
  needsServer: false,
  // Compat: Java does not look at what follows.
  run: ({ zk }) => zk.close(),
};
