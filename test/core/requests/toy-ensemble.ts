/**
 * ToyEnsemble: a leader's processor and learners' ones over databases of their own, with links that
 * move by hand. It knows no epochs, votes or disks: what the leader logs is committed when the test
 * says so, and arrives at each learner when the test says so.
 */
import assert from 'node:assert/strict';
import type { Now } from '../../../src/base/now.ts';
import { makeZxid, type Zxid } from '../../../src/base/zxid.ts';
import {
  createForwardingProcessor,
  type ForwardingProcessor,
  type RequestToLeader,
} from '../../../src/core/requests/forwarded-writes.ts';
import {
  createJudgedProcessor,
  type JudgedProcessor,
} from '../../../src/core/requests/judged-writes.ts';
import type { RequestOptions } from '../../../src/core/requests/request-options.ts';
import { ServerDatabase } from '../../../src/core/requests/server-database.ts';
import { readTxn, writeTxn } from '../../../src/core/requests/txn.ts';
import { LearnerSessionTracker } from '../../../src/core/sessions/learner-session-tracker.ts';
import { SessionTracker } from '../../../src/core/sessions/session-tracker.ts';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { TxnHeader } from '../../../src/protocol/records/txn.ts';
import { simAccess } from '../../../src/sim/access.ts';
import { REQUEST_OPTIONS } from '../../scenario/scenario-options.ts';

export type ToLeader =
  | ({ readonly kind: 'request' } & RequestToLeader)
  | { readonly kind: 'revalidate'; readonly sessionId: bigint; readonly timeoutMs: number };

export type ToLearner =
  | { readonly kind: 'commit'; readonly zxid: Zxid; readonly payload: Uint8Array }
  | { readonly kind: 'sync' }
  | { readonly kind: 'revalidated'; readonly sessionId: bigint; readonly isValid: boolean };

export type Processor = JudgedProcessor | ForwardingProcessor;

export interface ToyLearner {
  readonly processor: ForwardingProcessor;
  readonly sessions: LearnerSessionTracker;
  readonly database: ServerDatabase;
  readonly toLeader: ToLeader[];
  readonly toLearner: ToLearner[];
}

interface Logged {
  readonly zxid: Zxid;
  readonly payload: Uint8Array;
}

const EPOCH = 3;

function openDatabase(): ServerDatabase {
  return new ServerDatabase(DataTree.fresh(REQUEST_OPTIONS), REQUEST_OPTIONS);
}

export class ToyEnsemble {
  readonly leader: JudgedProcessor;
  readonly sessions: SessionTracker;
  readonly database = openDatabase();
  readonly learners: readonly ToyLearner[];
  /** Logged by the leader and not committed. */
  readonly proposed: Logged[] = [];
  #now: Now = { monotonicMs: 0, wallMs: 1_000_000 };
  #lastProposed: Zxid = 0;
  /** Syncs that wait for a commit. */
  #syncs: { readonly learner: ToyLearner; readonly after: Zxid }[] = [];

  constructor(learnerCount: number, options: Partial<RequestOptions> = {}) {
    const requests = { ...REQUEST_OPTIONS, ...options };
    const start = { monotonicMs: 0, seedMs: 1000, lastZxid: 0 };
    this.sessions = new SessionTracker(requests, start);
    this.leader = createJudgedProcessor(
      {
        database: this.database,
        sessions: this.sessions,
        access: simAccess(),
        options: requests,
        firstZxid: makeZxid(EPOCH, 1),
        journal: {
          append: (origin, txn, digest) => {
            const writer = new BinaryWriter();
            writeTxn(writer, origin, { txn, digest });
            this.#lastProposed = origin.zxid;
            this.proposed.push({ zxid: origin.zxid, payload: writer.take() });
          },
        },
      },
      this.#now,
    );
    this.learners = Array.from({ length: learnerCount }, (_, index) =>
      this.#openLearner({ ...requests, serverId: index + 2 }),
    );
  }

  #openLearner(options: RequestOptions): ToyLearner {
    const database = openDatabase();
    const sessions = new LearnerSessionTracker(options, {
      monotonicMs: 0,
      seedMs: 1000,
      lastZxid: 0,
    });
    const toLeader: ToLeader[] = [];
    const forwarder = {
      forward: (request: RequestToLeader) => {
        toLeader.push({ kind: 'request', ...request, body: request.body.slice() });
      },
      revalidate: (sessionId: bigint, timeoutMs: number) => {
        toLeader.push({ kind: 'revalidate', sessionId, timeoutMs });
      },
    };
    const parts = { database, sessions, access: simAccess(), options, forwarder };
    const processor = createForwardingProcessor(parts, this.#now);
    return { processor, sessions, database, toLeader, toLearner: [] };
  }

  learner(index = 0): ToyLearner {
    return this.learners[index] ?? assert.fail('no such learner');
  }

  get processors(): readonly Processor[] {
    return [this.leader, ...this.learners.map(({ processor }) => processor)];
  }

  wait(ms: number): void {
    const { monotonicMs, wallMs } = this.#now;
    this.#now = { monotonicMs: monotonicMs + ms, wallMs: wallMs + ms };
    for (const processor of this.processors) processor.setNow(this.#now);
  }

  /** The leader takes the oldest message of the learner; false when there is none. */
  deliverUp(learner: ToyLearner): boolean {
    const message = learner.toLeader.shift();
    if (message === undefined) return false;
    const { writes } = this.leader;
    if (message.kind === 'revalidate') {
      const { sessionId, timeoutMs } = message;
      const isValid = writes.revalidate(sessionId, timeoutMs, learner);
      learner.toLearner.push({ kind: 'revalidated', sessionId, isValid });
    } else if (message.type === OpCode.sync) {
      if (this.proposed.length === 0) learner.toLearner.push({ kind: 'sync' });
      else this.#syncs.push({ learner, after: this.#lastProposed });
    } else {
      const body = message.body.slice();
      writes.submitForwarded({ ...message, body, owner: learner });
      body.fill(0xa5);
    }
    return true;
  }

  /** A quorum has the oldest proposal. */
  commitOne(): boolean {
    const proposal = this.proposed.shift();
    if (proposal === undefined) return false;
    this.leader.writes.onCommitted(proposal.zxid);
    for (const { toLearner } of this.learners) toLearner.push({ kind: 'commit', ...proposal });
    const isDue = ({ after }: { after: Zxid }) => after <= proposal.zxid;
    for (const { learner } of this.#syncs.filter(isDue)) learner.toLearner.push({ kind: 'sync' });
    this.#syncs = this.#syncs.filter((sync) => !isDue(sync));
    return true;
  }

  /** The learner takes the oldest message of the leader. */
  deliverDown({ processor, toLearner }: ToyLearner): boolean {
    const message = toLearner.shift();
    if (message === undefined) return false;
    switch (message.kind) {
      case 'sync':
        assert.ok(processor.writes.onSyncAnswered());
        return true;
      case 'revalidated':
        assert.ok(processor.writes.onRevalidated(message.sessionId, message.isValid));
        return true;
      case 'commit': {
        const reader = new BinaryReader(message.payload);
        const { type, ...origin } = TxnHeader.read(reader);
        processor.writes.commit(origin, readTxn(type, reader));
        return true;
      }
    }
  }

  /** Everything arrives and is committed. */
  settle(): void {
    for (let isMoving = true; isMoving; ) {
      isMoving = false;
      for (const learner of this.learners) while (this.deliverUp(learner)) isMoving = true;
      while (this.commitOne()) isMoving = true;
      for (const learner of this.learners) while (this.deliverDown(learner)) isMoving = true;
    }
  }

  assertAgree(): void {
    const digest = this.database.tree.digest.toBigInt();
    for (const { database, processor } of this.learners) {
      assert.equal(database.tree.digest.toBigInt(), digest);
      assert.equal(database.tree.lastProcessedZxid, this.database.tree.lastProcessedZxid);
      assert.deepEqual([...database.sessionsWithTimeouts], [...this.database.sessionsWithTimeouts]);
      assert.equal(processor.outstanding, 0);
    }
    assert.equal(this.leader.outstanding, 0);
  }
}
