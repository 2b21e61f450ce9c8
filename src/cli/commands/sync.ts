import { isZooKeeperError } from '../../client/index.ts';
import type { NodeCommand } from '../command.ts';
import { checkPath } from '../path-check.ts';

export const sync: NodeCommand = {
  kind: 'node',
  name: 'sync',
  form: 'path',
  wordsMin: 1,
  async run({ zk, words: [path = ''], print }) {
    checkPath(path);
    try {
      await zk.sync(path);
      print('Sync is OK');
    } catch (error) {
      if (!isZooKeeperError(error)) throw error;
      // Compat: Java counts this as well done.
      print(`Sync has failed. rc=${error.errorCode}`);
    }
  },
};
