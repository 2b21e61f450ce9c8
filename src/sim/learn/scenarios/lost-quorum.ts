import { create } from '../asks.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const lostQuorum: LearnScenario = {
  name: 'lost-quorum',
  title: 'a leader that loses its quorum steps down: the minority refuses, no split brain',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3, 4, 5] });
    const { ensemble } = run;
    const a = run.prepareClient('A', 5);
    run.say(`Five voters, server 5 leads. The network breaks in two: the leader is with server 1, the
      other three are together. Client A is on the leader's side and writes.`);
    run.partition([1, 5], [2, 3, 4]);
    a.ask(create('/split'));
    run.settle();

    run.say(`Two of five is no quorum: the write is not committed, and A is not answered. Twice a tick the
      leader counts the followers that it has heard of within syncLimit. After 10 s it gives way, and
      closes its clients' connections; the three hear no leader and elect one.`);
    run.until(() => ensemble.leader?.sid === 4, 'server 4 leads');
    run.until(() => ensemble.peer(2).isServing && ensemble.peer(3).isServing, 'and is followed');
    run.until(() => ensemble.peer(5).peer?.state === 'LOOKING', 'server 5 is looking');
    run.settle();
    run.state();
    run.check(
      !ensemble.peer(1).isServing && !ensemble.peer(5).isServing,
      'the minority serves nobody',
    );

    run.say(`At most one side can have a quorum, so there are never two leaders that commit. Whoever asks
      the minority is refused; the majority works.`);
    run.check(!a.connect(5), 'server 5 refuses');
    run.check(!a.connect(1), 'server 1 refuses');
    run.quietly(() => run.connect('B', 3));
    run.call(run.client('B'), create('/majority'));
    run.settle();

    run.say(`The network is mended. Servers 1 and 5 find the leader of epoch 2 and follow it. What server 5
      had proposed and never committed is cut off its log.`);
    run.showsVotes = false;
    run.heal();
    run.until(() => ensemble.peer(1).isServing && ensemble.peer(5).isServing, 'all serve');
    run.settle();
    run.state();
    run.check(ensemble.leader?.sid === 4, 'server 4 leads all');
    return run.finish();
  },
};
