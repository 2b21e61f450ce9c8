import { readFileSync } from 'node:fs';
import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';

/** The release of ZooKeeper whose zkCli this shell behaves like. */
const COMPATIBLE_VERSION = '3.9.5';
const PACKAGE = new URL('../../../package.json', import.meta.url);

export const version: NodeCommand = {
  kind: 'node',
  name: 'version',
  form: '',
  needsServer: false,
  async run({ words, print }) {
    if (words.length > 0) throw new CommandLineError('version ');
    const { version: ours } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
    print(`ZooKeeper CLI version: ${COMPATIBLE_VERSION}-zooid-${ours}`);
  },
};
