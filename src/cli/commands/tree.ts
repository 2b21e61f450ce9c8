import { baseName, parentPath } from '../../base/path-rules.ts';
import type { NodeCommand } from '../command.ts';
import { JSON_FLAG, jsonText } from '../json-text.ts';
import { checkPath } from '../path-check.ts';
import { pathsBelow } from '../subtree.ts';
import { countOf } from '../version-word.ts';

interface Branch {
  readonly name: string;
  readonly children: Branch[];
}

/** What lies below a node, drawn. */
export const tree: NodeCommand = {
  kind: 'node',
  name: 'tree',
  form: '[-d depth] [--json] path',
  isOurs: true,
  flags: [{ name: 'd', hasValue: true, meaning: 'levels to show' }, JSON_FLAG],
  wordsMin: 1,
  async run({ zk, words: [path = ''], given, print, signal }) {
    checkPath(path);
    const depth = countOf(given.value('d')) ?? Infinity;
    const top = branchOf(path, await pathsBelow(zk, path, signal), depth);
    print(given.has(JSON_FLAG.name) ? jsonText(top) : drawn(top));
  },
};

function branchOf(top: string, paths: readonly string[], depth: number): Branch {
  const root: Branch = { name: top, children: [] };
  const branches = new Map([[top, root]]);
  const start = top === '/' ? 0 : top.split('/').length - 1;
  // Sorted, parents still come before their children.
  for (const path of paths.slice(1).sort()) {
    const parent = branches.get(parentPath(path));
    if (parent === undefined || path.split('/').length - 1 - start > depth) continue;
    const branch = { name: baseName(path), children: [] };
    parent.children.push(branch);
    branches.set(path, branch);
  }
  return root;
}

function drawn(top: Branch): string {
  const lines = [top.name];
  const open = childrenOf(top, '');
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { branch, indent, isLast } = next;
    lines.push(`${indent}${isLast ? '└── ' : '├── '}${branch.name}`);
    const below = childrenOf(branch, indent + (isLast ? '    ' : '│   '));
    for (const child of below) open.push(child);
  }
  return lines.join('\n');
}

/** The last one first: they are taken from the end. */
function childrenOf(parent: Branch, indent: string) {
  const last = parent.children.length - 1;
  return parent.children.map((branch, at) => ({ branch, indent, isLast: at === last })).reverse();
}
