import { isZooKeeperError } from '../../client/index.ts';
import { parseAcl } from '../acl-text.ts';
import type { Call, NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { keeperErrorText } from '../error-text.ts';
import { checkPath } from '../path-check.ts';
import { statLines } from '../stat-text.ts';
import { visitSubtree } from '../subtree.ts';
import { versionOf } from '../version-word.ts';

export const setAcl: NodeCommand = {
  kind: 'node',
  name: 'setAcl',
  form: '[-s] [-v version] [-R] path acl',
  flags: [
    { name: 's', meaning: 'stats' },
    { name: 'v', hasValue: true, meaning: 'version' },
    { name: 'R', meaning: 'recursive' },
  ],
  wordsMin: 2,
  async run(call) {
    const { zk, words, given, print } = call;
    const [path = '', text = ''] = words;
    const aclVersion = versionOf(given.value('v'));
    checkPath(path);
    const acl = parseAcl(text, call);
    if (acl.length === 0) throw new CommandLineError('Acl is not valid : null');
    if (given.has('R')) return setBelow(call, (each) => zk.setAcl(each, acl, { aclVersion }));
    const stat = await zk.setAcl(path, acl, { aclVersion });
    if (given.has('s')) print(statLines(stat).join('\n'));
  },
};

async function setBelow(
  { zk, words: [path = ''], print, signal }: Call,
  setOne: (path: string) => Promise<unknown>,
): Promise<void> {
  const settings: Promise<void>[] = [];
  await visitSubtree(zk, path, {
    signal,
    visit: (each) => {
      const setting = setOne(each).then(
        () => {},
        (error: unknown) => {
          if (!isZooKeeperError(error)) throw error;
          // Compat: what cannot be set is printed, and no reason to stop.
          print(keeperErrorText(error.code, error.path));
        },
      );
      settings.push(setting);
    },
  });
  await Promise.all(settings);
}
