import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { withOldWatch } from '../old-watch.ts';
import { checkPath } from '../path-check.ts';
import { statJson, statLines } from '../stat-text.ts';
import { visitSubtree } from '../subtree.ts';
import { flagLines, usageOf } from '../usage.ts';

const FLAGS = [
  { name: '?', meaning: 'help' },
  { name: 's', meaning: 'stat' },
  { name: 'w', meaning: 'watch' },
  { name: 'R', meaning: 'recurse' },
  JSON_FLAG,
];

export const ls: NodeCommand = {
  kind: 'node',
  name: 'ls',
  form: '[-s] [-w] [-R] path',
  flags: FLAGS,
  async run(call) {
    const { zk, words, given, watches, print, signal } = call;
    if (given.has('?')) print(['usage: ls [options] path', ...flagLines(FLAGS)].join('\n'));
    const isWatched = withOldWatch(call, 'ls [-w] path');
    const [path] = words;
    if (path === undefined) throw new CommandLineError(usageOf(ls));
    checkPath(path);
    if (given.has('R')) {
      const found: string[] = [];
      const isJson = given.has(JSON_FLAG.name);
      await visitSubtree(zk, path, {
        visit: (each) => (isJson ? void found.push(each) : print(each)),
        signal,
        ...(isWatched ? { watches } : {}),
      });
      if (isJson) print(jsonText(found));
      return;
    }
    const watch = isWatched ? watches.children : undefined;
    const { children, stat } = await zk.getChildrenWithStat(path, { watch });
    children.sort();
    if (given.has(JSON_FLAG.name)) return print(jsonText({ path, children, stat: statJson(stat) }));
    print(`[${children.join(', ')}]`);
    if (given.has('s')) print(statLines(stat).join('\n'));
  },
};
