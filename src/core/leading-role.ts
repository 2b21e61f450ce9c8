/**
 * LeadingRole: the leader of the ensemble: ZAB's Leader, and once a quorum follows the processor
 * that judges everybody's writes. A txn goes into the log and to the followers in one step; it is
 * applied when a quorum has it on disk.
 */

import { assert } from '../base/assert.ts';
import type { Now } from '../base/now.ts';
import type { SessionId } from '../base/session-id.ts';
import { type Epoch, makeZxid, type Zxid } from '../base/zxid.ts';
import { ErrorCode } from '../protocol/error-code.ts';
import { OpCode } from '../protocol/op-code.ts';
import type { ReconfigRequest } from '../protocol/records/node-ops.ts';
import { encodeConfigText } from '../protocol/records/quorum.ts';
import { highestSessionId } from './highest-session-id.ts';
import { orphanedOwners } from './orphaned-ephemerals.ts';
import type { HistoryEvent } from './peer-history.ts';
import type { PeerGround, PeerRole } from './peer-role.ts';
import { ContainerManager } from './requests/container-manager.ts';
import { createJudgedProcessor, type JudgedProcessor } from './requests/judged-writes.ts';
import type { Txn, TxnOrigin } from './requests/txn.ts';
import { SessionTracker } from './sessions/session-tracker.ts';
import type { TreeDigest } from './tree/tree-digest.ts';
import { voterOptions } from './voter-options.ts';
import { Leader } from './zab/leader.ts';
import type { EnsembleConfig } from './zab/members/ensemble-config.ts';
import { nextConfig } from './zab/members/reconfiguration.ts';
import type { QuorumLink } from './zab/quorum-link.ts';
import type { Entry } from './zab/zab-history.ts';

const STOPPING = 'the server is stopping';

export class LeadingRole implements PeerRole {
  readonly state = 'LEADING';
  readonly leader: Leader;
  processor: JudgedProcessor | null = null;
  /** When clients were first served; -1 before. */
  servingSinceMs = -1;
  readonly #ground: PeerGround;
  readonly #waiting: readonly QuorumLink[];
  #sessions: SessionTracker | null = null;
  #containers: ContainerManager | null = null;
  #isRetired = false;
  #hasClosedOrphans = false;
  /** Of the last reconfig that was found good; its entry follows, if the client may do it. */
  #judged: EnsembleConfig | null = null;

  constructor(ground: PeerGround, waiting: readonly QuorumLink[]) {
    const { options, history, configs, now } = ground;
    this.#ground = ground;
    this.#waiting = waiting;
    this.leader = new Leader({
      options: options.zab,
      configs,
      history,
      nowMs: now.monotonicMs,
      host: {
        onEstablished: (epoch) => this.#serve(epoch),
        commit: (through) => this.processor?.writes.onCommitted(through),
        onRequest: (learner, { sessionId, cxid, type, body, authinfo }) => {
          // What is asked during a clean stop is left to the next leader: the client hears nothing.
          if (this.#isRetired) return;
          const authIds = authinfo;
          const request = { owner: learner, sessionId, cxid, type, body, authIds };
          this.processor?.writes.submitForwarded(request);
        },
        onSyncAnswered: () => this.processor?.writes.onSyncAnswered(),
        revalidate: (learner, sessionId, timeoutMs) => {
          ground.stats.ensemble.revalidateCount++;
          return this.processor?.writes.revalidate(sessionId, timeoutMs, learner) ?? false;
        },
        onSynchronizing: (by) => {
          if (by === 'SNAP') ground.stats.ensemble.snapCount++;
          else ground.stats.ensemble.diffCount++;
        },
        touch: (sessionId) => this.processor?.writes.touchForwarded(sessionId),
        stepDown: (reason) => ground.look(reason),
        seeConfig: (config) => ground.seeConfig(config),
        activateConfig: (config) => ground.activateConfig(config),
        handOver: (designated) => {
          ground.designate(designated);
          ground.look('another server leads under the new configuration');
        },
        note: (message, facts) => ground.emit({ kind: 'note', message, facts }),
      },
    });
  }

  /** For `dump`: a leader expires the sessions of all. */
  get sessions(): SessionTracker | null {
    return this.#sessions;
  }

  get deadlineMs(): number | null {
    return null;
  }

  start(): void {
    this.leader.start();
    for (const link of this.#waiting) {
      this.leader.onLinkUp(link);
      link.resume();
      this.leader.takeBacklog(link);
    }
  }

  setNow(now: Now): void {
    this.leader.setNow(now.monotonicMs);
    this.processor?.setNow(now);
  }

  onTick(): void {
    this.leader.onTick();
    if (this.processor === null || this.#isRetired) return;
    if (!this.#hasClosedOrphans) this.#closeOrphans(this.processor);
    for (const session of this.#sessions?.takeExpired(this.#ground.now.monotonicMs) ?? []) {
      this.processor.writes.expire(session);
    }
    this.#containers?.tick();
    if (this.processor.writes.isZxidExhausted) {
      this.#ground.look('the counter of the zxid is used up');
    }
  }

  expireSession(id: SessionId): boolean {
    const session = this.#sessions?.get(id);
    if (session === undefined || session.isClosing || this.#isRetired) return false;
    this.#sessions?.setClosing(session);
    this.processor?.writes.expire(session, true);
    return true;
  }

  /** By txns: what a fuzzy snapshot has brought to this server it may have brought to others. */
  #closeOrphans({ writes }: JudgedProcessor): void {
    const { history, options, now } = this.#ground;
    this.#hasClosedOrphans = true;
    for (const id of orphanedOwners(history.database)) {
      const session = this.#sessions?.add(id, now.monotonicMs, options.requests.tickTimeMs);
      if (session !== undefined) writes.expire(session);
    }
  }

  onLinkAccepted(link: QuorumLink): void {
    this.leader.onLinkUp(link);
  }

  onObserverAccepted(link: QuorumLink): void {
    link.close('this server feeds no observers');
  }

  onLinkUp(link: QuorumLink): void {
    link.close('this server leads now');
  }

  onLinkDown(link: QuorumLink): void {
    this.leader.onLinkDown(link);
  }

  onLinkDrained(link: QuorumLink): void {
    this.leader.onLinkDrained(link);
  }

  receive(link: QuorumLink, chunk: Uint8Array): void {
    this.leader.receive(link, chunk);
  }

  onHistoryEvent(event: HistoryEvent): void {
    if (event.kind === 'epochSaved') this.leader.onEpochSaved(event.which);
    else if (event.kind === 'synced') this.leader.onSynced(event.through);
  }

  /** The ensemble stands. Sessions begin to age now: nobody could be heard before. */
  #serve(epoch: Epoch): void {
    const { history, options, access, admitSession, stats, now } = this.#ground;
    const { database } = history;
    this.#ground.showConfig();
    const sessions = new SessionTracker(options.requests, {
      monotonicMs: now.monotonicMs,
      seedMs: now.wallMs,
      lastZxid: makeZxid(epoch, 0),
      highestId: highestSessionId(database, options.requests.serverId),
    });
    for (const [id, timeoutMs] of database.sessionsWithTimeouts) {
      sessions.add(id, now.monotonicMs, timeoutMs);
    }
    this.#sessions = sessions;
    this.processor = createJudgedProcessor(
      {
        database,
        sessions,
        access,
        options: voterOptions(options.requests, this.#ground.configs.current),
        admitSession,
        stats,
        firstZxid: makeZxid(epoch, 1),
        leadership: options.zab.syncQuorum ? this.leader : undefined,
        membership: { judge: (request, zxid) => this.#judgeReconfig(request, zxid) },
        journal: { append: (origin, txn, digest) => this.#append(origin, txn, digest) },
      },
      now,
    );
    this.#containers = new ContainerManager(this.processor, database, options.requests);
    this.servingSinceMs = now.monotonicMs;
    this.#ground.onServing('leader', epoch);
  }

  #append(origin: TxnOrigin, txn: Txn, digest: TreeDigest | null): void {
    this.#ground.stats.ensemble.proposalCount++;
    const payload = this.#ground.history.appendTxn(origin, txn, digest);
    const config = txn.type === OpCode.reconfig ? this.#judged : null;
    assert(config === null || config.version === origin.zxid, 'another reconfig was judged');
    this.leader.propose({ zxid: origin.zxid, payload }, config);
  }

  #judgeReconfig(request: ReconfigRequest, zxid: Zxid): Uint8Array | ErrorCode {
    const config = nextConfig(request, this.#ground.configs, zxid);
    if (typeof config === 'number') return config;
    if (!this.leader.isQuorumSynced(config)) return ErrorCode.NewConfigNoQuorum;
    this.#judged = config;
    return encodeConfigText(config.configText);
  }

  get hasHandedOver(): boolean {
    return this.leader.outstandingEntries.length === 0;
  }

  retire(): void {
    this.#isRetired = true;
    this.processor?.end(STOPPING);
  }

  end(reason: string): readonly Entry[] {
    const left = this.leader.outstandingEntries;
    this.leader.end(reason);
    this.processor?.end(reason);
    return left;
  }
}
