import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { copiedNodes, createCopy, movedPath } from '../copied-node.ts';
import { checkPath } from '../path-check.ts';

/** Data and ACLs; the target must not be there yet. */
export const cp: NodeCommand = {
  kind: 'node',
  name: 'cp',
  form: '[-R] source target',
  isOurs: true,
  flags: [{ name: 'R', meaning: 'with all below it' }],
  wordsMin: 2,
  async run(call) {
    const [source = '', target = ''] = call.words;
    checkPath(source);
    checkPath(target);
    const isDeep = call.given.has('R');
    if (isDeep && (source === '/' || `${target}/`.startsWith(`${source}/`))) {
      throw new CommandLineError(`${target} lies within ${source}: it cannot be a copy of it`);
    }
    let count = 0;
    for await (const node of copiedNodes(call, source, isDeep)) {
      await createCopy(call.zk, { ...node, path: movedPath(node.path, source, target) });
      count++;
    }
    call.complain(`Copied ${count} nodes to ${target}`);
  },
};
