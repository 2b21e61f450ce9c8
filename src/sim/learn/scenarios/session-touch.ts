import { NO_NODE } from '../../../core/tree/node-store.ts';
import { create } from '../asks.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const sessionTouch: LearnScenario = {
  name: 'session-touch',
  title: 'the leader alone expires sessions; followers tell it in their PINGs who is alive',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    const { ensemble } = run;
    run.prepare(() => {
      run.startAll(1, 2, 3);
      run.call(run.connect('A', 1, 4000), create('/A', '', true));
      run.settle();
    });
    const a = run.client('A');
    const hasNode = (sid: number) =>
      ensemble.peer(sid).peer?.history.database.tree.findPath('/A') !== NO_NODE;
    run.showsPings = true;
    run.say(`Server 3 leads. Client A has a session of 4 s at server 1, a follower, and an ephemeral node.
      It pings, and server 1 answers by itself. Twice a tick the leader pings its followers, and their
      answers name the sessions that they have heard of. That is how the leader, who keeps all time-outs,
      knows.`);
    a.ask({ kind: 'ping' });
    run.pass(1500);

    run.showsPings = false;
    run.say(`Then A falls silent, with its connection open. The leader waits for the end of its bucket and
      proposes closeSession like any write: every server takes the session and its ephemeral node away
      at the same zxid.`);
    run.untilSeen(/^3 → 1.* PROPOSAL 0x\w+ closeSession/);
    run.until(() => !a.isConnected, 'A is cut off');
    run.settle();
    run.check(
      [1, 2, 3].every((sid) => !hasNode(sid)),
      'the node is gone everywhere',
    );

    run.say('A comes back with its session too late.');
    a.connect(1);
    run.settle();
    run.check(!a.isConnected, 'the session has expired');
    return run.finish();
  },
};
