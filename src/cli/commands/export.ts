import { writeFileSync } from 'node:fs';
import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { type CopiedNode, copiedNodes } from '../copied-node.ts';
import { dumpText } from '../dump.ts';
import { checkPath } from '../path-check.ts';

export const exportNodes: NodeCommand = {
  kind: 'node',
  name: 'export',
  form: '[-o file] path',
  isOurs: true,
  flags: [{ name: 'o', hasValue: true, meaning: 'file to write; otherwise it is printed' }],
  wordsMin: 1,
  async run(call) {
    const [path = ''] = call.words;
    checkPath(path);
    const nodes: CopiedNode[] = [];
    for await (const node of copiedNodes(call, path, true)) nodes.push(node);
    const text = dumpText(path, nodes);
    const file = call.given.value('o');
    if (file === undefined) return call.print(text);
    try {
      // Data may be secret: only the owner reads it.
      writeFileSync(file, `${text}\n`, { mode: 0o600 });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandLineError(`${file} cannot be written: ${reason}`);
    }
    call.complain(`Exported ${nodes.length} nodes to ${file}`);
  },
};
