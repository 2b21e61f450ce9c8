/** What the running unit of a task does, until its signal aborts. */
import type { ZooKeeper } from 'zooid';
import { readBinlog } from './binlog.ts';
import { openDatabase } from './databases.ts';
import { Target } from './target.ts';
import { positionPath, type Task } from './tasks.ts';

export interface Turn {
  readonly zk: ZooKeeper;
  readonly name: string;
  readonly task: Task;
  readonly fencingToken: bigint;
  readonly signal: AbortSignal;
}

/**
 * The checkpoint in the tree comes after the target's own position, which is where it goes on. It needs no
 * token: a replicator that was replaced has no session any more, and without one nothing is written.
 */
export async function replicate({ zk, name, task, fencingToken, signal }: Turn): Promise<void> {
  const database = await openDatabase(task.target);
  try {
    const target = await Target.claim(database, fencingToken);
    const { position } = target;
    await zk.setData(positionPath(name), position);
    for await (const transactions of readBinlog({ socketPath: task.source, position }, signal)) {
      await target.apply(transactions);
      await zk.setData(positionPath(name), target.position);
    }
  } finally {
    await database.close();
  }
}
