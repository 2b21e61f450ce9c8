import { create, read } from '../asks.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

const NO_NODE = -101;

export const leaderOnlyProposal: LearnScenario = {
  name: 'leader-only-proposal',
  title: 'a proposal that only the dead leader had is dropped: TRUNC when it comes back',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    const { ensemble } = run;
    const a = run.prepareClient('A', 3);
    run.say(`Server 3 leads and is cut off. Client A, on its side, creates a node. The leader logs the
      proposal, but nobody acknowledges it: A gets no answer.`);
    run.partition([3], [1, 2]);
    a.ask(create('/ghost'));
    run.settle();
    run.state();
    run.check(a.answer === null, 'A has no answer');

    run.say(`The leader dies. A cannot know what became of its request. The others elect: epoch 2 begins,
      and any zxid of it is higher than all that the old leader can have given.`);
    run.kill(3);
    run.untilSeen(/^2 LEADING/);
    run.quietly(() => run.until(() => ensemble.peer(1).isServing, 'server 1 follows'));
    run.heal();
    run.quietly(() => run.connect('B', 2));
    run.call(run.client('B'), create('/real'));
    run.settle();
    run.state();

    run.say(`Server 3 comes back with an entry in its log that its new leader does not have. It is told
      where the common history ends: TRUNC. It cuts its log there and takes what came since.`);
    run.showsVotes = false;
    run.start(3);
    run.untilSeen(/^2 → 3 TRUNC 0x100000001/);
    run.untilSeen(/^3 serves/);
    run.settle();
    run.state();
    run.quietly(() => run.connect('C', 3));
    const c = run.client('C');
    run.check(run.call(c, read('exists', '/ghost')).err === NO_NODE, 'the ghost is gone');
    run.check(run.call(c, read('exists', '/real')).err === 0, 'the real one is there');
    return run.finish();
  },
};
