import { create, read, setData, setWatches } from '../asks.ts';
import { textOf } from '../describe-request.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

const CHANGED = 'event NodeDataChanged /x';

export const watch: LearnScenario = {
  name: 'watch',
  title: 'a watch fires once, before the news can be read; setWatches after a reconnect',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    run.prepare(() => {
      run.startAll(1, 2, 3);
      run.connect('A', 1);
      run.call(run.connect('B', 2), create('/x', 'v0'));
      run.settle();
    });
    const a = run.client('A');
    const b = run.client('B');
    run.say(`A reads /x at server 1 and leaves a watch. B, at server 2, changes the node. A happens to read
      it again while the COMMIT is on its way. The event comes first, then the answer with the new data.
      The event says what happened and where, not the data.`);
    run.call(a, read('getData', '/x', true));
    b.ask(setData('/x', 'v1'));
    run.untilSeen(/^3 → 1.* COMMIT/);
    const { body } = run.call(a, read('getData', '/x'));
    run.check(textOf(body.data ?? null) === '"v1"', 'A sees the new data');
    run.check(a.events.join() === CHANGED, 'and has had the event');
    run.settle();

    run.say('B changes it once more. The watch is used up: A hears nothing.');
    run.call(b, setData('/x', 'v2'));
    run.settle();
    run.check(a.events.length === 1, 'one event');

    run.say(`A reads again with a watch: that shows the newest state, and the next change will be told.
      Nothing is missed for good, but how often the node changed meanwhile nobody can say.`);
    run.call(a, read('getData', '/x', true));

    run.say(`Watches are kept by the server that A is connected to, not by the ensemble. That server dies,
      and B changes the node before A is back.`);
    run.kill(1);
    run.settle();
    run.call(b, setData('/x', 'v3'));
    run.settle();

    run.say(`A takes its session to server 2 and sends its watches again, with the last zxid that it has
      seen (setWatches). Server 2 compares: the node has changed since then, so the event comes at once.`);
    run.connect('A', 2);
    a.ask(setWatches(a.lastZxid, ['/x']));
    run.until(() => a.events.length === 2, 'A hears of the change that it missed');
    run.settle();
    return run.finish();
  },
};
