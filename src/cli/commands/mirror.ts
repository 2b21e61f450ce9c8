import { isZooKeeperError } from '../../client/index.ts';
import { adviceFor } from '../advice.ts';
import type { Call, NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { copiedNodes, movedPath, writeCopy } from '../copied-node.ts';
import { nodesBelow } from '../nodes-below.ts';
import { checkPath } from '../path-check.ts';

/** Makes a subtree of another ensemble the same as one of this. */
export const mirror: NodeCommand = {
  kind: 'node',
  name: 'mirror',
  form: '[-delete] path host:port[/chroot] [targetPath]',
  isOurs: true,
  flags: [{ name: 'delete', meaning: 'delete there what is not here' }],
  wordsMin: 2,
  async run(call) {
    const [path = '', host = '', target = path] = call.words;
    checkPath(path);
    checkPath(target);
    const counts = { created: 0, changed: 0, same: 0, deleted: 0 };
    const there = call.openOther(host);
    try {
      await there.connected({ roundsMax: 1, signal: call.signal }).catch((error: unknown) => {
        throw new CommandLineError(adviceFor(error, host) ?? String(error));
      });
      const kept = new Set<string>();
      await there.ensurePath(target);
      for await (const node of copiedNodes(call, path, true)) {
        const moved = movedPath(node.path, path, target);
        kept.add(moved);
        counts[await writeCopy(there, { ...node, path: moved })]++;
      }
      if (call.given.has('delete'))
        counts.deleted = await deleteOthers({ ...call, zk: there }, target, kept);
    } finally {
      await there.close();
    }
    const { created, changed, same, deleted } = counts;
    call.complain(`${created} created, ${changed} changed, ${same} same, ${deleted} deleted`);
  },
};

async function deleteOthers(
  { zk, signal }: Pick<Call, 'zk' | 'signal'>,
  top: string,
  kept: ReadonlySet<string>,
): Promise<number> {
  const others: string[] = [];
  for await (const { path, stat } of nodesBelow({ zk, signal }, top, { isCopy: true })) {
    // Ephemerals are no part of what is mirrored: those there are of sessions that live.
    if (!kept.has(path) && path !== top && stat.ephemeralOwner === 0n) others.push(path);
  }
  let count = 0;
  for (const path of others.reverse()) {
    signal.throwIfAborted();
    try {
      await zk.delete(path, { quiet: true });
      count++;
    } catch (error) {
      // It has an ephemeral child, which nobody mirrors.
      if (!isZooKeeperError(error, 'NotEmpty')) throw error;
    }
  }
  return count;
}
