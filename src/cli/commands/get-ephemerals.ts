import type { NodeCommand } from '../command.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { checkPath } from '../path-check.ts';

export const getEphemerals: NodeCommand = {
  kind: 'node',
  name: 'getEphemerals',
  form: 'path',
  flags: [JSON_FLAG],
  async run({ zk, words: [prefix = '/'], given, print }) {
    checkPath(prefix);
    const paths = await zk.getEphemerals(prefix);
    print(given.has(JSON_FLAG.name) ? jsonText(paths) : `[${paths.join(', ')}]`);
  },
};
