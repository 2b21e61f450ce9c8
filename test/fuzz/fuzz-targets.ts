/** All fuzz targets, as `npm run fuzz -- --target` knows them. */
import { configTarget } from './config-target.ts';
import { connectTarget, framesTarget } from './frames-target.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { electionTarget, quorumTarget } from './quorum-targets.ts';
import { logTarget, snapshotTarget } from './storage-targets.ts';
import { leaderTarget, learnerTarget } from './zab-targets.ts';

// biome-ignore lint/suspicious/noExplicitAny: each target has inputs of its own.
export type AnyTarget = FuzzTarget<any>;

export const fuzzTargets: readonly AnyTarget[] = [
  framesTarget,
  connectTarget,
  logTarget,
  snapshotTarget,
  configTarget,
  quorumTarget,
  electionTarget,
  leaderTarget,
  learnerTarget,
];
