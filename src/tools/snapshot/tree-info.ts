/** TreeInfo: how much is at and below each node of a snapshot (of ZooKeeper's SnapshotComparer). */
import type { DataTree } from '../../core/tree/data-tree.ts';
import { walkTree } from './walk-tree.ts';

export interface TreeNode {
  /** The path; "" for the root. */
  readonly label: string;
  readonly children: TreeNode[];
  /** Bytes of data at the node and below. */
  descendantSize: number;
  /** Nodes below. */
  descendantCount: number;
}

export class TreeInfo {
  readonly nodesAtDepths: TreeNode[][] = [];
  readonly nodesByName = new Map<string, TreeNode>();

  constructor(tree: DataTree) {
    const parents: TreeNode[] = [];
    for (const { id, path, depth } of walkTree(tree, tree.root)) {
      const label = path === '/' ? '' : path;
      const size = tree.dataLengthOf(id);
      const node = { label, children: [], descendantSize: size, descendantCount: 0 };
      this.nodesByName.set(label, node);
      const level = this.nodesAtDepths[depth];
      if (level === undefined) this.nodesAtDepths.push([node]);
      else level.push(node);
      parents[depth] = node;
      parents[depth - 1]?.children.push(node);
    }
    this.#sumUp();
    // By their whole paths, as they are compared, not by one name after another.
    for (const level of this.nodesAtDepths) level.sort((a, b) => (a.label < b.label ? -1 : 1));
  }

  #sumUp(): void {
    // The deepest first: what is added to a parent is complete.
    for (const level of this.nodesAtDepths.toReversed()) {
      for (const node of level) {
        for (const child of node.children) {
          node.descendantSize += child.descendantSize;
          node.descendantCount += child.descendantCount + 1;
        }
      }
    }
  }

  get root(): TreeNode | undefined {
    return this.nodesByName.get('');
  }

  describe(): string {
    const depths = this.nodesAtDepths.map(
      ({ length }, depth) => `Count of nodes at depth ${depth}: ${length}\n`,
    );
    return `Node count: ${this.nodesByName.size}
Total size: ${this.root?.descendantSize}
Max depth: ${this.nodesAtDepths.length}
${depths.join('')}`;
  }
}
