import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { checkPath } from '../path-check.ts';
import { statLines } from '../stat-text.ts';
import { versionOf } from '../version-word.ts';

export const set: NodeCommand = {
  kind: 'node',
  name: 'set',
  form: 'path data [-s] [-v version] [-b]',
  flags: [
    { name: 's', meaning: 'Print znode stats additionally' },
    { name: 'v', hasValue: true, meaning: 'Set with an expected version' },
    { name: 'b', meaning: 'Supply data in base64 format' },
  ],
  explainsFlags: true,
  wordsMin: 2,
  async run({ zk, words: [path = '', text = ''], given, print }) {
    const data = given.has('b') ? fromBase64(text) : text;
    const version = versionOf(given.value('v'));
    checkPath(path);
    const stat = await zk.setData(path, data, { version });
    if (given.has('s')) print(statLines(stat).join('\n'));
  },
};

/** Compat: Java ends with a stack trace for what is no base64. */
function fromBase64(text: string): Uint8Array {
  const isGood = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1;
  if (isGood) return Buffer.from(text, 'base64');
  throw new CommandLineError(`The data of set -b is base64, which ${JSON.stringify(text)} is not`);
}
