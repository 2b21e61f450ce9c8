import type { NodeCommand } from '../command.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { nodesBelow } from '../nodes-below.ts';
import { checkPath } from '../path-check.ts';
import { childPath } from '../subtree.ts';
import { tableText } from '../table.ts';

interface Use {
  bytes: number;
  nodes: number;
}

/** Bytes of data and nodes below each child, the biggest first; the node itself at the end. */
export const du: NodeCommand = {
  kind: 'node',
  name: 'du',
  form: '[--json] path',
  isOurs: true,
  flags: [JSON_FLAG],
  wordsMin: 1,
  async run(call) {
    const [path = ''] = call.words;
    checkPath(path);
    const uses = new Map<string, Use>();
    const add = (key: string, bytes: number) => {
      const use = uses.get(key) ?? { bytes: 0, nodes: 0 };
      uses.set(key, { bytes: use.bytes + bytes, nodes: use.nodes + 1 });
    };
    for await (const node of nodesBelow(call, path)) {
      add(path, node.data.length);
      const [child] = node.path.slice(path === '/' ? 1 : path.length + 1).split('/');
      if (child !== undefined && child !== '') add(childPath(path, child), node.data.length);
    }
    const rows = [...uses].map(([at, use]) => ({ path: at, ...use }));
    rows.sort((one, other) =>
      one.path === path
        ? 1
        : other.path === path
          ? -1
          : other.bytes - one.bytes || other.nodes - one.nodes,
    );
    if (call.given.has(JSON_FLAG.name)) return call.print(jsonText(rows));
    const cells = rows.map(({ bytes, nodes, path: at }) => [bytes, nodes, at]);
    call.print(await tableText(['bytes', 'nodes', 'path'], cells));
  },
};
