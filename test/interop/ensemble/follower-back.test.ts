// A follower that was away gets what it missed (DIFF), one that lost its disk gets everything (SNAP);
// the ensemble goes on writing all the while. Which of the two it was shows in the follower's
// folder: only a SNAP leaves a new snapshot there.

import assert from 'node:assert/strict';
import type { EnsembleMember } from './ensemble-member.ts';
import { mixes, tellStory } from './mixes.ts';
import { RecordingLoad } from './recording-load.ts';
import type { TestEnsemble } from './test-ensemble.ts';

const WRITES_MISSED = 200;
/** Of a server that has just found an empty folder. */
const EMPTY_SNAPSHOT = 'snapshot.0';

const killFollower = async (
  ensemble: TestEnsemble,
  load: RecordingLoad,
): Promise<EnsembleMember> => {
  const [follower] = await ensemble.followers();
  assert.ok(follower !== undefined, 'somebody follows');
  await follower.kill();
  await load.progress(WRITES_MISSED);
  return follower;
};

/** However quick the servers are: what a follower misses must still be in the leader's memory. */
const config = { commitLogCount: '100000' };
const title = 'follower killed, then wiped → writes go on, it comes back by DIFF, then by SNAP';

for (const kinds of mixes) {
  tellStory({ title, kinds, config }, async (ensemble, t) => {
    await ensemble.start();
    const leader = await ensemble.untilLeader();
    const load = await RecordingLoad.start(ensemble);
    try {
      await load.progress(100);
      const away = await killFollower(ensemble, load);
      const before = away.snapshots();
      await ensemble.startRest();
      await load.progress(100);
      assert.deepEqual(away.snapshots(), before, 'what it missed came as a DIFF');

      const wiped = await killFollower(ensemble, load);
      wiped.wipe();
      await ensemble.startRest();
      await load.progress(100);
      const received = wiped.snapshots().filter((name) => name !== EMPTY_SNAPSHOT);
      assert.equal(received.length, 1, 'everything came as a SNAP');

      const report = await load.finish();
      t.diagnostic(JSON.stringify(report));
      assert.equal((await ensemble.untilLeader()).id, leader.id, 'it led all the while');
    } finally {
      load.destroy();
    }
  });
}
