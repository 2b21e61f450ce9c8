import { isZooKeeperError } from '../../client/index.ts';
import type { Call, NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { checkPath } from '../path-check.ts';
import { pathsBelow } from '../subtree.ts';

const BATCH = 1000;
const BATCHES_IN_FLIGHT_MAX = 10;

/** Leaves first, in multis of `-b` nodes (ZKUtil.deleteRecursive). */
export const deleteall: NodeCommand = {
  kind: 'node',
  name: 'deleteall',
  form: 'path [-b batch size]',
  flags: [{ name: 'b', hasValue: true, meaning: 'batch size' }],
  wordsMin: 1,
  async run(call) {
    const { zk, words, given, complain, signal } = call;
    const [path = ''] = words;
    const batch = given.has('b') ? batchOf(given.value('b') ?? '') : BATCH;
    checkPath(path);
    const paths = (await pathsBelow(zk, path, signal)).reverse();
    if (batch <= 0) {
      for (const each of paths) {
        signal.throwIfAborted();
        await zk.delete(each);
      }
    } else if (!(await deleteInBatches(call, paths, batch))) {
      complain('Failed to delete some node(s) in the subtree!');
    }
  },
};

function batchOf(text: string): number {
  if (/^[+-]?\d{1,9}$/.test(text)) return Number(text);
  throw new CommandLineError('-b argument must be an int value');
}

/** Whether all went well; after a batch that failed no further one is sent. */
async function deleteInBatches(
  { zk, signal }: Pick<Call, 'zk' | 'signal'>,
  paths: readonly string[],
  batch: number,
): Promise<boolean> {
  let isGood = true;
  const inFlight = new Set<Promise<void>>();
  for (let at = 0; at < paths.length && isGood; at += batch) {
    signal.throwIfAborted();
    const multi = zk.multi();
    for (const path of paths.slice(at, at + batch)) multi.delete(path);
    const sent: Promise<void> = multi
      .commit()
      .then(
        () => {},
        (error: unknown) => {
          if (!isZooKeeperError(error)) throw error;
          isGood = false;
        },
      )
      .finally(() => inFlight.delete(sent));
    inFlight.add(sent);
    if (inFlight.size >= BATCHES_IN_FLIGHT_MAX) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  return isGood;
}
