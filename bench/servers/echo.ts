// A contestant with nothing behind the socket: every frame gets one fixed reply. It shows how far
// the load generator and the machine go, so that a figure near it is known to be theirs.

import { fileURLToPath } from 'node:url';
import { runServer } from '../../test/interop/running-server.ts';
import type { Contestant } from './contestant.ts';

const entry = fileURLToPath(new URL('./echo-server.ts', import.meta.url));

export const echoContestant = (nodeBinary: string): Contestant => ({
  name: 'echo',
  version: 'fixed replies, no server behind them',
  start: ({ dataDir, clientPort, config }) =>
    runServer({
      command: nodeBinary,
      args: () => ['--import', import.meta.resolve('tsx'), entry, String(clientPort)],
      dataDir,
      clientPort,
      config,
    }),
});
