import { parentPath } from '../../base/path-rules.ts';
import { isZooKeeperError, type ZooKeeper } from '../../client/index.ts';
import type { NodeCommand } from '../command.ts';
import { checkPath } from '../path-check.ts';
import { limitPath, parseQuota, QUOTA_FLAGS, QUOTA_ROOT, quotaPath, quotaText } from '../quota.ts';

export const delquota: NodeCommand = {
  kind: 'node',
  name: 'delquota',
  form: '[-n|-b|-N|-B] path',
  flags: QUOTA_FLAGS,
  oneOf: 'optional',
  wordsMin: 1,
  async run({ zk, words: [path = ''], given, print, complain }) {
    checkPath(limitPath(path));
    if ((await zk.exists(limitPath(path))) === null) {
      return print(`Quota does not exist for ${path}`);
    }
    const flag = QUOTA_FLAGS.find(({ name }) => given.has(name));
    try {
      if (flag === undefined) return await deleteQuota(zk, path);
      const { data } = await zk.getData(limitPath(path));
      const quota = parseQuota(data).set(flag.limit, -1n);
      await zk.setData(limitPath(path), quotaText(quota));
    } catch (error) {
      if (!isZooKeeperError(error, 'NoNode')) throw error;
      complain(`quota for ${path} does not exist.`);
    }
  },
};

/** With what led only to it. */
async function deleteQuota(zk: ZooKeeper, path: string): Promise<void> {
  let above = quotaPath(path);
  for (const child of await zk.getChildren(above)) await zk.delete(`${above}/${child}`);
  while (above !== QUOTA_ROOT && (await zk.getChildren(above)).length === 0) {
    await zk.delete(above);
    above = parentPath(above);
  }
}
