/**
 * PlainTree: the tree at one point of the search, without what only a server knows: no zxids, no
 * times. It goes back to any earlier mark, and equal trees have equal hashes.
 */
import {
  firstNodes,
  isContainer,
  isEphemeral,
  isTtl,
  type ModelNode,
} from '../../model/model-node.ts';
import type { Nodes } from '../../model/model-tree.ts';
import { type Hash, HashBuilder } from './hash.ts';

interface Replaced {
  readonly path: string;
  readonly node: ModelNode | null;
}

export class PlainTree implements Nodes {
  /** Containers and nodes with a TTL: the server may remove them when they are empty. */
  readonly mortal = new Set<string>();
  readonly #nodes = new Map<string, ModelNode>();
  readonly #owned = new Map<bigint, Set<string>>();
  readonly #replaced: Replaced[] = [];
  readonly #hashes = new WeakMap<ModelNode, Hash>();
  #low = 0;
  #high = 0;

  constructor() {
    for (const node of firstNodes()) this.#set(node.path, node);
  }

  /** Sums of the nodes' hashes: children are nodes themselves. */
  get hash(): Hash {
    return { low: this.#low, high: this.#high };
  }

  get(path: string): ModelNode | null {
    return this.#nodes.get(path === '' ? '/' : path) ?? null;
  }

  put(path: string, node: ModelNode | null): void {
    this.#replaced.push({ path, node: this.get(path) });
    this.#set(path, node);
  }

  ephemeralsOf(session: bigint): string[] {
    return [...(this.#owned.get(session) ?? [])];
  }

  /** How much was replaced until now: where `rollBack` goes back to. */
  get mark(): number {
    return this.#replaced.length;
  }

  rollBack(mark: number): void {
    while (this.#replaced.length > mark) {
      const last = this.#replaced.pop();
      if (last !== undefined) this.#set(last.path, last.node);
    }
  }

  #set(path: string, node: ModelNode | null): void {
    const before = this.#nodes.get(path);
    if (before !== undefined) this.#forget(before);
    if (node === null) this.#nodes.delete(path);
    else this.#remember(node);
  }

  #remember(node: ModelNode): void {
    const { path, owner } = node;
    this.#nodes.set(path, node);
    this.#add(this.#hashOf(node), 1);
    if (isContainer(owner) || isTtl(owner)) this.mortal.add(path);
    if (!isEphemeral(owner)) return;
    const owned = this.#owned.get(owner);
    if (owned === undefined) this.#owned.set(owner, new Set([path]));
    else owned.add(path);
  }

  #forget(node: ModelNode): void {
    this.#add(this.#hashOf(node), -1);
    this.mortal.delete(node.path);
    this.#owned.get(node.owner)?.delete(node.path);
  }

  #add({ low, high }: Hash, sign: 1 | -1): void {
    this.#low = (this.#low + sign * low) | 0;
    this.#high = (this.#high + sign * high) | 0;
  }

  #hashOf(node: ModelNode): Hash {
    let hash = this.#hashes.get(node);
    if (hash === undefined) {
      const builder = new HashBuilder().text(node.path).bytes(node.data);
      builder.number(node.version).number(node.cversion).number(node.aversion);
      builder.text(node.owner.toString(36));
      for (const { perms, id } of node.acl) builder.number(perms).text(`${id.scheme}:${id.id}`);
      hash = builder.hash;
      this.#hashes.set(node, hash);
    }
    return hash;
  }
}
