import { create, read } from '../asks.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const committedOnOne: LearnScenario = {
  name: 'committed-on-one',
  title: 'committed on the dead leader only: the entry survives',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    const { ensemble } = run;
    const a = run.prepareClient('A', 3);
    run.say(`Server 3 leads, and client A is connected to it. A creates a node; both followers log the
      proposal and acknowledge it.`);
    a.ask(create('/order', '42'));
    run.untilSeen(/^\d → 3 ACK/);

    run.say(`Just now the way from the leader to the others breaks. It still hears their ACKs: the entry
      has a quorum, the leader commits it and answers A. Nobody else learns of the commit.`);
    run.mute(3);
    run.until(() => a.answer !== null, 'A has its answer');
    run.settle();
    run.state();
    run.check(
      ensemble.peer(1).lastZxid < ensemble.peer(3).lastZxid,
      'only server 3 has applied it',
    );

    run.say(`Then the leader dies. The others hear nothing of it for syncLimit and elect. Before they
      vote they apply all that is in their logs: nobody can tell whether it was committed, so it has
      to be kept.`);
    run.kill(3);
    run.untilSeen(/^2 LEADING/);
    run.quietly(() => run.until(() => ensemble.peer(1).isServing, 'server 1 follows'));
    run.settle();
    run.state();

    run.say('What A was told is true: the node is there, and server 3 agrees when it comes back.');
    run.heal();
    run.start(3);
    run.quietly(() => run.untilSeen(/^3 serves/));
    run.quietly(() => run.connect('B', 3));
    const { err } = run.call(run.client('B'), read('getData', '/order'));
    run.check(err === 0, 'the node is there');
    return run.finish();
  },
};
