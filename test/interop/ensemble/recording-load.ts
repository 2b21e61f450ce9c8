// Several recording sessions at once, spread over all members, from start to the books compared.

import assert from 'node:assert/strict';
import { pathBody, pathWatchBody } from '../raw-body.ts';
import { Op, RawClient } from '../raw-client.ts';
import { assertEqualTrees } from './equal-trees.ts';
import { RecordingSession } from './recording-session.ts';
import type { TestEnsemble } from './test-ensemble.ts';

export interface LoadReport {
  readonly acknowledged: number;
  readonly unknown: number;
  readonly losses: number;
  readonly longestGapMs: number;
}

const SESSIONS_PER_MEMBER = 2;
const PROGRESS_TIMEOUT_MS = 40_000;

export class RecordingLoad {
  readonly #ensemble: TestEnsemble;
  readonly #sessions: RecordingSession[] = [];
  #runs: Promise<unknown> = Promise.resolve();
  #isOver = false;
  #acknowledged = 0;
  #waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  private constructor(ensemble: TestEnsemble) {
    this.#ensemble = ensemble;
  }

  /** Opens the sessions and lets them write. */
  static async start(ensemble: TestEnsemble): Promise<RecordingLoad> {
    const load = new RecordingLoad(ensemble);
    const count = ensemble.members.length * SESSIONS_PER_MEMBER;
    for (let number = 0; number < count; number += 1) {
      const onAcknowledged = (): void => load.#onAcknowledged();
      const options = { number, ports: ensemble.ports, onAcknowledged };
      load.#sessions.push(await RecordingSession.open(options));
    }
    load.#runs = Promise.all(load.#sessions.map((session) => session.run(() => load.#isOver)));
    // Whoever waits for progress or for the end hears of it; until then it is not unhandled.
    load.#runs.catch(() => {});
    return load;
  }

  /** Until that many more writes are acknowledged; rejects as soon as a session finds a fault. */
  async progress(writes: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const fail = async (): Promise<void> =>
        reject(new Error(`No ${writes} writes in time. ${await this.#ensemble.describe()}`));
      timer = setTimeout(() => void fail(), PROGRESS_TIMEOUT_MS);
    });
    const reached = new Promise<void>((resolve) => {
      this.#waiting.push({ until: this.#acknowledged + writes, resolve });
    });
    try {
      await Promise.race([reached, this.#runs, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the load; every server must show what was acknowledged, and all the same tree. */
  async finish(): Promise<LoadReport> {
    this.#isOver = true;
    await this.#runs;
    // When the leader has just come back, others may still be on their way to the next one.
    await this.#ensemble.untilServing();
    for (const port of this.#ensemble.ports) {
      for (const session of this.#sessions) await session.verify(port);
    }
    await assertEqualTrees(this.#ensemble.members);
    for (const session of this.#sessions) await session.close();
    await this.#assertEphemeralsGone();
    return this.#report();
  }

  destroy(): void {
    this.#isOver = true;
    for (const session of this.#sessions) session.destroy();
  }

  async #assertEphemeralsGone(): Promise<void> {
    for (const port of this.#ensemble.ports) {
      const reader = await RawClient.connect(port);
      await reader.must(Op.sync, pathBody('/'));
      for (const { ephemeral } of this.#sessions) {
        const reply = await reader.request(Op.exists, pathWatchBody(ephemeral));
        assert.equal(reply?.err, -101, `${ephemeral} ended with its session`);
      }
      await reader.close();
    }
  }

  #onAcknowledged(): void {
    this.#acknowledged += 1;
    const reached = this.#waiting.filter(({ until }) => until <= this.#acknowledged);
    if (reached.length === 0) return;
    this.#waiting = this.#waiting.filter(({ until }) => until > this.#acknowledged);
    for (const { resolve } of reached) resolve();
  }

  #report(): LoadReport {
    const sum = (pick: (session: RecordingSession) => number): number =>
      this.#sessions.reduce((total, session) => total + pick(session), 0);
    return {
      acknowledged: sum(({ acknowledged }) => acknowledged),
      unknown: sum(({ unknown }) => unknown),
      losses: sum(({ losses }) => losses),
      longestGapMs: Math.round(Math.max(...this.#sessions.map((each) => each.longestGapMs))),
    };
  }
}
