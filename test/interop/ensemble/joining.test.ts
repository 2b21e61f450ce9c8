// A Java follower joins a Zooid leader while clients write: entries that are not committed yet are
// on their way at that moment. Java 3.8.0 used to throw at their COMMIT (ZOOKEEPER-4394) and to come
// again, by a synchronization that made its tree another one now and then.

import assert from 'node:assert/strict';
import type { EnsembleMember } from './ensemble-member.ts';
import { assertNoMismatch } from './equal-trees.ts';
import { tellStory } from './mixes.ts';
import { RecordingLoad } from './recording-load.ts';

const countSyncs = (leader: EnsembleMember, sid: number): number =>
  leader.output.split('\n').filter((line) => {
    return line.includes('synchronizing a learner') && line.includes(`sid=${sid} `);
  }).length;

const story = {
  title: 'followers become Java under load → synchronized once each, digests match',
  kinds: ['zooid', 'zooid', 'zooid'],
  laterKinds: ['java-3.8'],
} as const;

tellStory(story, async (ensemble, t) => {
  await ensemble.start();
  const leader = await ensemble.untilLeader();
  const load = await RecordingLoad.start(ensemble);
  try {
    await load.progress(300);
    for (const member of await ensemble.followers()) {
      await member.stop();
      await load.progress(30);
      const before = countSyncs(leader, member.id);
      await member.start('java-3.8');
      await member.untilServing();
      await load.progress(30);
      assert.equal(countSyncs(leader, member.id) - before, 1, `${member.describe()} joined once`);
    }
    t.diagnostic(JSON.stringify(await load.finish()));
    await assertNoMismatch(ensemble.members);
  } finally {
    load.destroy();
  }
});
