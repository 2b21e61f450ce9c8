/**
 * A candidate for master, in one of three ways; a thread, which can be ended without a chance to say
 * so. Told a way, it stands for election; told again, it steps down. It says when it waits, when it is
 * the master, and how often it has asked in between.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { ZooKeeper } from 'zooid';
import { LeaderLatch } from 'zooid/recipes';
import { ask } from '../frame/line-server.ts';
import type { KeyAnswer, KeyRequest } from './key-table.ts';

export type Way = 'key' | 'lease' | 'znode';

export interface ElectionTimes {
  /** Or the time-out of the session. */
  readonly leaseMs: number;
  readonly pollMs: number;
}

export interface CandidateOptions extends ElectionTimes {
  readonly name: string;
  readonly connectString: string;
  /** Where the table is asked. */
  readonly socket: string;
}

export interface CandidateNews {
  readonly event: 'waits' | 'master' | 'resigned';
  /** How often it has asked whether it is its turn. */
  readonly polls: number;
}

const options = (workerData as { given: CandidateOptions }).given;
const { name, connectString, socket, leaseMs, pollMs } = options;
let polls = 0;

function say(event: CandidateNews['event']): void {
  parentPort?.postMessage({ event, polls } satisfies CandidateNews);
}

async function told(): Promise<unknown> {
  const [message] = parentPort === null ? [] : await once(parentPort, 'message');
  return message;
}

/** It hears when it is its turn. */
async function standByZnode(): Promise<void> {
  await using zk = await ZooKeeper.connect(connectString, { sessionTimeoutMs: leaseMs });
  await using latch = new LeaderLatch(zk, '/comparison');
  await latch.start();
  say('waits');
  await latch.leadership();
  say('master');
  await told();
}

/** It asks, and asks; as master too, when there is a lease to be renewed. */
async function standByKey(hasLease: boolean): Promise<void> {
  const claim: KeyRequest = { kind: 'claim', name, leaseMs: hasLease ? leaseMs : null };
  while (!(await ask<KeyAnswer>(socket, claim)).isMaster) {
    say('waits');
    polls++;
    await pause(pollMs);
  }
  say('master');
  let isTold = false;
  const hasBeenTold = told().then(() => {
    isTold = true;
  });
  while (!isTold) {
    await Promise.race([hasBeenTold, pause(leaseMs / 3)]);
    if (!isTold) await ask(socket, claim);
  }
  await ask(socket, { kind: 'resign', name } satisfies KeyRequest);
}

for (;;) {
  const way = await told();
  polls = 0;
  await (way === 'znode' ? standByZnode() : standByKey(way === 'lease'));
  say('resigned');
}
