import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { withOldWatch } from '../old-watch.ts';
import { checkPath } from '../path-check.ts';
import { statJson, statLines } from '../stat-text.ts';

export const stat: NodeCommand = {
  kind: 'node',
  name: 'stat',
  form: '[-w] path',
  flags: [{ name: 'w', meaning: 'watch' }, JSON_FLAG],
  wordsMin: 1,
  async run(call) {
    const { zk, words, given, watches, print } = call;
    const [path = ''] = words;
    const isWatched = withOldWatch(call, 'stat [-w] path');
    checkPath(path);
    const found = await zk.exists(path, { watch: isWatched ? watches.data : undefined });
    if (found === null) throw new CommandLineError(`Node does not exist: ${path}`);
    print(
      given.has(JSON_FLAG.name)
        ? jsonText({ path, stat: statJson(found) })
        : statLines(found).join('\n'),
    );
  },
};
