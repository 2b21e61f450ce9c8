import { create, read, setData } from '../asks.ts';
import { textOf } from '../describe-request.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

const NOT_READ_ONLY = -119;

export const readOnly: LearnScenario = {
  name: 'read-only',
  title: 'cut off from the quorum: refused, or, for who asks for it, old data and no writes',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3], hasReadOnlyMode: true });
    const { ensemble } = run;
    run.prepare(() => {
      run.startAll(1, 2, 3);
      run.call(run.connect('A', 2), create('/mode', 'old'));
      run.settle();
    });
    run.say(`Three voters with readonlymode.enabled (and localSessionsEnabled); 3 leads. Server 1 is cut off, and notices it after
      syncLimit. The other two go on, and client A writes there.`);
    run.partition([1], [2, 3]);
    run.untilSeen(/^1 serves clients as read-only/);
    run.call(run.client('A'), setData('/mode', 'new'));
    run.settle();

    run.say(`Consistency first: whoever comes to server 1 is not served. In the words of CAP ZooKeeper gives
      up availability on the side without a quorum.`);
    const b = run.client('B');
    b.connect(1);
    run.settle();
    run.check(!b.isConnected, 'an ordinary client is not served');

    run.say(`A client may say in its ConnectRequest that read-only service will do. It gets a session that
      lives on this server only, and what this server last knew. Writes are refused.`);
    const c = run.client('C');
    c.connect(1, true);
    run.until(() => c.isConnected, 'C is served');
    const { body } = run.call(c, read('getData', '/mode'));
    run.check(textOf(body.data ?? null) === '"old"', 'C sees the old data');
    run.check(run.call(c, setData('/mode', 'mine')).err === NOT_READ_ONLY, 'C may not write');

    run.say(
      'When the network is whole again server 1 follows, and its read-only clients have to go.',
    );
    run.showsVotes = false;
    run.heal();
    run.until(() => ensemble.peer(1).isServing, 'server 1 follows');
    run.settle();
    run.state();
    run.check(!c.isConnected, 'C is let go');
    return run.finish();
  },
};
