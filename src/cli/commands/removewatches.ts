import type { WatchRemovalKind } from '../../client/index.ts';
import type { NodeCommand } from '../command.ts';
import { checkPath } from '../path-check.ts';

/** The first that is given counts; without any: all. */
const KINDS: readonly (readonly [flag: string, kind: WatchRemovalKind])[] = [
  ['c', 'children'],
  ['d', 'data'],
  ['p', 'persistent'],
  ['r', 'persistentRecursive'],
];

export const removewatches: NodeCommand = {
  kind: 'node',
  name: 'removewatches',
  form: 'path [-c|-d|-a] [-l]',
  flags: [
    { name: 'c', meaning: 'child watcher type' },
    { name: 'd', meaning: 'data watcher type' },
    { name: 'p', meaning: 'persistent watcher type' },
    { name: 'r', meaning: 'persistent recursive watcher type' },
    { name: 'a', meaning: 'any watcher type' },
    { name: 'l', meaning: 'remove locally when there is no server connection' },
  ],
  wordsMin: 1,
  needsServer: false,
  async run({ zk, words: [path = ''], given }) {
    checkPath(path);
    const kind = KINDS.find(([flag]) => given.has(flag))?.[1] ?? 'any';
    await zk.removeWatches(path, { kind, local: given.has('l') });
  },
};
