/**
 * ReadOnlyServer: what a member that finds no leader is for clients which can do with old data
 * (ZooKeeper's ReadOnlyZooKeeperServer). It begins some time after the election does and ends with
 * it; the election goes on and knows nothing of it.
 */
import type { Now } from '../base/now.ts';
import { highestSessionId } from './highest-session-id.ts';
import type { PeerGround } from './peer-role.ts';
import {
  createReadOnlyProcessor,
  type ReadOnlyProcessor,
} from './requests/writes/read-only-writes.ts';
import { LearnerSessionTracker } from './sessions/learner-session-tracker.ts';

/** As in ZooKeeper: an election should be over by then, if it can be. */
const GRACE_MS_MIN = 2000;

export class ReadOnlyServer {
  /** Null before it serves. */
  processor: ReadOnlyProcessor | null = null;
  readonly #ground: PeerGround;
  readonly #beginMs: number;
  #sessions: LearnerSessionTracker | null = null;
  #isEnded = false;

  /** The tree must be whole, and stay as it is until the end. */
  constructor(ground: PeerGround) {
    const { now, options } = ground;
    this.#ground = ground;
    this.#beginMs = now.monotonicMs + Math.max(GRACE_MS_MIN, options.requests.tickTimeMs);
  }

  /** When `onTick` is wanted. */
  get deadlineMs(): number | null {
    return this.processor === null && !this.#isEnded ? this.#beginMs : null;
  }

  setNow(now: Now): void {
    this.processor?.setNow(now);
  }

  onTick(): void {
    if (this.#isEnded) return;
    const { monotonicMs } = this.#ground.now;
    if (this.processor === null && monotonicMs >= this.#beginMs) this.#begin();
    for (const session of this.#sessions?.takeExpired(monotonicMs) ?? []) {
      this.processor?.connector.expireLocal(session);
    }
  }

  #begin(): void {
    const { history, options, access, admitSession, stats, now } = this.#ground;
    const { database } = history;
    const { serverId } = options.requests;
    this.#ground.showConfig();
    this.#sessions = new LearnerSessionTracker(options.requests, {
      monotonicMs: now.monotonicMs,
      seedMs: now.wallMs,
      lastZxid: database.tree.lastProcessedZxid,
      highestId: highestSessionId(database, serverId),
    });
    const parts = { database, access, admitSession, stats, options: options.requests };
    this.processor = createReadOnlyProcessor({ ...parts, sessions: this.#sessions }, now);
    this.#ground.onReadOnly();
  }

  end(reason: string): void {
    this.#isEnded = true;
    this.processor?.end(reason);
  }
}
