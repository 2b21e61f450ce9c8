/**
 * What the clients of a run know, session by session: what they asked, when, and what came back. The
 * log and the zxids in replies are not looked at.
 *
 * An answer counts when its client has got it; it is taken to be given when it left, which is
 * earlier, so that the check is stricter. What never reached a server is left out. What was refused
 * as a whole (the session has moved or ended, the request was not legible) has no effect.
 */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { type Ask, isWrite } from '../../clients/client-request.ts';
import {
  type AskRecord,
  type ConnectionHistory,
  connectionsBySession,
  type History,
  type Reply,
} from '../../history.ts';
import type { ClientOp, SessionOps, Tail } from './client-op.ts';
import { type Footprints, NO_FOOTPRINT } from './footprint.ts';
import { gives } from './wants.ts';

export interface HistoryRules {
  /** From when on nothing of what was asked on this connection can be done any more. */
  tailsUntil(connection: ConnectionHistory): number;
  /**
   * What a read, or a sync, must show: everything that was acknowledged before it was asked, or, as
   * ZooKeeper promises of several servers, only what its session has seen before.
   */
  isExact(asked: AskRecord, reply: Reply): boolean;
}

const READS = new Set<Ask['kind']>([
  'exists',
  'getData',
  'getChildren',
  'getChildren2',
  'getAcl',
  'getAllChildrenNumber',
  'getEphemerals',
  'multiRead',
  'sync',
]);

const REFUSALS = new Set<number>([
  ErrorCode.ConnectionLoss,
  ErrorCode.MarshallingError,
  ErrorCode.Unimplemented,
  ErrorCode.SessionExpired,
  ErrorCode.SessionMoved,
  ErrorCode.NotReadOnly,
  ErrorCode.EphemeralOnLocalSession,
  ErrorCode.QuotaExceeded,
  ErrorCode.ThrottledOp,
]);

export function sessionsOf(
  history: History,
  rules: HistoryRules,
  footprints: Footprints,
): SessionOps[] {
  return [...connectionsBySession(history)].map(([id, connections]) => {
    const session = new SessionReader(id, rules, footprints);
    for (const connection of connections) session.read(connection, rules.tailsUntil(connection));
    return session;
  });
}

class SessionReader implements SessionOps {
  readonly id: bigint;
  readonly known: ClientOp[] = [];
  readonly tails: Tail[] = [];
  readonly #rules: HistoryRules;
  readonly #footprints: Footprints;
  #isOver = false;

  constructor(id: bigint, rules: HistoryRules, footprints: Footprints) {
    this.id = id;
    this.#rules = rules;
    this.#footprints = footprints;
  }

  read(connection: ConnectionHistory, until: number): void {
    const arrived = new Map<AskRecord, Reply>();
    for (const entry of connection.stream.slice(0, connection.seen)) {
      if (entry.kind === 'reply') arrived.set(entry.asked, entry.reply);
    }
    const unknown: ClientOp[] = [];
    for (const asked of connection.asked) {
      const { ask } = asked;
      if (!isWrite(ask) && !READS.has(ask.kind)) continue;
      const reply = arrived.get(asked);
      if (reply !== undefined) this.#addKnown(connection, asked, reply);
      else if (asked.takenAt >= 0 && isWrite(ask)) {
        // Nothing that was asked behind the end of the session is done.
        if (ask.kind === 'closeSession') break;
        unknown.push(this.#opOf(connection, asked));
      }
    }
    if (unknown.length > 0 && !this.#isOver) {
      this.tails.push({ after: this.known.length, until, ops: unknown });
    }
  }

  #addKnown(connection: ConnectionHistory, asked: AskRecord, reply: Reply): void {
    if (REFUSALS.has(reply.err)) return;
    if (asked.ask.kind === 'closeSession') this.#isOver = true;
    const former = this.known.at(-1)?.from ?? -1;
    const isExact = isWrite(asked.ask) || this.#rules.isExact(asked, reply);
    const from = isExact ? Math.max(former, asked.at) : former;
    const { err, body } = reply;
    const answer = { err, body };
    const op = { ...this.#opOf(connection, asked), answer, from, until: reply.at };
    const hasEffect = isWrite(op.ask) && err === 0 && !isFailedMulti(op);
    const footprint = this.#footprints.of(op);
    this.known.push({ ...op, hasEffect, footprint, gives: gives({ ...op, hasEffect }) });
  }

  /** With a known outcome, but one that did not arrive: then it need not have come before anything. */
  #opOf(connection: ConnectionHistory, { at, xid, ask, ids }: AskRecord): ClientOp {
    const op = { ask: ask as ClientOp['ask'], answer: null, hasEffect: true };
    return {
      ...op,
      sessionId: this.id,
      ids,
      from: at,
      until: Number.POSITIVE_INFINITY,
      gives: gives(op),
      footprint: isWrite(ask) ? this.#footprints.of(op) : NO_FOOTPRINT,
      connection: connection.id,
      xid,
    };
  }
}

function isFailedMulti({ ask, answer }: Pick<ClientOp, 'ask' | 'answer'>): boolean {
  return ask.kind === 'multi' && answer?.body.parts?.some(({ err }) => err !== 0) === true;
}
