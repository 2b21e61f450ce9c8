/** Nodes with what they hold, read in batches: for commands that look at whole subtrees. */
import { type Acl, isZooKeeperError, type NodeData } from '../client/index.ts';
import type { Call } from './command.ts';
import { pathsBelow } from './subtree.ts';

const BATCH = 200;
/** The server's own nodes: no command copies them. */
const RESERVED = '/zookeeper';

export interface FoundNode extends NodeData {
  readonly path: string;
  /** None unless it is read for a copy. */
  readonly acl: readonly Acl[];
}

export interface NodesBelowOptions {
  /** Leaves the server's own nodes out, and reads ACLs. */
  readonly isCopy?: boolean;
  /** False: only the node itself. */
  readonly isDeep?: boolean;
}

/** The node and all below it, sorted, so that parents come first. Those that go meanwhile are left out. */
export async function* nodesBelow(
  { zk, signal }: Pick<Call, 'zk' | 'signal'>,
  top: string,
  { isCopy = false, isDeep = true }: NodesBelowOptions = {},
): AsyncGenerator<FoundNode> {
  const all = isDeep ? (await pathsBelow(zk, top, signal)).sort() : [top];
  const paths = isCopy ? all.filter((path) => !isReserved(path)) : all;
  for (let at = 0; at < paths.length; at += BATCH) {
    const reads = paths.slice(at, at + BATCH).map(async (path) => {
      try {
        const acl = isCopy ? zk.getAcl(path) : { acl: [] };
        const [data, permitted] = await Promise.all([zk.getData(path), acl]);
        return { path, ...data, acl: permitted.acl };
      } catch (error) {
        if (isZooKeeperError(error, 'NoNode') && path !== top) return undefined;
        throw error;
      }
    });
    for (const node of await Promise.all(reads)) {
      signal.throwIfAborted();
      if (node !== undefined) yield node;
    }
  }
}

function isReserved(path: string): boolean {
  return path === RESERVED || path.startsWith(`${RESERVED}/`);
}
