import { create } from '../asks.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const electionCrash: LearnScenario = {
  name: 'election-crash',
  title: 'the leader dies: the longer history wins, whatever its server id',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    const { ensemble } = run;
    run.prepareClient('A', 1);
    run.check(ensemble.leader?.sid === 3, 'server 3 leads');
    run.say(`Servers 1, 2 and 3 are up and 3 leads. Then server 2 is cut off, and client A creates a
      node. It reaches the logs of 1 and 3 only, but two of three are a quorum: it is committed.`);
    run.partition([1, 3], [2]);
    run.call(run.client('A'), create('/paid', 'yes'));
    run.say(`Server 2 hears nothing of its leader for syncLimit (5 ticks of 2 s), gives up and looks for
      a leader, alone. The others have a quorum and go on.`);
    run.untilSeen(/^2 LOOKING/);
    run.state();

    run.say(`Now the leader dies, and then server 2 can be reached again. Server 2 has the higher id,
      server 1 the longer log.`);
    run.kill(3);
    run.settle();
    run.heal();
    run.until(() => ensemble.leader !== undefined, 'somebody leads');

    run.say(`Each proposed itself first. Both votes have epoch 1, then the zxid counts, before the id:
      server 2 gave way to the vote for 1. It has to be so: a quorum had written the entry, any two
      of three servers that elect include one of those, and the longest log wins. So /paid cannot be
      lost. Server 2 is sent what it lacks.`);
    run.until(() => ensemble.peer(2).isServing, 'server 2 follows');
    run.settle();
    run.state();
    run.check(ensemble.leader?.sid === 1, 'server 1 leads');

    run.say('Server 3 comes back and follows: epoch 2 has its leader.');
    run.start(3);
    run.untilSeen(/^3 serves/);
    run.settle();
    run.state();
    run.check(ensemble.peer(3).mode === 'follower', 'server 3 follows');
    return run.finish();
  },
};
