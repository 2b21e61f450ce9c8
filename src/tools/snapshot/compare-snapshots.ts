/** What differs between two snapshots (ZooKeeper's SnapshotComparer), layer by layer. */
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { TextOutput } from '../text-output.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { TreeInfo, type TreeNode } from './tree-info.ts';

export interface CompareOptions {
  readonly left: string;
  readonly right: string;
  /** Nodes with a larger difference are told of. */
  readonly bytes: number;
  readonly nodes: number;
  readonly debug?: boolean;
  readonly interactive?: boolean;
}

interface Comparison {
  readonly left: TreeInfo;
  readonly right: TreeInfo;
  readonly options: CompareOptions;
  readonly output: TextOutput;
}

const QUESTION = `- Press enter to move to print current depth layer;
- Type a number to jump to and print all nodes at a given depth;
- Enter an ABSOLUTE path to print the immediate subtree of a node. Path must start with '/'.`;

export async function compareSnapshots(options: CompareOptions): Promise<void> {
  const output = new TextOutput();
  output.line('Successfully parsed options!');
  const left = readTree(options.left, output);
  const right = readTree(options.right, output);
  output.line(left.describe());
  output.line(right.describe());
  const comparison = { left, right, options, output };
  if (options.interactive) await compareInteractively(comparison);
  else await compareAll(comparison);
  output.line('All layers compared.');
  await output.drain();
}

function readTree(path: string, output: TextOutput): TreeInfo {
  const beginMs = performance.now();
  const { tree } = loadSnapshot(path).database;
  const loadedMs = performance.now();
  output.line(
    `Deserialized snapshot in ${basename(path)} in ${seconds(loadedMs - beginMs)} seconds`,
  );
  const info = new TreeInfo(tree);
  output.line(`Processed data tree in ${seconds(performance.now() - loadedMs)} seconds`);
  return info;
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(6);
}

function maxDepthOf({ left, right }: Comparison): number {
  return Math.max(left.nodesAtDepths.length, right.nodesAtDepths.length);
}

async function compareAll(comparison: Comparison): Promise<void> {
  printThresholds(comparison);
  for (let depth = 0; depth < maxDepthOf(comparison); depth++) {
    await compareLayer(comparison, depth);
  }
}

async function compareInteractively(comparison: Comparison): Promise<void> {
  const { output } = comparison;
  const maxDepth = maxDepthOf(comparison);
  let depth = 0;
  const ask = () => {
    output.line(`Current depth is ${depth}`);
    output.line(QUESTION);
    return output.drain();
  };
  await ask();
  // Not before something takes its lines: those that come earlier are lost.
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    printThresholds(comparison);
    depth = await answer(comparison, { line, depth, maxDepth });
    output.line('');
    if (depth >= maxDepth) break;
    await ask();
  }
  lines.close();
}

interface Question {
  readonly line: string;
  readonly depth: number;
  readonly maxDepth: number;
}

/** The depth where to go on. */
async function answer(comparison: Comparison, question: Question): Promise<number> {
  const { line, depth, maxDepth } = question;
  const { output } = comparison;
  if (line === '') {
    await compareLayer(comparison, depth);
    return depth + 1;
  }
  const range = `Depth must be in range [0, ${maxDepth - 1}]`;
  if (line.startsWith('/')) {
    await compareChildren(comparison, line);
  } else if (!/^[+-]?\d+$/.test(line)) {
    const rule = "Path must be an absolute path which starts with '/'.";
    output.line(`Input ${line} is not valid. ${range}. ${rule}`);
  } else if (Number(line) < 0 || Number(line) >= maxDepth) {
    output.line(range);
  } else {
    await compareLayer(comparison, Number(line));
    return Number(line);
  }
  return depth;
}

function printThresholds({ options: { bytes, nodes }, output }: Comparison): void {
  const larger = `${bytes} bytes or node count difference larger than ${nodes}`;
  output.line(`Printing analysis for nodes difference larger than ${larger}.`);
}

async function compareLayer(comparison: Comparison, depth: number): Promise<void> {
  const { left, right, output } = comparison;
  output.line(`Analysis for depth ${depth}`);
  const lists = [left.nodesAtDepths[depth] ?? [], right.nodesAtDepths[depth] ?? []] as const;
  await compareNodes(comparison, ...lists);
}

async function compareChildren(comparison: Comparison, path: string): Promise<void> {
  const { output } = comparison;
  output.line(`Analysis for node ${path}`);
  const left = comparison.left.nodesByName.get(path);
  const right = comparison.right.nodesByName.get(path);
  if (left === undefined && right === undefined) {
    output.line(`Path ${path} is neither found in left tree nor right tree.`);
  } else {
    await compareNodes(comparison, left?.children ?? [], right?.children ?? []);
  }
}

async function compareNodes(
  comparison: Comparison,
  lefts: readonly TreeNode[],
  rights: readonly TreeNode[],
): Promise<void> {
  const { output, options } = comparison;
  const debug = (text: string) => {
    if (options.debug) output.line(text);
  };
  for (let l = 0, r = 0; l < lefts.length || r < rights.length; ) {
    const left = lefts[l];
    const right = rights[r];
    if (left !== undefined && right !== undefined) {
      debug(`Comparing ${left.label} to ${right.label}`);
      if (left.label < right.label) debug('left is less');
      else debug(left.label > right.label ? 'right is less' : 'same');
    }
    const isLeft = left !== undefined && (right === undefined || left.label <= right.label);
    const isRight = right !== undefined && (left === undefined || right.label <= left.label);
    if (isLeft && isRight) printBoth(comparison, left, right);
    else if (isLeft) printOne(comparison, left, 'left');
    else if (isRight) printOne(comparison, right, 'right');
    if (isLeft) l++;
    if (isRight) r++;
    if (output.isFull) await output.drain();
  }
}

function printOne({ options, output }: Comparison, node: TreeNode, side: 'left' | 'right'): void {
  const { label, descendantSize, descendantCount } = node;
  if (descendantSize > options.bytes || descendantCount > options.nodes) {
    const figures = `Descendant size: ${descendantSize}. Descendant count: ${descendantCount}`;
    output.line(`Node ${label} found only in ${side} tree. ${figures}`);
  } else if (options.debug || options.interactive) {
    output.line(`Filtered ${side} node ${label} of size ${descendantSize}`);
  }
}

function printBoth({ options, output }: Comparison, left: TreeNode, right: TreeNode): void {
  const bytes = right.descendantSize - left.descendantSize;
  const nodes = right.descendantCount - left.descendantCount;
  if (Math.abs(bytes) > options.bytes || Math.abs(nodes) > options.nodes) {
    const delta = `Delta: ${bytes} bytes, ${nodes} descendants`;
    output.line(`Node ${left.label} found in both trees. ${delta}`);
  } else if (options.debug || options.interactive) {
    const sizes = `left size ${left.descendantSize}, right size ${right.descendantSize}`;
    output.line(`Filtered node ${left.label} of ${sizes}`);
  }
}
