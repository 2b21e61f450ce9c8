/** Who stands in a queue of sequence nodes, in its order, with what each wrote into its node. */
import { isZooKeeperError, type WaitOptions, type ZooKeeper } from '../client/index.ts';
import { listSequenceNodes, type SequenceName } from './sequence-nodes.ts';
import { RIDE_OUT, withDeadline } from './waiting.ts';

export interface Contender {
  readonly name: string;
  /** The data of its node: the identifier it was given, as text. */
  readonly identifier: string;
  /** The fencing token it has, or will have when its turn comes. */
  readonly fencingToken: bigint;
  readonly sessionId: bigint;
}

export interface ContenderQuery extends WaitOptions {
  readonly directory: string;
  readonly prefixes: readonly string[];
}

/** A node that goes while the list is read is left out. */
export async function readContenders(
  zk: ZooKeeper,
  { directory, prefixes, ...wait }: ContenderQuery,
): Promise<Contender[]> {
  const what = `the contenders at ${directory}`;
  return withDeadline({ what, ...wait }, async (signal) => {
    const names = await listSequenceNodes(zk, directory, { prefixes, signal });
    const all = names.map((each) => readContender(zk, { directory, each, signal }));
    return (await Promise.all(all)).filter((each) => each !== undefined);
  });
}

interface OneQuery {
  readonly directory: string;
  readonly each: SequenceName;
  readonly signal: AbortSignal;
}

async function readContender(
  zk: ZooKeeper,
  { directory, each, signal }: OneQuery,
): Promise<Contender | undefined> {
  try {
    const options = { signal, retry: RIDE_OUT };
    const { data, stat } = await zk.getData(`${directory}/${each.name}`, options);
    return {
      name: each.name,
      identifier: new TextDecoder().decode(data),
      fencingToken: stat.czxid,
      sessionId: stat.ephemeralOwner,
    };
  } catch (error) {
    if (isZooKeeperError(error, 'NoNode')) return undefined;
    throw error;
  }
}
