import { permissionLetters } from '../acl-text.ts';
import type { NodeCommand } from '../command.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { checkPath } from '../path-check.ts';
import { statJson, statLines } from '../stat-text.ts';

export const getAcl: NodeCommand = {
  kind: 'node',
  name: 'getAcl',
  form: '[-s] path',
  flags: [{ name: 's', meaning: 'stats' }, JSON_FLAG],
  wordsMin: 1,
  async run({ zk, words: [path = ''], given, print }) {
    checkPath(path);
    const { acl, stat } = await zk.getAcl(path);
    if (given.has(JSON_FLAG.name)) {
      const entries = acl.map(({ permissions, scheme, id }) => {
        return { scheme, id, permissions: permissionLetters(permissions) };
      });
      return print(jsonText({ path, acl: entries, stat: statJson(stat) }));
    }
    for (const { permissions, scheme, id } of acl) {
      // Compat: the two lines are how the Jute class Id shows itself, and a line end.
      print(`'${scheme},'${id}\n: ${permissionLetters(permissions)}`);
    }
    if (given.has('s')) print(statLines(stat).join('\n'));
  },
};
