import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { nodesBelow } from '../nodes-below.ts';
import { checkPath } from '../path-check.ts';

/** Lines of data, of a node and of all below it. */
export const grep: NodeCommand = {
  kind: 'node',
  name: 'grep',
  form: '[-i] [-l] [--json] pattern path',
  isOurs: true,
  flags: [
    { name: 'i', meaning: 'upper and lower case are the same' },
    { name: 'l', meaning: 'only the paths' },
    JSON_FLAG,
  ],
  wordsMin: 2,
  async run(call) {
    const { words, given, print } = call;
    const [pattern = '', path = ''] = words;
    checkPath(path);
    const wanted = patternOf(pattern, given.has('i'));
    const found: { path: string; line: string }[] = [];
    for await (const node of nodesBelow(call, path)) {
      const lines = new TextDecoder()
        .decode(node.data)
        .split('\n')
        .filter((line) => wanted.test(line));
      const shown = given.has('l') ? lines.slice(0, 1) : lines;
      for (const line of shown) found.push({ path: node.path, line });
    }
    if (given.has(JSON_FLAG.name)) print(jsonText(found));
    else for (const { path: at, line } of found) print(given.has('l') ? at : `${at}:${line}`);
    if (found.length === 0) throw new CommandLineError(`Nothing below ${path} matches ${pattern}`);
  },
};

function patternOf(text: string, ignoresCase: boolean): RegExp {
  try {
    return new RegExp(text, ignoresCase ? 'i' : '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandLineError(reason, { exitCode: 2 });
  }
}
