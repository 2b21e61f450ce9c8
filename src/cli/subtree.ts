/** Walks through what lies below a node. Not at one moment: others may write meanwhile. */
import { isZooKeeperError, type ZooKeeper } from '../client/index.ts';
import type { WatchPrinter } from './watch-printer.ts';

export interface Visit {
  readonly visit: (path: string) => void;
  /** Gives it up. */
  readonly signal: AbortSignal;
  /** Sets watches on all that is visited. */
  readonly watches?: WatchPrinter;
}

export function childPath(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}

/**
 * In the order of Java's ZKUtil.visitSubTreeDFS: a node's children, sorted, and then what lies below
 * the first, below the second … The lists of siblings are asked for together.
 */
export async function visitSubtree(
  zk: ZooKeeper,
  top: string,
  { visit, watches, signal }: Visit,
): Promise<void> {
  await zk.getData(top, { watch: watches?.data });
  visit(top);
  const listOf = (path: string) => childrenOf(zk, path, watches);
  const open: { path: string; children: Promise<string[]> }[] = [
    { path: top, children: listOf(top) },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const children = (await next.children).map((name) => childPath(next?.path ?? '', name));
    signal.throwIfAborted();
    for (const path of children) visit(path);
    const lists = children.map((path) => ({ path, children: listOf(path) }));
    // Awaited later: until then nobody else looks after what they reject with.
    for (const list of lists) list.children.catch(() => {});
    for (const list of lists.reverse()) open.push(list);
  }
}

/** Sorted; none for a node that has gone since it was listed. */
export async function childrenOf(
  zk: ZooKeeper,
  path: string,
  watches?: WatchPrinter,
): Promise<string[]> {
  try {
    return (await zk.getChildren(path, { watch: watches?.children })).sort();
  } catch (error) {
    if (isZooKeeperError(error, 'NoNode')) return [];
    throw error;
  }
}

/** The node and all below it, parents before their children. Rejects with NoNode for the top. */
export async function pathsBelow(
  zk: ZooKeeper,
  top: string,
  signal: AbortSignal,
): Promise<string[]> {
  const paths = [top];
  let level = (await zk.getChildren(top)).map((name) => childPath(top, name));
  while (level.length > 0) {
    signal.throwIfAborted();
    for (const path of level) paths.push(path);
    const lists = await Promise.all(
      level.map(async (path) => (await childrenOf(zk, path)).map((name) => childPath(path, name))),
    );
    level = lists.flat();
  }
  return paths;
}
