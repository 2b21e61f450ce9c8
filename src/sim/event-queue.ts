/**
 * EventQueue: everything that is going to happen, in virtual time. Events of the same microsecond
 * come in an order that the seed decides, because no real system promises one.
 */
import type { Prng } from '../base/prng.ts';

export interface QueuedEvent {
  readonly timeUs: number;
  readonly tie: number;
  readonly sequence: number;
  readonly label: string;
  readonly action: () => void;
  isCancelled: boolean;
}

export class EventQueue {
  readonly #prng: Prng;
  readonly #heap: QueuedEvent[] = [];
  #sequence = 0;

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  get size(): number {
    return this.#heap.length;
  }

  add(timeUs: number, label: string, action: () => void): QueuedEvent {
    const event: QueuedEvent = {
      timeUs,
      tie: this.#prng.below(1048576),
      sequence: this.#sequence++,
      label,
      action,
      isCancelled: false,
    };
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** The next event that is not cancelled; undefined when there is none. */
  take(): QueuedEvent | undefined {
    for (;;) {
      const heap = this.#heap;
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        this.#sink(0);
      }
      if (!first.isCancelled) return first;
    }
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const event = heap[from] as QueuedEvent;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as QueuedEvent;
      if (!isBefore(event, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const event = heap[from] as QueuedEvent;
    let at = from;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= heap.length) break;
      const right = below + 1;
      if (right < heap.length && isBefore(heap[right] as QueuedEvent, heap[below] as QueuedEvent)) {
        below = right;
      }
      const child = heap[below] as QueuedEvent;
      if (!isBefore(child, event)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = event;
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  if (a.timeUs !== b.timeUs) return a.timeUs < b.timeUs;
  if (a.tie !== b.tie) return a.tie < b.tie;
  return a.sequence < b.sequence;
}
