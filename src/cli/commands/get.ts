import type { NodeData } from '../../client/index.ts';
import type { NodeCommand } from '../command.ts';
import { hexDump } from '../hex-dump.ts';
import { dataJson, JSON_FLAG, jsonText } from '../json-text.ts';
import { withOldWatch } from '../old-watch.ts';
import { checkPath } from '../path-check.ts';
import { statJson, statLines } from '../stat-text.ts';

export const get: NodeCommand = {
  kind: 'node',
  name: 'get',
  form: '[-s] [-w] [-b] [-x] path',
  flags: [
    { name: 's', meaning: 'Print znode stats additionally' },
    { name: 'w', meaning: 'Watch for changes on the znode' },
    { name: 'b', meaning: 'Output data in base64 format' },
    { name: 'x', meaning: 'Output data in hexdump format' },
    JSON_FLAG,
  ],
  explainsFlags: true,
  wordsMin: 1,
  async run(call) {
    const { zk, words, given, watches, print } = call;
    const [path = ''] = words;
    const isWatched = withOldWatch(call, 'get [-s] [-w] path');
    checkPath(path);
    const read = await zk.getData(path, { watch: isWatched ? watches.data : undefined });
    if (given.has(JSON_FLAG.name)) {
      return print(jsonText({ path, ...dataJson(read), stat: statJson(read.stat) }));
    }
    print(shownData(read, given.has('x') ? 'hex' : given.has('b') ? 'base64' : 'text'));
    if (given.has('s')) print(statLines(read.stat).join('\n'));
  },
};

function shownData({ data, isNull }: NodeData, form: 'text' | 'base64' | 'hex'): string {
  // Compat: no data is shown as the four letters, in every form.
  const bytes = Buffer.from(isNull === true ? Buffer.from('null') : data);
  if (form === 'hex') return hexDump(bytes);
  return bytes.toString(form === 'base64' ? 'base64' : 'utf8');
}
