import type { NodeCommand } from '../command.ts';
import { checkPath } from '../path-check.ts';

export const getAllChildrenNumber: NodeCommand = {
  kind: 'node',
  name: 'getAllChildrenNumber',
  form: 'path',
  wordsMin: 1,
  async run({ zk, words: [path = ''], print }) {
    checkPath(path);
    print(String(await zk.getAllChildrenNumber(path)));
  },
};
