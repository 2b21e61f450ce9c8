/**
 * Verbs about the clock and the disk, which move only by hand.
 *
 *   tick 500                         half a second later the driver's timer fires
 *   expire a                         time goes on until the session of `a` expires
 *   disk-op                          the oldest disk op that is under way ends
 *   sync-disk                        all disk ops end, also those that follow from them
 *   fail-disk writeFile EIO          the next op of this kind fails
 *   snapshot                         a snapshot is asked for
 *   crash seed=1                     power is lost, and the server starts again
 *   kill                             the process alone is killed, and starts again
 *   stop                             a clean stop
 */
import type { DiskOp } from '../../../src/core/storage/disk.ts';
import { type VerbTable, wordAt } from '../verb.ts';

export const machineVerbs: VerbTable = {
  tick: ({ run, words }) => run.tick(Number(wordAt({ words }, 0))),
  expire: ({ run, words }) => run.expire(wordAt({ words }, 0)),
  'disk-op'({ run }) {
    if (!run.finishOne()) throw new Error('no disk op is under way');
  },
  'sync-disk': ({ run }) => run.syncDisk(),
  'fail-disk': ({ run, words }) =>
    run.failDisk(wordAt({ words }, 0) as DiskOp['kind'], wordAt({ words }, 1)),
  snapshot: ({ run }) => run.step((server) => server.takeSnapshot()),
  crash: ({ run, options }) => run.crash(Number(options.get('seed') ?? 1)),
  kill: ({ run }) => run.kill(),
  stop: ({ run }) => run.step((server) => server.shutdown()),
};
