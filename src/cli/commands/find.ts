import { baseName } from '../../base/path-rules.ts';
import type { NodeCommand } from '../command.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { nodesBelow } from '../nodes-below.ts';
import { checkPath } from '../path-check.ts';
import { countOf } from '../version-word.ts';

export const find: NodeCommand = {
  kind: 'node',
  name: 'find',
  form: '[-name glob] [-e] [-larger bytes] [--json] path',
  isOurs: true,
  flags: [
    { name: 'name', hasValue: true, meaning: 'name of the node, with * and ?' },
    { name: 'e', meaning: 'only ephemerals' },
    { name: 'larger', hasValue: true, meaning: 'more bytes of data than that' },
    JSON_FLAG,
  ],
  wordsMin: 1,
  async run(call) {
    const { words, given, print } = call;
    const [path = ''] = words;
    checkPath(path);
    const name = globOf(given.value('name') ?? '*');
    const bytesMin = countOf(given.value('larger')) ?? -1;
    const found: string[] = [];
    for await (const node of nodesBelow(call, path)) {
      const isWanted =
        name.test(baseName(node.path)) &&
        (!given.has('e') || node.stat.ephemeralOwner !== 0n) &&
        node.data.length > bytesMin;
      if (isWanted) found.push(node.path);
    }
    if (given.has(JSON_FLAG.name)) print(jsonText(found));
    else for (const each of found) print(each);
  },
};

function globOf(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
