import { create, read, setData } from '../asks.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

export const singleImage: LearnScenario = {
  name: 'single-image',
  title: 'a client that has seen something is never served by who has not',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    run.prepare(() => {
      run.startAll(1, 2, 3);
      run.call(run.connect('A', 2), create('/seat', 'free'));
      run.settle();
    });
    const a = run.client('A');
    run.say(`Server 3 leads. Server 1 is behind: nothing gets to it from the leader. Client A, connected
      to server 2, writes and reads: it has now seen zxid 0x100000003.`);
    run.mute(3, 1);
    run.call(a, setData('/seat', 'taken'));
    run.call(a, read('getData', '/seat'));
    run.settle();

    run.say(`Its connection breaks and it tries server 1, with its session. In its ConnectRequest a client
      names the last zxid that it has seen. Server 1 has less, and closes the connection without a
      word: A would see the past.`);
    a.connect(1);
    run.pass(1000);
    run.check(!a.isConnected, 'server 1 does not take A');

    run.say(
      'It goes on to the next server of its list, which takes up the session. Time never goes back.',
    );
    run.connect('A', 3);
    run.call(a, read('getData', '/seat'));
    return run.finish();
  },
};
