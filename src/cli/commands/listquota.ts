import { isZooKeeperError } from '../../client/index.ts';
import type { NodeCommand } from '../command.ts';
import { checkPath } from '../path-check.ts';
import { limitPath, parseQuota, quotaText, statPath } from '../quota.ts';

export const listquota: NodeCommand = {
  kind: 'node',
  name: 'listquota',
  form: 'path',
  wordsMin: 1,
  async run({ zk, words: [path = ''], print, complain }) {
    complain(`absolute path is ${limitPath(path)}`);
    checkPath(limitPath(path));
    try {
      const [limits, stats] = await Promise.all([
        zk.getData(limitPath(path)),
        zk.getData(statPath(path)),
      ]);
      print(`Output quota for ${path} ${quotaText(parseQuota(limits.data))}`);
      print(`Output stat for ${path} ${quotaText(parseQuota(stats.data))}`);
    } catch (error) {
      if (!isZooKeeperError(error, 'NoNode')) throw error;
      complain(`quota for ${path} does not exist.`);
    }
  },
};
