// One member after the other becomes another kind of server on its own data directory, and back,
// while clients write: followers first and the leader last, as an operator does it.

import type { EnsembleMember } from './ensemble-member.ts';
import type { MemberKind } from './member-kinds.ts';
import { onlyForJava, tellStory } from './mixes.ts';
import { RecordingLoad } from './recording-load.ts';
import type { TestEnsemble } from './test-ensemble.ts';

interface Route {
  readonly from: MemberKind;
  readonly to: MemberKind;
}

const routes: readonly Route[] = [
  ...onlyForJava<Route>({ from: 'java-3.8', to: 'java-3.9' }),
  { from: 'java-3.8', to: 'zooid' },
];

const leaderLast = async (ensemble: TestEnsemble): Promise<EnsembleMember[]> => {
  const leader = await ensemble.untilLeader();
  return [...ensemble.members.filter((member) => member !== leader), leader];
};

const migrateAll = async (
  ensemble: TestEnsemble,
  load: RecordingLoad,
  to: MemberKind,
): Promise<void> => {
  for (const member of await leaderLast(ensemble)) {
    await member.stop();
    await load.progress(30);
    await member.start(to);
    await member.untilServing();
    await load.progress(30);
  }
};

for (const { from, to } of routes) {
  const story = {
    title: `each becomes ${to} under load and ${from} again → equal trees, nothing lost`,
    kinds: [from, from, from],
    laterKinds: [to],
  };
  tellStory(story, async (ensemble, t) => {
    await ensemble.start();
    const load = await RecordingLoad.start(ensemble);
    try {
      await load.progress(50);
      await migrateAll(ensemble, load, to);
      await migrateAll(ensemble, load, from);
      t.diagnostic(JSON.stringify(await load.finish()));
    } finally {
      load.destroy();
    }
  });
}
