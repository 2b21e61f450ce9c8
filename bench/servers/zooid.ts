// Zooid as operators start it, by bin/zkServer.sh on the built dist/. The Node binary can be
// chosen, by putting its folder first in PATH, which is where the script looks.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { startZooidServer, zooidServerAvailability } from '../../test/interop/zooid-server.ts';
import type { ContestantOrReason } from './contestant.ts';

/** Puts the folder of this Node first in PATH. */
export const pathWithNode = (nodeBinary: string): Record<string, string> => ({
  PATH: `${path.dirname(path.resolve(nodeBinary))}:${process.env['PATH'] ?? ''}`,
});

export const zooidContestant = (nodeBinary: string): ContestantOrReason => {
  const name = 'zooid';
  const availability = zooidServerAvailability();
  if (!availability.available) return { name, reason: availability.reason };
  if (path.basename(nodeBinary) !== 'node') {
    return { name, reason: `--node must name a file called node, not ${nodeBinary}.` };
  }
  const nodeVersion = execFileSync(nodeBinary, ['--version'], { encoding: 'utf8' }).trim();
  const env = pathWithNode(nodeBinary);
  return {
    name,
    version: `Zooid on Node ${nodeVersion}`,
    start: (options) => startZooidServer({ env, ...options }),
  };
};
