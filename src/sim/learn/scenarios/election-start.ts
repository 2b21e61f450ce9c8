import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const electionStart: LearnScenario = {
  name: 'election-start',
  title: 'three servers start one after another: votes, a quorum, the first epoch',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    const { ensemble } = run;
    run.say(`Three voters, so two are a quorum. Server 1 starts alone: it is LOOKING and proposes
      itself, but nobody hears it, and one of three is no quorum.`);
    run.start(1);
    run.pass(1000);
    run.check(ensemble.peer(1).mode === null, 'one server alone serves nobody');

    run.say(`Server 2 starts. Each votes for itself: (leader, zxid, epoch). The better vote has the
      higher epoch, then the higher zxid, then the higher server id (myid). Both have epoch 0 and
      zxid 0x0, so the id decides: server 1 takes over the vote for 2 and says so. Two of three have
      now voted for 2.`);
    run.start(2);
    run.untilSeen(/^2 LEADING/);

    run.say(`Discovery: the follower connects to the leader and tells which epoch it has promised to
      follow. With a quorum of these the leader chooses the next epoch, 1, and every server writes it
      down (acceptedEpoch) before it goes on.`);
    run.untilSeen(/^1 → 2 ACKEPOCH/);

    run.say(`Synchronization: DIFF, since both logs end at the same zxid and nothing is lacking.
      NEWLEADER asks the follower to make epoch 1 its currentEpoch. Its ACK and the leader's own are a
      quorum: the epoch is established, and UPTODATE lets the follower serve clients.`);
    run.untilSeen(/^1 serves/);
    run.settle();

    run.say(`Server 3 starts last, with the best vote of all. That changes nothing: the others answer
      that they follow or lead already, a quorum says so, and server 3 follows.`);
    run.start(3);
    run.untilSeen(/^3 serves/);
    run.settle();
    run.state();
    run.check(ensemble.leader?.sid === 2, 'server 2 leads');
    run.check(ensemble.peer(3).mode === 'follower', 'server 3 follows');
    return run.finish();
  },
};
