import { create } from '../asks.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const snapshot: LearnScenario = {
  name: 'snapshot',
  title: 'a server that is too far behind, or has lost its disk, gets the whole state: SNAP',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    const { ensemble } = run;
    run.prepare(() => {
      run.startAll(1, 2, 3);
      run.connect('A', 3);
      for (const path of ['/a', '/b', '/c']) run.call(run.client('A'), create(path));
      run.settle();
      ensemble.peer(3).step('snapshot', (peer) => peer.takeSnapshot());
      run.settle();
      run.kill(1, 3);
      ensemble.peer(1).wipe();
      run.settle();
    });
    run.say(`The ensemble has worked for a while. Then servers 1 and 3 were killed, and server 1 has lost
      its disk. Servers 2 and 3 can go on: all that was committed is on theirs.`);
    run.quietly(() => {
      run.start(3);
      run.until(() => ensemble.peer(2).isServing && ensemble.peer(3).isServing, '2 and 3 serve');
      run.settle();
    });
    run.state();

    run.say(`Server 1 starts with an empty disk: last zxid 0x0. Its leader was itself started from a
      snapshot, and from there on only it is sure to have every entry. So there is no DIFF: the state
      itself is sent, and server 1 writes it to its disk before it acknowledges the epoch.`);
    run.showsVotes = false;
    run.start(1);
    run.untilSeen(/^\d → 1 SNAP/);
    run.untilSeen(/^1 serves/);
    run.settle();
    run.state();
    return run.finish();
  },
};
