import { create, read } from '../asks.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const broadcast: LearnScenario = {
  name: 'broadcast',
  title: 'a create through a follower: REQUEST, PROPOSAL, ACK by a quorum, COMMIT',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    run.showsDisks = true;
    const client = run.prepareClient('A', 1);
    run.say(`Server 3 leads. Client A is connected to server 1, a follower, and creates a node. Only the
      leader orders writes, so the follower forwards it: REQUEST.`);
    client.ask(create('/config', 'v1'));
    run.untilSeen(/^1 → 3 REQUEST create \/config/);

    run.say(`The leader judges the request against its tree, makes it a transaction with the next zxid
      (epoch 1, counter 2) and proposes it to all followers, in the order of zxids.`);
    run.untilSeen(/^3 → \d, \d PROPOSAL/);

    run.say(`Every server writes the proposal to its log first. The ACK leaves when it is on the disk,
      not before: after a power failure the promise still holds.`);
    run.untilSeen(/^[12] → 3 ACK/);
    run.check(client.answer === null, 'nothing is answered before the commit');

    run.say(`The leader's own log counts as an acknowledgement, too. With two of three it commits: the
      third need not be waited for. Each server applies the transaction to its tree when it is told,
      and the one whose client has asked answers it.`);
    run.until(() => client.answer !== null, 'the create is answered');
    run.settle();

    run.say('Reads do not go to the leader: server 1 answers from its own tree.');
    const { body } = run.call(client, read('getData', '/config'));
    run.check(body.stat?.version === 0, 'the node is there');
    run.settle();
    run.state();
    return run.finish();
  },
};
