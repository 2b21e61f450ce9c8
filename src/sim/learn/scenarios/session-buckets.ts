import { create, read } from '../asks.ts';
import { TICK_MS } from '../learn-config.ts';
import { LearnRun } from '../learn-run.ts';
import type { LearnScenario } from '../learn-scenario.ts';

const NAMES = ['A', 'B', 'C'] as const;

export const sessionBuckets: LearnScenario = {
  name: 'session-buckets',
  title: 'sessions expire by buckets of one tick: rounding up, touching, all of a bucket at once',
  run() {
    const run = new LearnRun({ voters: [1] });
    run.prepare(() => {
      run.startAll(1);
      run.connect('W', 1);
      run.settle();
      // The buckets of the server end at whole ticks of its clock: the story begins at one.
      run.pass(TICK_MS - (nowMs(run) % TICK_MS));
    });
    const startMs = nowMs(run);
    run.say(`One server with tickTime 2 s. Clients A, B and C connect, with time-outs of 4 s, 5 s and
      6 s, and each creates an ephemeral node.`);
    for (const [at, name] of NAMES.entries()) run.connect(name, 1, 4000 + at * 1000);
    for (const name of NAMES) {
      run.call(run.client(name), create(`/${name}`, '', true));
    }

    run.say(`A session would expire at (time of its last request + its time-out). The server rounds that up
      to the next whole tick and puts it into the bucket that ends there. So it need not look at every
      session all the time, only at one bucket in each tick. A and B share one.`);
    run.settle();
    showBuckets(run, startMs);

    run.say(`After 3 s client A sends a ping. Any request touches the session: A moves to the bucket in
      which it would expire now. B and C are silent.`);
    run.pass(3000 - (nowMs(run) - startMs));
    run.call(run.client('A'), { kind: 'ping' });
    run.settle();
    showBuckets(run, startMs);

    run.say(`At 6 s the first bucket ends, and with it B's session: 1 s later than its time-out says, but
      never before. Its ephemeral node goes in the same transaction (closeSession).`);
    run.until(() => !run.client('B').isConnected, 'B expires');
    run.check(nowMs(run) - startMs >= 6000, 'not before the bucket ends');
    run.settle();
    showBuckets(run, startMs);
    run.call(run.client('W'), read('getChildren', '/'));

    run.say('At 8 s the bucket of A and C ends, and both go at once.');
    run.until(() => NAMES.every((name) => !run.client(name).isConnected), 'A and C expire');
    run.call(run.client('W'), read('getChildren', '/'));
    return run.finish();
  },
};

function nowMs({ ensemble }: LearnRun): number {
  return ensemble.clock.nowUs / 1000;
}

/** As the server's own expiry queue has them. */
function showBuckets(run: LearnRun, startMs: number): void {
  const names = new Map(NAMES.map((name) => [run.client(name).sessionId, name]));
  for (const [endMs, sessions] of run.ensemble.peer(1).peer?.sessions?.buckets() ?? []) {
    const known = sessions.flatMap(({ id }) => names.get(id) ?? []).sort();
    if (known.length > 0)
      run.note('1', `bucket that ends at ${endMs - startMs} ms: ${known.join(' ')}`);
  }
}
