/** Nodes and bytes below each node that has children (ZooKeeper's SnapshotRecursiveSummary). */
import { NO_NODE } from '../../core/tree/node-store.ts';
import { TextOutput } from '../text-output.ts';
import { ToolError } from '../tool-error.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { TreeInfo } from './tree-info.ts';
import { walkTree } from './walk-tree.ts';

export interface SummaryOptions {
  readonly path: string;
  readonly startingNode: string;
  /** Of what is shown, not of what is counted; 0: all. */
  readonly maxDepth: number;
}

export async function summarizeSnapshot(options: SummaryOptions): Promise<void> {
  const { path, startingNode, maxDepth } = options;
  const { tree } = loadSnapshot(path).database;
  const start = tree.findPath(startingNode);
  if (start === NO_NODE || startingNode === '') {
    throw new ToolError(`${path} has no node ${startingNode}; name one by its whole path, or /.`);
  }
  const info = new TreeInfo(tree);
  const output = new TextOutput();
  for (const node of walkTree(tree, start)) {
    if (maxDepth > 0 && node.depth > maxDepth) continue;
    if (tree.childCountOf(node.id) === 0) continue;
    const figures = info.nodesByName.get(node.path === '/' ? '' : node.path);
    const indent = '--'.repeat(node.depth);
    output.line(`${indent} ${node.path}`);
    output.line(`${indent}   children: ${figures?.descendantCount}`);
    output.line(`${indent}   data: ${figures?.descendantSize}`);
    if (output.isFull) await output.drain();
  }
  output.line('');
  await output.drain();
}
