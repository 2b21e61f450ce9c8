/**
 * The naive lock and the improved one, measured with the same crowd: how many notifications it takes
 * until the next one has the lock, and how long.
 *
 * Naive: everybody tries to create the same node and watches it when it is there. Its deletion wakes
 * everybody; one of them succeeds, the others were woken for nothing. Improved: the recipe `Lock`,
 * where each watches the node before its own (and, as holder, its own).
 */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { isZooKeeperError, type ZooKeeper } from 'zooid';
import { Lock } from 'zooid/recipes';

export type LockKind = 'naive' | 'improved';

export interface Crowd {
  readonly clients: readonly ZooKeeper[];
  /** Of the server that they are connected to; nobody else is. */
  readonly serverPort: number;
  readonly turnsEach: number;
}

export interface Measured {
  readonly handOvers: number;
  readonly notifications: number;
  /** From a release to the next one's taking over. */
  readonly medianMs: number;
}

interface Held {
  release(): Promise<void>;
}

async function acquireNaively(zk: ZooKeeper, path: string): Promise<Held> {
  for (;;) {
    try {
      await zk.create(path, '', { mode: 'ephemeral' });
      return { release: () => zk.delete(path) };
    } catch (error) {
      if (!isZooKeeperError(error, 'NodeExists')) throw error;
    }
    await new Promise<void>((resolve, reject) => {
      const watched = zk.exists(path, { watch: () => resolve() });
      watched.then((stat) => stat ?? resolve(), reject);
    });
  }
}

/** While the first one has it all the others ask; then it goes from hand to hand. */
export async function measure(kind: LockKind, crowd: Crowd): Promise<Measured> {
  const path = `/${kind}-lock`;
  const latencies: number[] = [];
  let releasedMs: number | undefined;
  const takeTurns = async (zk: ZooKeeper) => {
    for (let turn = 0; turn < crowd.turnsEach; turn++) {
      const held =
        kind === 'naive' ? await acquireNaively(zk, path) : await new Lock(zk, path).acquire();
      if (releasedMs !== undefined) latencies.push(performance.now() - releasedMs);
      // Everybody who asked before has been answered when this is.
      if (latencies.length === 0) await Promise.all(crowd.clients.map((each) => each.sync('/')));
      releasedMs = performance.now();
      await held.release();
    }
  };
  const before = await countNotifications(crowd.serverPort);
  await Promise.all(crowd.clients.map(takeTurns));
  const notifications = (await countNotifications(crowd.serverPort)) - before;
  const handOvers = latencies.length;
  return {
    handOvers,
    notifications,
    medianMs: latencies.toSorted((a, b) => a - b)[handOvers >> 1] ?? 0,
  };
}

/** How many watches the server has fired, as `mntr` tells it. */
async function countNotifications(port: number): Promise<number> {
  const socket = createConnection(port, '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket.on('data', (part) => {
    text += part;
  });
  socket.write('mntr');
  await once(socket, 'close');
  const sums = text.matchAll(/^zk_sum_node_\w+_watch_count\t(\d+)/gm);
  return [...sums].reduce((sum, [, count]) => sum + Number(count), 0);
}

export function describeMeasured(kind: LockKind, measured: Measured, clients: number): string {
  const { handOvers, notifications, medianMs } = measured;
  const each = (notifications / handOvers).toFixed(1);
  return `${kind.padEnd(8)} lock, ${clients} clients: ${each} notifications for each hand-over, ${medianMs.toFixed(1)} ms`;
}
