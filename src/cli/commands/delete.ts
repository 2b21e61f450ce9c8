import type { NodeCommand } from '../command.ts';
import { checkPath } from '../path-check.ts';
import { versionOf } from '../version-word.ts';

export const deleteNode: NodeCommand = {
  kind: 'node',
  name: 'delete',
  form: '[-v version] path',
  flags: [{ name: 'v', hasValue: true, meaning: 'version' }],
  wordsMin: 1,
  async run({ zk, words, given, complain }) {
    const [path = ''] = words;
    if (words.length > 1) {
      // Compat: the version is not looked at then.
      const better = "Please use 'delete [-v version] path' instead.";
      complain(`'delete path [version]' has been deprecated. ${better}`);
    }
    const version = versionOf(given.value('v'));
    checkPath(path);
    await zk.delete(path, { version });
  },
};
