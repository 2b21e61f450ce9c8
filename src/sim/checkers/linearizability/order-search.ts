/**
 * OrderSearch: is there an order of all requests that explains every answer, in which what was
 * answered comes before what was asked later? After Wing and Gong, with Lowe's memory of the states
 * that have led nowhere. Answers that change nothing are placed as soon as the tree gives them, which
 * can never be wrong. What nobody knows the outcome of is tried where it could matter, and what the
 * server does of itself likewise.
 *
 * Each dead end has a reason: the part of the tree that it hangs on. Choices that had no part in it
 * are not tried another way (conflict-directed backjumping).
 */
import type { ClientOp } from './client-op.ts';
import { Dependence } from './dependence.ts';
import { type Footprint, meet, NO_FOOTPRINT, union } from './footprint.ts';
import { isSameAnswer, type Judged, judgeOp } from './judge-op.ts';
import type { Move, SearchState, StateMark } from './search-state.ts';
import { wantsOf } from './wants.ts';

export type Outcome =
  | { readonly kind: 'ordered' | 'undecided'; readonly steps: number }
  | { readonly kind: 'impossible'; readonly steps: number; readonly stuck: Stuck };

/** Where the longest order ends. */
export interface Stuck {
  readonly placed: number;
  readonly op: ClientOp;
  readonly judged: Judged;
}

/** What was placed, and what would have had to be otherwise for another choice. */
interface Placed {
  readonly footprint: Footprint;
  readonly reason: Footprint;
}

interface Frame {
  readonly mark: StateMark;
  readonly hash: number;
  readonly moves: readonly Move[];
  /** What was placed without a choice before it, since the frame below. */
  readonly before: readonly Placed[];
  next: number;
  made: Footprint;
  reason: Footprint;
}

/** Null moves: everything is placed. */
interface Settled {
  readonly moves: readonly Move[] | null;
  readonly reason: Footprint;
}

export class OrderSearch {
  readonly #state: SearchState;
  readonly #stepsMax: number;
  readonly #frames: Frame[] = [];
  /** Why these states lead nowhere. */
  readonly #failed = new Map<number, Footprint>();
  #placed: Placed[] = [];
  #steps = 0;
  #stuck: Stuck | null = null;

  constructor(state: SearchState, stepsMax: number) {
    this.#state = state;
    this.#stepsMax = stepsMax;
  }

  run(): Outcome {
    for (;;) {
      const { moves, reason } = this.#settle();
      const steps = this.#steps;
      if (moves === null) return { kind: 'ordered', steps };
      if (steps > this.#stepsMax) return { kind: 'undecided', steps };
      const known = this.#failed.get(this.#state.hash);
      const isGood = known === undefined && moves.length > 0;
      if (isGood) this.#open(moves, reason);
      if (isGood ? this.#makeNext() : this.#goBack(known ?? reason)) continue;
      if (this.#stuck === null) return { kind: 'undecided', steps };
      return { kind: 'impossible', steps, stuck: this.#stuck };
    }
  }

  /** Places what can only be placed here; then what may come next. */
  #settle(): Settled {
    const state = this.#state;
    for (;;) {
      const session = this.#urgentSession();
      const urgent = session < 0 ? undefined : state.nextKnown(session);
      if (urgent === undefined) return { moves: null, reason: NO_FOOTPRINT };
      const judged = this.#judge(urgent);
      const isRight = urgent.answer !== null && isSameAnswer(urgent.answer, judged);
      if (isRight && !urgent.hasEffect && !state.wouldCut(session)) {
        this.#place({ kind: 'known', session, judged }, NO_FOOTPRINT);
        continue;
      }
      if (this.#steps > this.#stepsMax) return { moves: [], reason: NO_FOOTPRINT };
      const dependence = new Dependence(state, urgent, session);
      if (this.#placeReads(dependence, session)) continue;
      if (!isRight) this.#noteStuck(urgent, judged);
      const wants = isRight ? [] : wantsOf(urgent, judged);
      if (!wants.every((want) => dependence.canGive(want))) {
        return { moves: [], reason: urgent.footprint };
      }
      const moves = this.#movesOf(dependence);
      const only = moves[0];
      if (moves.length !== 1 || only?.kind !== 'known') {
        return { moves, reason: dependence.footprint };
      }
      this.#place(only, dependence.footprint);
    }
  }

  #place(move: Move, reason: Footprint): void {
    this.#placed.push({ footprint: this.#state.make(move), reason });
  }

  /** Whose next answer came first of all. */
  #urgentSession(): number {
    const state = this.#state;
    let found = -1;
    let until = Number.POSITIVE_INFINITY;
    for (let i = 0; i < state.sessions.length; i++) {
      const op = state.nextKnown(i);
      if (op === undefined || op.until >= until) continue;
      found = i;
      until = op.until;
    }
    return found;
  }

  #matching(op: ClientOp): Judged | null {
    const judged = this.#judge(op);
    return op.answer !== null && isSameAnswer(op.answer, judged) ? judged : null;
  }

  #judge(op: ClientOp): Judged {
    this.#steps++;
    return judgeOp(this.#state.tree, op);
  }

  /** Of what belongs to it, the answers that change nothing and are right now. */
  #placeReads({ known }: Dependence, urgent: number): boolean {
    let hasPlaced = false;
    for (const [session, count] of known.entries()) {
      if (session === urgent) continue;
      for (let left = count; left > 0; left--) {
        const op = this.#state.nextKnown(session);
        const judged = op === undefined || op.hasEffect ? null : this.#matching(op);
        if (judged === null || this.#state.wouldCut(session)) break;
        this.#place({ kind: 'known', session, judged }, NO_FOOTPRINT);
        hasPlaced = true;
      }
    }
    return hasPlaced;
  }

  #movesOf({ known, tails, ends, removals }: Dependence): Move[] {
    const state = this.#state;
    const moves: Move[] = [];
    const untils: number[] = [];
    for (const [session, count] of known.entries()) {
      const op = count > 0 ? state.nextKnown(session) : undefined;
      const judged = op === undefined ? null : this.#matching(op);
      if (op === undefined || judged === null) continue;
      // Whose answer left earlier was most likely earlier.
      const later = untils.findIndex((until) => until > op.until);
      const at = later < 0 ? moves.length : later;
      untils.splice(at, 0, op.until);
      moves.splice(at, 0, { kind: 'known', session, judged });
    }
    for (const [tail, count] of tails.entries()) {
      const { session, after, ops } = state.tails[tail] ?? { session: 0, after: 0, ops: [] };
      const op = ops[state.doneOf(tail)];
      if (count === 0 || op === undefined || state.placedOf(session) < after) continue;
      moves.push({ kind: 'tail', tail, judged: this.#judge(op) });
    }
    for (const path of removals) if (state.canGo(path)) moves.push({ kind: 'removal', path });
    for (const session of ends) if (this.#canEnd(session)) moves.push({ kind: 'end', session });
    return moves;
  }

  /** Everything that it has got an answer to is placed, and its end removes something. */
  #canEnd(session: number): boolean {
    const { sessions, tree } = this.#state;
    if (this.#state.nextKnown(session) !== undefined) return false;
    const id = sessions[session]?.id ?? 0n;
    return tree.ephemeralsOf(id).length > 0;
  }

  #open(moves: readonly Move[], reason: Footprint): void {
    const { mark, hash } = this.#state;
    const before = this.#placed;
    this.#placed = [];
    this.#frames.push({ mark, hash, moves, before, next: 0, made: NO_FOOTPRINT, reason });
  }

  /** The next choice of the newest frame that had a part in the dead end; false when there is none. */
  #goBack(from: Footprint): boolean {
    let reason = from;
    for (;;) {
      reason = withPlaced(this.#placed, reason);
      const frame = this.#frames.at(-1);
      if (frame === undefined) return false;
      this.#placed = [];
      if (meet(frame.made, reason)) {
        frame.reason = union(frame.reason, union(reason, frame.made));
        if (this.#makeNext()) return true;
        reason = frame.reason;
      }
      this.#failed.set(frame.hash, reason);
      this.#frames.pop();
      this.#placed = [...frame.before];
    }
  }

  #makeNext(): boolean {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return false;
    this.#state.rollBack(frame.mark);
    const move = frame.moves[frame.next++];
    if (move === undefined) return false;
    frame.made = this.#state.make(move);
    return true;
  }

  #noteStuck(op: ClientOp, judged: Judged): void {
    const { placed } = this.#state;
    if (this.#stuck === null || placed > this.#stuck.placed) this.#stuck = { placed, op, judged };
  }
}

/** The reason before all that was placed: also what that hangs on, where it had a part in it. */
function withPlaced(placed: readonly Placed[], reason: Footprint): Footprint {
  let all = reason;
  for (let i = placed.length - 1; i >= 0; i--) {
    const { footprint, reason: own } = placed[i] as Placed;
    if (meet(footprint, all)) all = union(all, union(footprint, own));
  }
  return all;
}
