/**
 * contend: make an own sequence node, wait for its turn, hold it. What locks, elections and
 * semaphores share; sequence-nodes.ts has the parts.
 */
import type { Acl, Data, ZooKeeper } from '../client/index.ts';
import { type AbortOn, HeldNode, type HeldNodeOptions } from './held-node.ts';
import {
  abandonNode,
  createSequenceNode,
  type OwnNode,
  type TurnOptions,
  waitForTurn,
} from './sequence-nodes.ts';
import { abortable, RIDE_OUT } from './waiting.ts';

export interface ContendOptions {
  readonly directory: string;
  /** Of the own node's name; it is one of `prefixes`. */
  readonly prefix: string;
  /** Of all names that stand in the queue. */
  readonly prefixes: readonly string[];
  readonly data?: Data | undefined;
  readonly acl?: readonly Acl[] | undefined;
  readonly abortOn?: AbortOn | undefined;
  readonly blocker?: TurnOptions['blocker'] | undefined;
  readonly onData?: HeldNodeOptions['onData'] | undefined;
  /** A node made before that may still be there: to stand in line with it, not with a new one. */
  readonly node?: OwnNode | undefined;
  /** Called when the own node is there, before its turn has come. */
  onNode?(node: OwnNode): void;
}

/**
 * Holds a node once it is first. While it waits, a lost connection does not matter; when the node
 * is gone (the session expired and the client renewed it, or somebody deleted the node) it queues
 * up again with a new one. When the wait ends otherwise, the node is deleted.
 */
export async function contend(
  zk: ZooKeeper,
  options: ContendOptions,
  signal: AbortSignal,
): Promise<HeldNode> {
  let { node } = options;
  for (;;) {
    const held = await contendOnce(zk, options, { signal, node, isTry: false });
    if (typeof held !== 'string') return held;
    node = undefined;
  }
}

/** Holds a node if it is first at once; undefined if not. */
export async function tryContend(
  zk: ZooKeeper,
  options: ContendOptions,
  signal: AbortSignal,
): Promise<HeldNode | undefined> {
  for (;;) {
    const held = await contendOnce(zk, options, { signal, node: undefined, isTry: true });
    if (typeof held !== 'string') return held;
    if (held === 'blocked') return undefined;
  }
}

interface Attempt {
  readonly signal: AbortSignal;
  readonly node: OwnNode | undefined;
  readonly isTry: boolean;
}

async function contendOnce(
  zk: ZooKeeper,
  options: ContendOptions,
  { signal, node: known, isTry }: Attempt,
): Promise<HeldNode | 'blocked' | 'gone'> {
  const node = known ?? (await createSequenceNode(zk, options, signal));
  options.onNode?.(node);
  try {
    const { prefixes, blocker } = options;
    const turnOptions = { prefixes, signal, isTry, blocker };
    const turn = await waitForTurn(zk, node, turnOptions);
    if (turn === 'first') return hold(zk, node, options);
    // A try that failed is put away before it is answered: the next one must not meet it.
    if (turn === 'blocked') await abortable(removed(zk, node), signal);
    else abandonNode(zk, node.path);
    return turn === 'blocked' ? 'blocked' : 'gone';
  } catch (error) {
    abandonNode(zk, node.path);
    throw error;
  }
}

async function removed(zk: ZooKeeper, node: OwnNode): Promise<void> {
  await zk.delete(node.path, { quiet: true, retry: RIDE_OUT });
}

function hold(zk: ZooKeeper, node: OwnNode, { abortOn, onData }: ContendOptions): HeldNode {
  return new HeldNode({ zk, node, abortOn, onData });
}
