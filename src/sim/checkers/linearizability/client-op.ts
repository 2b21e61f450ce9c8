/** What the search puts in order: one request as its client knows it. */
import type { Ask, WriteAsk } from '../../clients/client-request.ts';
import type { ReplyBody } from '../../clients/reply-body.ts';
import type { Footprint } from './footprint.ts';
import type { Want } from './wants.ts';

export type TreeRead = Extract<
  Ask,
  {
    readonly kind:
      | 'exists'
      | 'getData'
      | 'getChildren'
      | 'getChildren2'
      | 'getAcl'
      | 'getAllChildrenNumber'
      | 'getEphemerals'
      | 'multiRead'
      | 'sync';
  }
>;

export interface Answer {
  readonly err: number;
  readonly body: ReplyBody;
}

export interface ClientOp {
  readonly ask: WriteAsk | TreeRead;
  readonly sessionId: bigint;
  readonly ids: readonly string[];
  /** It takes effect after `from` and before `until`. Both count the events of the run. */
  readonly from: number;
  readonly until: number;
  /** Null where nobody knows whether it was done. */
  readonly answer: Answer | null;
  /** By its answer it has changed the tree. */
  readonly hasEffect: boolean;
  readonly footprint: Footprint;
  readonly gives: readonly Want[];
  /** For messages: where it was asked. */
  readonly connection: number;
  readonly xid: number;
}

/** Asked on one connection and not answered: a first part of it was done, all of it, or nothing. */
export interface Tail {
  /** How many of the session's answered requests come before it. */
  readonly after: number;
  /** Behind that nothing of it is done any more. */
  readonly until: number;
  readonly ops: readonly ClientOp[];
}

/** One session: its answered requests in order, and what it does not know the outcome of. */
export interface SessionOps {
  readonly id: bigint;
  readonly known: readonly ClientOp[];
  readonly tails: readonly Tail[];
}

export function makesEphemeral({ ask }: ClientOp): boolean {
  const parts = ask.kind === 'multi' ? ask.parts : [ask];
  return parts.some((part) => part.kind === 'create' && (part.flags === 1 || part.flags === 3));
}
