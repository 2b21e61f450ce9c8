import { create, multi, read, setData } from '../asks.ts';
import { textOf } from '../describe-request.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

const NO_NODE = -101;

export const clientOrder: LearnScenario = {
  name: 'client-order',
  title:
    'one client: answers in the order of its requests, its own writes seen; multi: all or nothing',
  run() {
    const run = new LearnRun({ voters: [1, 2, 3] });
    const a = run.prepareClient('A', 1);
    run.say(`Server 3 leads, A is connected to server 1. It sends four requests in a row, without waiting.
      The writes go to the leader, which orders them as they were sent. The read could be answered from
      server 1's tree at once, but it stands behind A's own writes and waits for them.`);
    for (const ask of [create('/n', '0'), setData('/n', '1'), setData('/n', '2')]) a.ask(ask);
    const { body } = run.call(a, read('getData', '/n'));
    run.check(textOf(body.data ?? null) === '"2"', 'A sees its own writes');

    run.say(`A multi is one transaction with one zxid. Its last part wants version 7 of /n, which it does
      not have: nothing of it is done, and it is an error transaction that goes through the ensemble.`);
    run.call(a, multi(create('/m'), setData('/n', '3', 7)));
    run.check(run.call(a, read('exists', '/m')).err === NO_NODE, 'nothing was created');
    run.check(textOf(run.call(a, read('getData', '/n')).body.data ?? null) === '"2"', 'or changed');

    run.say('With the right version (setData counts it) both parts are done.');
    run.call(a, multi(create('/m'), setData('/n', '3', 2)));
    run.check(run.call(a, read('exists', '/m')).err === 0, 'it is created');
    return run.finish();
  },
};
