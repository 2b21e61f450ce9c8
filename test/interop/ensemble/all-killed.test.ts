// Every member dies in the same moment under load: what was acknowledged was on a majority of disks.

import assert from 'node:assert/strict';
import { tellStories } from './mixes.ts';
import { RecordingLoad } from './recording-load.ts';

tellStories(
  'all killed at once under load → no acknowledged write lost, sessions live',
  async (ensemble, t) => {
    await ensemble.start();
    const load = await RecordingLoad.start(ensemble);
    try {
      await load.progress(300);
      await Promise.all(ensemble.members.map((member) => member.kill()));
      await ensemble.startRest();
      await load.progress(100);
      const report = await load.finish();
      t.diagnostic(JSON.stringify(report));
      assert.ok(report.losses >= ensemble.members.length, 'all sessions were cut off');
    } finally {
      load.destroy();
    }
  },
);
