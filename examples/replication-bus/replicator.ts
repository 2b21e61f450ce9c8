/**
 * A replicator: takes part in all tasks that it finds in the tree. It runs those in which its node has
 * the lowest sequence, and stands by in the others. It ends with the first error, of whatever task, and
 * with its session; the next ones take over.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ChildrenCache, HotStandby } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { replicate } from './replicate.ts';
import { TASKS, type Task, taskJson, unitsPath } from './tasks.ts';

const { name: identifier } = words('name');
const zk = await connect();
const units = new Map<string, HotStandby>();

function standBy(name: string, task: Task): HotStandby {
  let stop = async () => {};
  return new HotStandby(zk, unitsPath(name), {
    identifier,
    activate: ({ fencingToken, signal: lost }) => {
      const stopped = new AbortController();
      const signal = AbortSignal.any([lost, stopped.signal]);
      // That it fails is not handled: the process ends with it.
      const running = replicate({ zk, name, task, fencingToken, signal });
      stop = () => {
        stopped.abort();
        return running;
      };
    },
    deactivate: () => stop(),
  });
}

const tasks = new ChildrenCache(zk, TASKS, { serializer: taskJson });
await tasks.start();
for (;;) {
  for (const [name, { data: task }] of tasks.children) {
    if (units.has(name)) continue;
    const unit = standBy(name, task);
    units.set(name, unit);
    await unit.start();
  }
  const states = [...units].map(([name, { state }]) => `${name} ${state}`);
  await report({ status: states.join(', ') });
  for (const { state, failure } of units.values()) if (state === 'FAILED') throw failure;
  await pause(200);
}
