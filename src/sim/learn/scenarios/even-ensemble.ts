import type { ServerId } from '../../../base/server-id.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

const SIZES = [
  [3, 1],
  [4, 1],
  [5, 2],
  [6, 2],
] as const;

export const evenEnsemble: LearnScenario = {
  name: 'even-ensemble',
  title: 'four servers survive as many deaths as three, and halves are no quorum',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3, 4] });
    const { ensemble } = run;
    run.say(`A quorum is more than half of the voters. Here are ensembles whose leader is killed, and the
      next one, until nobody leads any more. The fourth server survives nothing that three do not, and
      the leader has to wait for one more disk at each write.`);
    for (const [count, deaths] of SIZES) {
      const survived = deathsSurvived(count);
      run.check(survived === deaths, `${count} servers survive ${deaths} deaths`);
      const quorum = Math.floor(count / 2) + 1;
      run.row(`${count} voters: a quorum is ${quorum}, deaths survived: ${survived}`);
    }

    run.prepare(() => run.startAll(1, 2, 3, 4));
    run.say(`And a network that breaks in the middle stops an even ensemble altogether. Four voters,
      server 4 leads; two are left on each side.`);
    run.partition([1, 2], [3, 4]);
    const all = [...ensemble.peers.values()];
    run.until(() => all.every(({ peer }) => peer?.state === 'LOOKING'), 'all look for a leader');
    run.pass(30_000);
    run.check(
      all.every(({ isServing }) => !isServing),
      'nobody serves',
    );
    run.say(
      'After 30 more seconds still nobody leads: two votes of four are no quorum on either side.',
    );
    run.state();

    run.say('Only when the network is whole again somebody leads.');
    run.heal();
    run.quietly(() => run.until(() => all.every(({ isServing }) => isServing), 'all serve'));
    run.state();
    return run.finish();
  },
};

/** How many servers can be killed, one by one and the leader first, before nobody leads. */
function deathsSurvived(count: number): number {
  const sids: ServerId[] = Array.from({ length: count }, (_, i) => i + 1);
  const run = new LearnRun({ voters: sids });
  const { ensemble } = run;
  run.startAll(...sids);
  for (let deaths = 0; ; deaths++) {
    const { leader } = ensemble;
    if (leader === undefined) throw new Error('nobody leads');
    run.kill(leader.sid);
    run.settle();
    const alive = [...ensemble.peers.values()].filter(({ isListening }) => isListening);
    if (!ensemble.runUntil(() => alive.every(({ isServing }) => isServing), 60_000_000))
      return deaths;
  }
}
