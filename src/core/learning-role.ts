/**
 * LearningRole: a follower or an observer: ZAB's Learner, and once it is up to date a processor
 * that serves reads from its own tree and hands writes to the leader. A follower may then feed
 * observers; an observer may be fed by a follower.
 */
import type { Now } from '../base/now.ts';
import type { ServerId } from '../base/server-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { counterOf, type Epoch, makeZxid, type Zxid } from '../base/zxid.ts';
import { OpCode } from '../protocol/op-code.ts';
import { decodeConfigText } from '../protocol/records/quorum.ts';
import { highestSessionId } from './highest-session-id.ts';
import { type DecodedTxn, decodePayload } from './payload.ts';
import type { HistoryEvent } from './peer-history.ts';
import type { PeerGround, PeerRole } from './peer-role.ts';
import {
  createForwardingProcessor,
  type ForwardingProcessor,
} from './requests/forwarded-writes.ts';
import { recordSince } from './requests/stats/ensemble-stats.ts';
import type { Txn } from './requests/txn.ts';
import { LearnerSessionTracker } from './sessions/learner-session-tracker.ts';
import { voterOptions } from './voter-options.ts';
import { Learner, type LoggedEntry } from './zab/learner.ts';
import type { LearnerHandler } from './zab/learner-handler.ts';
import type { EnsembleConfig } from './zab/members/ensemble-config.ts';
import { hasSameQuorumAddress } from './zab/members/ensemble-server.ts';
import { ObserverMaster } from './zab/observing/observer-master.ts';
import type { LearnerMaster } from './zab/observing/observer-master-list.ts';
import type { QuorumLink } from './zab/quorum-link.ts';
import type { Entry } from './zab/zab-history.ts';

export class LearningRole implements PeerRole {
  readonly state: 'FOLLOWING' | 'OBSERVING';
  readonly learner: Learner;
  readonly hasHandedOver = true;
  processor: ForwardingProcessor | null = null;
  readonly #ground: PeerGround;
  readonly #master: LearnerMaster;
  #sessions: LearnerSessionTracker | null = null;
  /** Of a follower that serves, where `observerMasterPort` is set. */
  #observers: ObserverMaster | null = null;
  #leaderConfig: EnsembleConfig | null = null;
  readonly #beginMs: number;
  #isRetired = false;

  constructor(ground: PeerGround, leader: ServerId, isObserver: boolean) {
    const { options, history, configs, now } = ground;
    this.#ground = ground;
    this.#beginMs = now.monotonicMs;
    this.state = isObserver ? 'OBSERVING' : 'FOLLOWING';
    const master = isObserver
      ? ground.observerMasters.find(leader, configs.current.voters)
      : { sid: leader, isObserverMaster: false, delayMs: 0 };
    this.#master = master;
    this.learner = new Learner({
      options: options.zab,
      history,
      leader,
      master: master.sid,
      isObserver,
      configVersion: configs.current.version,
      nowMs: now.monotonicMs,
      host: {
        dial: () => ground.openLink(master.sid, master.isObserverMaster),
        decode: (entry) => this.#decode(entry),
        apply: (entry, designated) => this.#apply(entry, designated),
        onLeaderConfig: (text) => this.#onLeaderConfig(text),
        onActivated: ({ content }, designated) =>
          this.#onActivated((content as DecodedTxn).txn, designated),
        onEstablished: (epoch) => this.#onEstablished(epoch),
        onRevalidated: (sessionId, isValid) => {
          if (this.#observers?.onRevalidated(sessionId, isValid)) return;
          this.processor?.writes.onRevalidated(sessionId, isValid);
        },
        onSyncAnswered: () => {
          if (!this.#observers?.onSyncAnswered()) this.processor?.writes.onSyncAnswered();
        },
        takeTouched: () => [
          ...(this.#sessions?.takeTouched() ?? []),
          ...(this.#observers?.takeTouched() ?? []),
        ],
        leave: (reason) => ground.look(reason),
        note: (message, facts) => ground.emit({ kind: 'note', message, facts }),
      },
    });
  }

  get deadlineMs(): number | null {
    return this.learner.deadlineMs;
  }

  /** Observers that are fed and up to date; null where none can be. */
  get syncedObservers(): number | null {
    return this.#observers?.syncedCount ?? null;
  }

  /** Those that are fed. */
  get observers(): readonly LearnerHandler[] {
    return this.#observers?.observers ?? [];
  }

  start(): void {
    this.learner.start(this.#master.delayMs);
  }

  setNow(now: Now): void {
    this.learner.setNow(now.monotonicMs);
    this.#observers?.setNow(now.monotonicMs);
    this.processor?.setNow(now);
  }

  onTick(): void {
    this.learner.onTick();
    this.#observers?.onTick();
    if (this.processor === null || this.#isRetired) return;
    for (const session of this.#sessions?.takeExpired(this.#ground.now.monotonicMs) ?? []) {
      this.processor.connector.expireLocal(session);
    }
  }

  /** Only its local ones: the leader expires the others. */
  expireSession(id: SessionId): boolean {
    const session = this.#sessions?.get(id);
    if (session === undefined || !session.isLocal || this.#isRetired) return false;
    this.processor?.connector.expireLocal(session, true);
    return true;
  }

  onLinkAccepted(link: QuorumLink): void {
    link.close('this server does not lead');
  }

  onObserverAccepted(link: QuorumLink): void {
    if (this.#observers === null) link.close('this server feeds no observers');
    else this.#observers.onLinkUp(link);
  }

  onLinkUp(link: QuorumLink): void {
    this.learner.onLinkUp(link);
  }

  onLinkDown(link: QuorumLink): void {
    this.learner.onLinkDown(link);
    this.#observers?.onLinkDown(link);
  }

  onLinkDrained(link: QuorumLink): void {
    this.#observers?.onLinkDrained(link);
  }

  receive(link: QuorumLink, chunk: Uint8Array): void {
    this.learner.receive(link, chunk);
    this.#observers?.receive(link, chunk);
  }

  onHistoryEvent(event: HistoryEvent): void {
    switch (event.kind) {
      case 'epochSaved':
        return this.learner.onEpochSaved(event.which);
      case 'truncated':
        return this.learner.onTruncated();
      case 'adopted':
        return this.learner.onAdopted();
      case 'synced':
        return this.learner.onHistoryMoved();
      default:
    }
  }

  #decode(entry: Entry): DecodedTxn {
    const content = decodePayload(entry);
    if (this.processor !== null) this.#countProposal(content);
    const config = this.#configOf(content.txn);
    // Synchronization goes through older ones, too.
    const { lastSeen } = this.#ground.configs;
    if (config !== null && config.version > lastSeen.version) this.#ground.seeConfig(config);
    return content;
  }

  #countProposal({ origin }: DecodedTxn): void {
    // An observer hears of a txn when it is committed.
    if (this.learner.isObserver) return;
    const { stats, now } = this.#ground;
    stats.ensemble.proposalsReceived++;
    recordSince(stats.ensemble.proposalLatency, now.wallMs - origin.time);
  }

  /** Null for what is no reconfiguration, or one that cannot be read. */
  #configOf(txn: Txn): EnsembleConfig | null {
    if (txn.type !== OpCode.reconfig) return null;
    return this.#parse(decodeConfigText(txn.body.data));
  }

  #parse(text: string): EnsembleConfig | null {
    const parsed = this.#ground.configs.parse(text);
    if (parsed.ok) return parsed.config;
    const facts = { reason: parsed.reason };
    this.#ground.emit({ kind: 'note', message: 'a configuration cannot be read', facts });
    return null;
  }

  #onLeaderConfig(text: string): void {
    if (!this.#ground.configs.isDynamic) return;
    this.#leaderConfig = this.#parse(text);
    if (this.#leaderConfig !== null) this.#ground.seeConfig(this.#leaderConfig);
  }

  /**
   * What the leader goes by counts for this server, too, before it serves; but what is still proposed
   * only when it is committed, or else this server could elect by a configuration that never was.
   * Compat: Java goes by it at once.
   */
  #onEstablished(epoch: Epoch): void {
    const config = this.#leaderConfig;
    const isCommitted = config !== null && this.#isCommitted(config.version);
    const former = isCommitted ? this.#ground.activateConfig(config) : null;
    if (config === null || former === null || former.isSameAs(config)) return this.#serve(epoch);
    const { leader } = this.learner;
    const [before, after] = [former.servers.get(leader), config.servers.get(leader)];
    const isSameLeader =
      former.voters.has(leader) &&
      config.voters.has(leader) &&
      before !== undefined &&
      after !== undefined &&
      hasSameQuorumAddress(before, after);
    if (isSameLeader && !this.#isRoleOther(config)) return this.#serve(epoch);
    this.learner.leave('the configuration of the ensemble is another');
  }

  /** The first configuration of an ensemble has no entry; an observer gets what is committed only. */
  #isCommitted(version: Zxid): boolean {
    const { isObserver, pendingEntries } = this.learner;
    const { lastProcessedZxid } = this.#ground.history.database.tree;
    if (isObserver) return counterOf(version) === 0 || version <= lastProcessedZxid;
    return !pendingEntries.some(({ zxid }) => zxid === version);
  }

  #isRoleOther({ observers }: EnsembleConfig): boolean {
    return observers.has(this.#ground.options.zab.myid) !== this.learner.isObserver;
  }

  /** A reconfiguration is committed: maybe with another leader, or another role for this server. */
  #onActivated(txn: Txn, designated: ServerId): void {
    const config = this.#configOf(txn);
    const former = config === null ? null : this.#ground.activateConfig(config);
    if (config === null || former === null || former.isSameAs(config)) return;
    if (designated === this.learner.leader && !this.#isRoleOther(config)) return;
    this.#ground.designate(designated);
    this.learner.leave('the configuration of the ensemble is another');
  }

  #apply(entry: LoggedEntry, designated: ServerId | null): void {
    const { origin, txn } = entry.content as DecodedTxn;
    if (this.processor !== null) {
      this.#ground.stats.ensemble.commitsReceived++;
      this.processor.writes.commit(origin, txn);
    } else this.#ground.history.database.apply(origin, txn);
    this.#observers?.commit(entry, designated);
    if (txn.type === OpCode.closeSession) this.#observers?.onSessionClosed(origin.clientId);
  }

  #serve(epoch: Epoch): void {
    const { history, options, configs, access, admitSession, stats, now } = this.#ground;
    const { database } = history;
    const { requests } = options;
    const { isObserver } = this.learner;
    const { followerSyncTime, observerSyncTime } = stats.ensemble;
    (isObserver ? observerSyncTime : followerSyncTime).record(now.monotonicMs - this.#beginMs);
    this.#ground.showConfig();
    const sessions = new LearnerSessionTracker(requests, {
      monotonicMs: now.monotonicMs,
      seedMs: now.wallMs,
      // In one epoch it may begin more than once, and before what it asked for is committed.
      lastZxid: Math.max(makeZxid(epoch, 0), history.lastZxid),
      highestId: highestSessionId(database, requests.serverId),
    });
    this.#sessions = sessions;
    this.processor = createForwardingProcessor(
      {
        database,
        sessions,
        access,
        options: isObserver ? requests : voterOptions(requests, configs.current),
        admitSession,
        stats,
        forwarder: {
          forward: ({ sessionId, cxid, type, body, authIds }) => {
            if (type === OpCode.sync) this.#observers?.onOwnSync();
            this.learner.forward({ sessionId, cxid, type, body, authinfo: authIds });
          },
          revalidate: (sessionId, timeoutMs) => {
            this.#observers?.onOwnRevalidate(sessionId, timeoutMs);
            this.learner.revalidate(sessionId, timeoutMs);
          },
        },
      },
      now,
    );
    if (isObserver) this.#ground.observerMasters.onFollowed();
    else this.#observers = this.#createObserverMaster();
    this.#ground.onServing(isObserver ? 'observer' : 'follower', epoch);
  }

  #createObserverMaster(): ObserverMaster | null {
    const { history, options, configs, now, emit } = this.#ground;
    const { observerMaster = null } = options;
    if (observerMaster === null) return null;
    return new ObserverMaster({
      options: options.zab,
      configs,
      history,
      nowMs: now.monotonicMs,
      lastCommitted: history.database.tree.lastProcessedZxid,
      heldBytesMax: observerMaster.heldBytesMax,
      host: {
        forward: (request) => this.learner.forward(request),
        revalidate: (sessionId, timeoutMs) => this.learner.revalidate(sessionId, timeoutMs),
        onSessionMoved: (sessionId) => this.#onSessionMoved(sessionId),
        note: (message, facts) => emit({ kind: 'note', message, facts }),
      },
    });
  }

  #onSessionMoved(sessionId: SessionId): void {
    const former = this.processor?.connector.connectionOf(sessionId);
    if (former === undefined) return;
    this.processor?.close(former, 'session moved');
    this.processor?.connector.detach(former);
  }

  retire(): void {
    this.#isRetired = true;
    this.processor?.end('the server is stopping');
  }

  end(reason: string): readonly Entry[] {
    const left = this.learner.pendingEntries;
    this.learner.end(reason);
    this.#observers?.end(reason);
    this.processor?.end(reason);
    return left;
  }
}
