/**
 * What an application asks of the client's session machine, and what became of it: one record for
 * each request, kept for the checkers.
 */

import type { Failure, MachineRequest, Outcome } from '../../client/machine/operation.ts';
import {
  create2,
  exists,
  getChildren2,
  getData,
  remove,
  setData,
} from '../../client/machine/operations.ts';
import type { NodeEvent, WatchEvent } from '../../client/machine/watch-event.ts';
import type { SentRecord } from './machine-client.ts';

const OPERATIONS = {
  create: create2,
  delete: remove,
  setData,
  exists,
  getData,
  getChildren: getChildren2,
};

export type MachineRequestKind = keyof typeof OPERATIONS;

/** A one-shot watch that goes with a read. */
export interface MachineWatch {
  readonly kind: 'data' | 'exists' | 'children';
  readonly path: string;
  /** What it was told of its node, and whether it was told that it is no more. */
  readonly events: NodeEvent[];
  removed: number;
  /** How many connections its client had had when the reply came; -1 before. */
  setOn: number;
}

export type MachineOutcome =
  | { readonly kind: 'ok'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'cancelled'; readonly outcome: Outcome };

export interface RequestFacts {
  readonly index: number;
  readonly kind: MachineRequestKind;
  readonly path: string;
  readonly args: unknown;
  readonly isWatching: boolean;
  /** What no other request of the run writes. */
  readonly mark: string | null;
}

const WATCH_KINDS = { exists: 'exists', getData: 'data', getChildren: 'children' } as const;

export class SimMachineRequest implements MachineRequest {
  /** In the order of submission, over all machines of one client. */
  readonly index: number;
  readonly kind: MachineRequestKind;
  readonly path: string;
  readonly mark: string | null;
  readonly operation: MachineRequest['operation'];
  readonly args: unknown;
  readonly watch: MachineRequest['watch'];
  readonly watching: MachineWatch | null;
  phase: MachineRequest['phase'] = 'new';
  xid = 0;
  frameBytes = 0;
  atMs = 0;
  /** Every time that it was settled; once is right. */
  readonly outcomes: MachineOutcome[] = [];
  /** It was refused when it was submitted, or when the client was closed: out of turn. */
  isRefused = false;
  /** What has left for the server; null while nothing has. */
  sent: SentRecord | null = null;

  constructor({ index, kind, path, args, isWatching, mark }: RequestFacts) {
    this.index = index;
    this.kind = kind;
    this.path = path;
    this.mark = mark;
    this.args = args;
    this.operation = OPERATIONS[kind];
    const watchKind = isRead(kind) && isWatching ? WATCH_KINDS[kind] : null;
    this.watching =
      watchKind === null ? null : { kind: watchKind, path, events: [], removed: 0, setOn: -1 };
    const listener = (event: WatchEvent) => this.#onEvent(event);
    this.watch = watchKind === null ? null : { kind: watchKind, path, listener };
  }

  get isWrite(): boolean {
    return !isRead(this.kind);
  }

  #onEvent(event: WatchEvent): void {
    const { watching } = this;
    if (watching === null) return;
    if (event.type === 'watchRemoved') watching.removed++;
    else if (event.type !== 'continuityBroken') watching.events.push(event);
  }
}

function isRead(kind: MachineRequestKind): kind is keyof typeof WATCH_KINDS {
  return kind in WATCH_KINDS;
}
