/**
 * Dependence: what may have to come before the request whose turn it is. That is the one that must
 * be placed first of all, because its answer came first: whatever begins after that answer comes
 * behind it. Of the rest only what meets it counts, or what meets something that does, and what
 * stands before that in its own session. Everything else can as well come later (a persistent set,
 * in the words of partial-order reduction), so parts of the tree that have nothing to do with each
 * other are searched one after the other and not in all their mixtures.
 */
import type { ClientOp } from './client-op.ts';
import { makesEphemeral } from './client-op.ts';
import { type Footprint, meet, union } from './footprint.ts';
import type { FlatTail, SearchState } from './search-state.ts';
import { givesTo, type Want } from './wants.ts';

export class Dependence {
  /** How many of the next answered requests of each session belong to it. */
  readonly known: Int32Array;
  readonly tails: Int32Array;
  /** Sessions whose end belongs to it. */
  readonly ends = new Set<number>();
  readonly removals = new Set<string>();
  readonly #state: SearchState;
  readonly #limit: number;
  #footprint: Footprint;
  #hasGrown = true;

  constructor(state: SearchState, urgent: ClientOp, session: number) {
    this.#state = state;
    this.#limit = urgent.until;
    this.#footprint = urgent.footprint;
    this.known = new Int32Array(state.sessions.length);
    this.tails = new Int32Array(state.tails.length);
    this.known[session] = 1;
    if (urgent.ask.kind === 'closeSession') this.#add(this.#footprintOfEnd(session));
    while (this.#hasGrown) {
      this.#hasGrown = false;
      for (let i = 0; i < state.sessions.length; i++) this.#growKnown(i);
      for (const [i, tail] of state.tails.entries()) this.#growTail(i, tail);
      for (let i = 0; i < state.sessions.length; i++) this.#growEnd(i);
      for (const path of state.tree.mortal) this.#growRemoval(path);
    }
  }

  /** Of all that belongs to it. */
  get footprint(): Footprint {
    return this.#footprint;
  }

  /** Is there something in it that can bring this about? */
  canGive(want: Want): boolean {
    const state = this.#state;
    if (!want.isThere && this.removals.has(want.path)) return true;
    const owner = want.isThere ? null : (state.tree.get(want.path)?.owner ?? null);
    return (
      state.sessions.some(({ id, known }, session) => {
        if (id === owner && this.ends.has(session)) return true;
        const placed = state.placedOf(session);
        for (let i = placed; i < placed + (this.known[session] ?? 0); i++) {
          const op = known[i] as ClientOp;
          if (givesTo(op, want) || (id === owner && op.ask.kind === 'closeSession')) return true;
        }
        return false;
      }) ||
      state.tails.some(({ ops }, tail) => {
        const done = state.doneOf(tail);
        return ops.slice(done, done + (this.tails[tail] ?? 0)).some((op) => givesTo(op, want));
      })
    );
  }

  #growKnown(session: number): void {
    const placed = this.#state.placedOf(session);
    const known = this.#state.sessions[session]?.known ?? [];
    for (let i = placed + (this.known[session] ?? 0); i < known.length; i++) {
      const op = known[i] as ClientOp;
      if (op.from > this.#limit) return;
      const footprint =
        op.ask.kind === 'closeSession' ? this.#footprintOfEnd(session) : op.footprint;
      if (meet(footprint, this.#footprint)) this.#includeKnown(session, i + 1);
    }
  }

  #includeKnown(session: number, end: number): void {
    const placed = this.#state.placedOf(session);
    const known = this.#state.sessions[session]?.known ?? [];
    for (let i = placed + (this.known[session] ?? 0); i < end; i++) {
      const op = known[i] as ClientOp;
      this.#add(op.ask.kind === 'closeSession' ? this.#footprintOfEnd(session) : op.footprint);
      this.known[session] = i - placed + 1;
    }
  }

  #growTail(at: number, { session, after, ops }: FlatTail): void {
    const done = this.#state.doneOf(at);
    const cut = this.#state.cutOf(at);
    for (let i = done + (this.tails[at] ?? 0); i < cut; i++) {
      const op = ops[i] as ClientOp;
      if (op.from > this.#limit) return;
      if (!meet(op.footprint, this.#footprint)) continue;
      for (let k = done + (this.tails[at] ?? 0); k <= i; k++) {
        this.#add((ops[k] as ClientOp).footprint);
      }
      this.tails[at] = i - done + 1;
      this.#includeKnown(session, after);
    }
  }

  #growEnd(session: number): void {
    const state = this.#state;
    if (this.ends.has(session) || state.hasEnded(session)) return;
    const { known } = state.sessions[session] ?? { known: [] };
    if ((known.at(-1)?.from ?? 0) > this.#limit) return;
    const footprint = this.#footprintOfEnd(session);
    if (!meet(footprint, this.#footprint)) return;
    this.ends.add(session);
    this.#add(footprint);
    this.#includeKnown(session, known.length);
  }

  #growRemoval(path: string): void {
    if (this.removals.has(path)) return;
    const footprint = this.#state.footprints.removal(path);
    if (!meet(footprint, this.#footprint)) return;
    this.removals.add(path);
    this.#add(footprint);
  }

  /** Of the ephemerals that there are, and of those that may still come. */
  #footprintOfEnd(session: number): Footprint {
    const state = this.#state;
    const { known } = state.sessions[session] ?? { known: [] };
    let footprint = state.footprintOfEnd(session);
    const include = (op: ClientOp | undefined) => {
      if (op?.hasEffect && makesEphemeral(op)) {
        footprint = union(footprint, op.footprint);
      }
    };
    for (let i = state.placedOf(session); i < known.length; i++) include(known[i]);
    for (const [i, tail] of state.tails.entries()) {
      if (tail.session !== session) continue;
      for (let k = state.doneOf(i); k < state.cutOf(i); k++) include(tail.ops[k]);
    }
    return footprint;
  }

  #add(footprint: Footprint): void {
    this.#footprint = union(this.#footprint, footprint);
    this.#hasGrown = true;
  }
}
