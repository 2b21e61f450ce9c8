// The leader dies under load, more than once: nothing acknowledged is lost, sessions live on.

import assert from 'node:assert/strict';
import { tellStories } from './mixes.ts';
import { RecordingLoad } from './recording-load.ts';

const KILLS = 2;

tellStories(
  'leader killed under load → no acknowledged write lost, sessions live',
  async (ensemble, t) => {
    await ensemble.start();
    const load = await RecordingLoad.start(ensemble);
    try {
      await load.progress(200);
      for (let kill = 0; kill < KILLS; kill += 1) {
        const leader = await ensemble.untilLeader();
        await leader.kill();
        await load.progress(200);
        const next = await ensemble.untilLeader();
        assert.notEqual(next.id, leader.id, 'another one leads');
        await ensemble.startRest();
        await load.progress(100);
      }
      const report = await load.finish();
      t.diagnostic(JSON.stringify(report));
      assert.ok(report.losses >= KILLS, 'sessions were cut off');
    } finally {
      load.destroy();
    }
  },
);
