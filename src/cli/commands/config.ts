import { clientConfigText } from '../client-config-text.ts';
import type { NodeCommand } from '../command.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { statJson, statLines } from '../stat-text.ts';

export const config: NodeCommand = {
  kind: 'node',
  name: 'config',
  form: '[-c] [-w] [-s]',
  flags: [
    { name: 's', meaning: 'stats' },
    { name: 'w', meaning: 'watch' },
    { name: 'c', meaning: 'client connection string' },
    JSON_FLAG,
  ],
  async run({ zk, given, watches, print }) {
    const watch = given.has('w') ? watches.data : undefined;
    const { data, stat, isNull } = await zk.getConfig({ watch });
    const text = isNull === true ? 'null' : new TextDecoder().decode(data);
    if (given.has(JSON_FLAG.name)) {
      return print(jsonText({ config: text.split('\n'), stat: statJson(stat) }));
    }
    print(given.has('c') ? clientConfigText(text) : text);
    if (given.has('s')) print(statLines(stat).join('\n'));
  },
};
