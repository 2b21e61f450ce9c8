/**
 * Holders: who believes to hold what, judged by what the ensemble has agreed on, after everything
 * that happens. M1: whoever believes to hold, with a session that lives, owns a node that is there,
 * and where only one may hold, the first one. M2: no more of them than may hold at once. M3: the
 * fencing tokens of those who hold one after the other go up.
 */

import { Violated } from '../../../src/sim/violated.ts';

/** What is committed: the tree, and the sessions that live. */
export interface AgreedTree {
  readonly sessions: ReadonlyMap<bigint, number>;
  get(path: string): AgreedNode | null;
}

export interface AgreedNode {
  readonly owner: bigint;
  readonly czxid: number;
  readonly children: ReadonlySet<string>;
}

/** HeldNode and Leadership. */
export interface Holding {
  readonly path: string;
  readonly fencingToken: bigint;
  readonly sessionId: bigint;
  readonly isHeld: boolean;
}

/** `sole`: nobody beside it. `shared`: with others of the kind, as many as may be. */
export interface Belief {
  readonly holding: Holding;
  readonly kind: 'sole' | 'shared';
}

export class Holders {
  readonly #tree: AgreedTree;
  readonly #sharedMax: number;
  readonly #beliefs = new Set<Belief>();
  #highestToken = 0n;
  /** Of those whose session had ended, and who did not know it yet. */
  staleCount = 0;
  /** Writes that came too late. */
  refusedCount = 0;

  constructor(tree: AgreedTree, sharedMax: number) {
    this.#tree = tree;
    this.#sharedMax = sharedMax;
  }

  /** Returns what ends it: to be called before it is released. */
  add(belief: Belief): () => void {
    this.#beliefs.add(belief);
    return () => this.#beliefs.delete(belief);
  }

  /** What is protected refuses whoever is not the last that has held. */
  write({ holding, kind }: Belief): void {
    if (kind === 'sole' && holding.fencingToken < this.#highestToken) this.refusedCount++;
  }

  check(): void {
    if (this.#beliefs.size === 0) return;
    const believing = [...this.#beliefs].filter(({ holding }) => holding.isHeld);
    const { sessions } = this.#tree;
    const live = believing.filter(({ holding }) => sessions.has(holding.sessionId));
    this.staleCount += believing.length - live.length;
    for (const belief of live) this.#checkOwn(belief);
    const sole = live.filter(({ kind }) => kind === 'sole');
    if (sole.length > 0 && live.length > 1)
      throw Violated.of('M2', `held beside each other: ${describe(live)}`);
    if (live.length > this.#sharedMax)
      throw Violated.of('M2', `${live.length} hold: ${describe(live)}`);
  }

  #checkOwn({ holding, kind }: Belief): void {
    const { path, sessionId, fencingToken } = holding;
    const node = this.#tree.get(path);
    if (node?.owner !== sessionId) throw Violated.of('M1', `${path} is held and not there`);
    if (BigInt(node.czxid) !== fencingToken) throw Violated.of('M3', `${path} has another token`);
    if (kind === 'shared') return;
    const directory = path.slice(0, path.lastIndexOf('/'));
    const [first] = [...(this.#tree.get(directory)?.children ?? [])].sort(bySequence);
    if (path !== `${directory}/${first}`)
      throw Violated.of('M1', `${path} is held behind ${first}`);
    if (fencingToken < this.#highestToken)
      throw Violated.of('M3', `${path} has a token that is too old`);
    this.#highestToken = fencingToken;
  }
}

function bySequence(a: string, b: string): number {
  return Number(a.slice(-10)) - Number(b.slice(-10));
}

function describe(live: readonly Belief[]): string {
  return live.map(({ holding, kind }) => `${kind} ${holding.path}`).join(', ');
}
