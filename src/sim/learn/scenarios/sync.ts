import { create, read, setData } from '../asks.ts';
import { textOf } from '../describe-request.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const sync: LearnScenario = {
  name: 'sync',
  title: 'a read may be old; behind a sync it shows all that was written before',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    run.prepare(() => {
      run.startAll(1, 2, 3);
      run.connect('A', 1);
      run.call(run.connect('B', 2), create('/price', '10'));
      run.settle();
    });
    const a = run.client('A');
    const b = run.client('B');
    const readPrice = () => textOf(run.call(a, read('getData', '/price')).body.data ?? null);
    run.say(`Server 3 leads, A is connected to server 1, B to server 2. The way from the leader to server 1
      is slow at the moment. B writes; servers 2 and 3 are a quorum, and B has its answer.`);
    run.mute(3, 1);
    run.call(b, setData('/price', '20'));
    run.settle();

    run.say(`Then A reads, later than B was answered by any clock, and sees the old price. ZooKeeper
      promises that: reads are served by the tree of one's own server, which may be behind. Writes are
      linearizable, reads are not.`);
    run.check(readPrice() === '"10"', 'A sees the old price');

    run.say(`Where that matters, A asks for a sync first. It goes to the leader, whose answer stands in
      the same stream behind all that was committed before. So the read behind it has to wait until
      server 1 has caught up.`);
    a.ask({ kind: 'sync', path: '/price' });
    run.pass(1000);
    run.check(a.answer === null, 'the sync has to wait');
    run.say('The way is open again: PROPOSAL, COMMIT and SYNC arrive, in that order.');
    run.heal();
    run.until(() => a.answer !== null, 'the sync is answered');
    run.check(readPrice() === '"20"', 'A sees the new price');
    return run.finish();
  },
};
