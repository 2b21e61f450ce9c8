import { mkdtempSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
      writeWhole(file, `${text}\n`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandLineError(`${file} cannot be written: ${reason}`);
    }
    call.complain(`Exported ${nodes.length} nodes to ${file}`);
  },
};

/** A file that was there is replaced at once, or stays as it is. Throws what the file system says. */
function writeWhole(file: string, text: string): void {
  const there = statSync(file, { throwIfNoEntry: false });
  // A device or a pipe is written to, not replaced.
  if (there?.isFile() === false) return writeFileSync(file, text);
  const target = there === undefined ? file : realpathSync(file);
  const folder = mkdtempSync(`${target}.`);
  try {
    const beside = join(folder, 'export');
    // Data may be secret: only the owner reads it.
    writeFileSync(beside, text, { mode: 0o600 });
    renameSync(beside, target);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
