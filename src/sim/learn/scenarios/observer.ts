import { create } from '../asks.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const observer: LearnScenario = {
  name: 'observer',
  title: 'an observer is told with INFORM what was decided; it has no vote and no ACK',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3], observers: [4] });
    const { ensemble } = run;
    run.prepare(() => run.startAll(1, 2, 3));
    run.say(`Voters 1, 2 and 3 are up and 3 leads. Server 4 is an observer. It asks who leads and says
      OBSERVERINFO where a follower says FOLLOWERINFO; it is synchronized in the same way.`);
    run.start(4);
    run.untilSeen(/^4 serves/);
    run.settle();
    const a = run.connect('A', 4);
    run.settle();

    run.say(`Client A writes through the observer. The request goes to the leader; the PROPOSAL goes to
      the voters only and waits for none but them. The observer gets one packet instead of two: INFORM
      has the entry and says that it is committed.`);
    run.call(a, create('/x'));
    run.settle();
    run.state();

    run.say(`A dead observer costs nothing, however many there are: the quorum is made of voters. And a
      living one does not help. With both followers dead, the leader has an observer and no quorum.`);
    run.kill(1, 2);
    run.until(() => ensemble.peer(3).peer?.state === 'LOOKING', 'server 3 gives up');
    run.settle();
    run.state();
    run.check(!ensemble.peer(3).isServing && !ensemble.peer(4).isServing, 'nobody serves');
    return run.finish();
  },
};
