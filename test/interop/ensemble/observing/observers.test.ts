// An observer serves clients and follows whoever leads, but no majority is made with its help.

import assert from 'node:assert/strict';
import type { EnsembleMember } from '../ensemble-member.ts';
import { type Mix, onlyForJava, tellStory } from '../mixes.ts';
import { RecordingLoad } from '../recording-load.ts';
import type { TestEnsemble } from '../test-ensemble.ts';

interface Watched {
  readonly kinds: Mix;
  readonly observers: Mix;
}

const ensembles: readonly Watched[] = [
  ...onlyForJava<Watched>({
    kinds: ['java-3.8', 'java-3.8', 'java-3.8'],
    observers: ['java-3.9'],
  }),
  { kinds: ['java-3.8', 'zooid', 'java-3.8'], observers: ['zooid'] },
  { kinds: ['zooid', 'zooid', 'zooid'], observers: ['java-3.8'] },
];

const findObserver = (ensemble: TestEnsemble): EnsembleMember => {
  const observer = ensemble.members.find(({ isObserver }) => isObserver);
  assert.ok(observer !== undefined);
  return observer;
};

/** Of three voters one is left: it and the observer are half of four servers and no majority. */
const loseQuorum = async (ensemble: TestEnsemble): Promise<void> => {
  const leader = await ensemble.untilLeader();
  // Whatever they are at the moment: one that has just come back may still be synchronizing.
  const others = ensemble.members.filter((each) => !each.isObserver && each !== leader);
  await Promise.all(others.map((follower) => follower.kill()));
  await ensemble.until('end of serving', async () => {
    const modes = await ensemble.modes();
    return modes.every((mode) => mode === undefined) ? true : undefined;
  });
  await ensemble.startRest();
};

for (const { kinds, observers } of ensembles) {
  const title = 'members die under load → the observer follows, never votes, loses nothing';
  tellStory({ title, kinds, observers }, async (ensemble, t) => {
    await ensemble.start();
    const observer = findObserver(ensemble);
    assert.equal(await observer.mode(), 'observer');
    const load = await RecordingLoad.start(ensemble);
    try {
      await load.progress(100);
      await observer.kill();
      await load.progress(100);
      await ensemble.startRest();
      await (await ensemble.untilLeader()).kill();
      await load.progress(100);
      await ensemble.startRest();
      await loseQuorum(ensemble);
      await load.progress(100);
      assert.equal(await observer.mode(), 'observer');
      t.diagnostic(JSON.stringify(await load.finish()));
    } finally {
      load.destroy();
    }
  });
}
