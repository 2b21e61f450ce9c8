/** All nodes from one on, parents first, siblings by name. */
import { baseName } from '../../base/path-rules.ts';
import type { DataTree } from '../../core/tree/data-tree.ts';
import type { NodeId } from '../../core/tree/node-store.ts';

export interface VisitedNode {
  readonly id: NodeId;
  readonly path: string;
  /** 0 for the node where the walk begins. */
  readonly depth: number;
}

export function* walkTree(tree: DataTree, start: NodeId): Generator<VisitedNode> {
  const waiting: VisitedNode[] = [{ id: start, path: tree.pathOf(start), depth: 0 }];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    const { path, depth } = node;
    const prefix = path === '/' ? '' : path;
    const children = tree
      .childrenOf(node.id)
      .map((id) => ({ id, path: `${prefix}/${tree.nameOf(id)}`, depth: depth + 1 }));
    // The last is taken first.
    children.sort((a, b) => (baseName(a.path) < baseName(b.path) ? 1 : -1));
    for (const child of children) waiting.push(child);
  }
}
