/**
 * Footprint: what of the tree a request depends on and what it changes, as sets of bits. Two requests
 * whose footprints do not meet have the same results and leave the same tree in either order, so
 * that the search tries only one. Paths that share a bit only make it try more than it must.
 *
 * A node is two things here: itself, and its children (their names and how many were made). That two
 * children come or go in either order concerns only who looks at the parent.
 */
import { parentPath } from '../../../base/path-rules.ts';
import type { PartAsk } from '../../clients/client-request.ts';
import type { ReplyBody } from '../../clients/reply-body.ts';
import type { ClientOp } from './client-op.ts';

export interface Footprint {
  readonly nodeReads: number;
  readonly nodeWrites: number;
  readonly childReads: number;
  readonly childWrites: number;
}

export const NO_FOOTPRINT: Footprint = {
  nodeReads: 0,
  nodeWrites: 0,
  childReads: 0,
  childWrites: 0,
};

/** Somewhere below some path: nobody knows where before it is done. */
const ANYWHERE = -1;

export function meet(a: Footprint, b: Footprint): boolean {
  return (
    ((a.nodeWrites & (b.nodeReads | b.nodeWrites)) |
      (a.nodeReads & b.nodeWrites) |
      (a.childWrites & b.childReads) |
      (a.childReads & b.childWrites)) !==
    0
  );
}

export function union(a: Footprint, b: Footprint): Footprint {
  return {
    nodeReads: a.nodeReads | b.nodeReads,
    nodeWrites: a.nodeWrites | b.nodeWrites,
    childReads: a.childReads | b.childReads,
    childWrites: a.childWrites | b.childWrites,
  };
}

/** Which bit stands for which path, in the order in which they come up. */
export class Footprints {
  readonly #bits = new Map<string, number>();
  readonly #removals = new Map<string, Footprint>();

  of({ ask, answer }: Pick<ClientOp, 'ask' | 'answer'>): Footprint {
    switch (ask.kind) {
      case 'sync':
      case 'closeSession':
        // What the end of a session removes is only known when it comes.
        return NO_FOOTPRINT;
      case 'getEphemerals':
        return { ...NO_FOOTPRINT, nodeReads: ANYWHERE };
      case 'getAllChildrenNumber':
        return { ...NO_FOOTPRINT, nodeReads: ANYWHERE, childReads: ANYWHERE };
      case 'multiRead':
        return ask.items.map(({ path }) => this.#looking(path)).reduce(union, NO_FOOTPRINT);
      case 'multi':
        return this.#ofMulti(ask.parts, answer?.body.parts ?? null, answer !== null);
      case 'create':
      case 'delete':
      case 'setData':
        return this.#ofPart(ask, answer?.body ?? null, answer?.err ?? 0);
      case 'setAcl':
        if (answer !== null && answer.err !== 0) return this.#reading(ask.path);
        return this.#changing(ask.path, answer !== null);
      default:
        return this.#looking(ask.path);
    }
  }

  /** Of a node that goes by itself, or with its session. */
  removal(path: string): Footprint {
    let found = this.#removals.get(path);
    if (found === undefined) {
      const parent = this.#bit(parentPath(path));
      const own = this.#bit(path);
      found = { nodeReads: parent, nodeWrites: own, childReads: own, childWrites: parent };
      this.#removals.set(path, found);
    }
    return found;
  }

  #ofMulti(
    parts: readonly PartAsk[],
    bodies: readonly ReplyBody[] | null,
    isAnswered: boolean,
  ): Footprint {
    const hasFailed = bodies?.some((body) => 'err' in body && body.err !== 0) === true;
    const all = parts.map((part, i) =>
      this.#ofPart(part, hasFailed ? null : (bodies?.[i] ?? null), 0),
    );
    const whole = all.reduce(union, NO_FOOTPRINT);
    if (!isAnswered || !hasFailed) return whole;
    const { nodeReads, nodeWrites, childReads } = whole;
    return { ...NO_FOOTPRINT, nodeReads: nodeReads | nodeWrites, childReads };
  }

  #ofPart(part: PartAsk, body: ReplyBody | null, err: number): Footprint {
    switch (part.kind) {
      case 'check':
        return this.#reading(part.path);
      case 'setData':
        return err === 0 ? this.#changing(part.path, body !== null) : this.#reading(part.path);
      case 'delete': {
        const removal = this.removal(part.path);
        if (err === 0) return removal;
        const { nodeReads, nodeWrites, childReads } = removal;
        return { ...NO_FOOTPRINT, nodeReads: nodeReads | nodeWrites, childReads };
      }
      case 'create': {
        const isSequential = part.flags === 2 || part.flags === 3 || part.flags === 6;
        const parent = this.#bit(parentPath(part.path));
        const path = isSequential ? (body?.path ?? null) : part.path;
        const own = path === null ? ANYWHERE : this.#bit(path);
        const childReads = isSequential ? parent : 0;
        if (err !== 0) return { ...NO_FOOTPRINT, nodeReads: parent | own, childReads };
        return { nodeReads: parent, nodeWrites: own, childReads, childWrites: parent };
      }
    }
  }

  #reading(path: string): Footprint {
    return { ...NO_FOOTPRINT, nodeReads: this.#bit(path) };
  }

  /** A Stat tells also of the children. */
  #looking(path: string): Footprint {
    return { ...NO_FOOTPRINT, nodeReads: this.#bit(path), childReads: this.#bit(path) };
  }

  #changing(path: string, showsStat: boolean): Footprint {
    const own = this.#bit(path);
    return { ...NO_FOOTPRINT, nodeWrites: own, childReads: showsStat ? own : 0 };
  }

  #bit(path: string): number {
    const key = path === '' ? '/' : path;
    let bit = this.#bits.get(key);
    if (bit === undefined) {
      bit = 1 << (this.#bits.size & 31);
      this.#bits.set(key, bit);
    }
    return bit;
  }
}
