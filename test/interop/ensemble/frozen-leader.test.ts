// The leader stops for longer than the others wait for it and then wakes up, believing that it
// leads: what it says from then on must not count.

import assert from 'node:assert/strict';
import { tellStories } from './mixes.ts';
import { RecordingLoad } from './recording-load.ts';

tellStories(
  'leader frozen beyond syncLimit → another leads, it follows when it wakes',
  async (ensemble, t) => {
    await ensemble.start();
    const load = await RecordingLoad.start(ensemble);
    try {
      await load.progress(100);
      const former = await ensemble.untilLeader();
      await former.freeze();
      // A new leader is only elected once the others have waited for syncLimit.
      const next = await ensemble.untilLeader();
      assert.notEqual(next.id, former.id);
      await load.progress(200);
      former.thaw();
      await load.progress(200);
      await ensemble.until('follower in it', async () =>
        (await former.mode()) === 'follower' ? true : undefined,
      );
      const report = await load.finish();
      t.diagnostic(JSON.stringify(report));
    } finally {
      load.destroy();
    }
  },
);
