/**
 * Leader: the leader's side of ZAB (ZooKeeper's Leader). It finds the epoch, brings learners to its
 * history, and then proposes entries and commits those that a quorum has on disk. What each of the
 * three knows is in its part (leading/); here is which packet, which disk and which clock moves it.
 *
 * Every promise waits for its own disk: LEADERINFO for the accepted epoch, the leader's share in
 * the quorum of NEWLEADER for the current epoch, its own ack of an entry for the log.
 *
 * Who prepares and applies entries is told by LeaderHost; here they are opaque.
 */
import { assert } from '../../base/assert.ts';
import type { ServerId } from '../../base/server-id.ts';
import { type Epoch, epochOf, makeZxid, type Zxid } from '../../base/zxid.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { QuorumPacketDecoder } from '../../protocol/quorum-packet-decoder.ts';
import {
  AckEpoch,
  ForwardedRequest,
  LeaderInfo,
  QUORUM_PROTOCOL_VERSION,
  QuorumPacketType,
  readTouchedSessions,
  SessionTimeout,
  SessionValidity,
} from '../../protocol/records/quorum.ts';
import { Admission } from './leading/admission.ts';
import { Broadcast } from './leading/broadcast.ts';
import { EpochDiscovery } from './leading/epoch-discovery.ts';
import { Heartbeat } from './leading/heartbeat.ts';
import type { LeaderHost } from './leading/leader-host.ts';
import { LeadershipCheck } from './leading/leadership-check.ts';
import { Learners } from './leading/learners.ts';
import { Synchronization } from './leading/synchronization.ts';
import type { LearnerHandler } from './learner-handler.ts';
import type { EnsembleConfig } from './members/ensemble-config.ts';
import type { EnsembleConfigs } from './members/ensemble-configs.ts';
import { encoded, readerOf } from './packet-body.ts';
import type { QuorumLink } from './quorum-link.ts';
import type { Entry, ZabHistory } from './zab-history.ts';
import type { ZabOptions } from './zab-options.ts';

const LEADER_INFO = encoded(LeaderInfo, { protocolVersion: QUORUM_PROTOCOL_VERSION });

export type LeaderPhase = 'discovery' | 'synchronization' | 'broadcast';

export interface LeaderParts {
  readonly options: ZabOptions;
  readonly configs: EnsembleConfigs;
  readonly history: ZabHistory;
  readonly host: LeaderHost;
  readonly nowMs: number;
}

export class Leader {
  phase: LeaderPhase = 'discovery';
  readonly #options: ZabOptions;
  readonly #configs: EnsembleConfigs;
  readonly #history: ZabHistory;
  readonly #host: LeaderHost;
  readonly #learners = new Learners();
  readonly #discovery: EpochDiscovery;
  readonly #admission: Admission;
  readonly #synchronization: Synchronization;
  readonly #broadcast: Broadcast;
  readonly #heartbeat: Heartbeat;
  /** Null without `sync.quorum`. */
  readonly #check: LeadershipCheck | null;
  readonly #startMs: number;
  #nowMs: number;
  #isOver = false;

  constructor(parts: LeaderParts) {
    const { options, configs, history, host, nowMs } = parts;
    const { myid } = options;
    const learners = this.#learners;
    this.#options = options;
    this.#configs = configs;
    this.#history = history;
    this.#host = host;
    this.#startMs = nowMs;
    this.#nowMs = nowMs;
    this.#discovery = new EpochDiscovery(configs, history);
    const discovery = this.#discovery;
    this.#admission = new Admission({ myid, configs, learners, discovery, host });
    this.#synchronization = new Synchronization({ configs, history, host, nowMs });
    this.#heartbeat = new Heartbeat(options, learners);
    const ping = (round: number) => this.#heartbeat.pingVoters(round);
    const check = options.syncQuorum ? new LeadershipCheck({ myid, configs, ping }) : null;
    this.#check = check;
    this.#broadcast = new Broadcast({
      myid,
      configs,
      history,
      learners,
      check,
      host: {
        commit: (through) => host.commit(through),
        onSyncAnswered: () => host.onSyncAnswered(),
        seeConfig: (config) => host.seeConfig(config),
        activateConfig: (config) => host.activateConfig(config),
        handOver: (designated) => {
          this.#isOver = true;
          host.handOver(designated);
        },
      },
    });
    assert(history.isSettled, 'a leader begins with all of its history on disk');
    assert(epochOf(history.lastZxid) <= history.epochs.current, 'history is newer than its epoch');
  }

  start(): void {
    this.#discovery.report(this.#options.myid, this.#history.epochs.accepted);
    this.#maybeChooseEpoch();
  }

  /** -1 until a quorum has told what it accepted. */
  get epoch(): Epoch {
    return this.#discovery.epoch;
  }

  get learners(): Iterable<LearnerHandler> {
    return this.#learners;
  }

  get lastProposed(): Zxid {
    return this.#broadcast.lastProposed;
  }

  get lastCommitted(): Zxid {
    return this.#broadcast.lastCommitted;
  }

  get pendingSyncCount(): number {
    return this.#broadcast.pendingSyncCount;
  }

  /** Proposed, and not yet committed. */
  get outstandingEntries(): readonly Entry[] {
    return this.#broadcast.outstanding;
  }

  get proposalSizes(): Broadcast['proposalSizes'] {
    return this.#broadcast.proposalSizes;
  }

  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#broadcast.setNow(nowMs);
  }

  // --- Links --------------------------------------------------------------------------------------

  onLinkUp(link: QuorumLink): void {
    this.#learners.add(link, this.#nowMs);
  }

  onLinkDown(link: QuorumLink): void {
    const learner = this.#learners.remove(link);
    if (learner === null) return;
    this.#tellOracle();
    this.#broadcast.forgetSyncs(learner);
    // Another connection of the same server has taken its place.
    if (this.#learners.othersOf(learner).length > 0) return;
    this.#broadcast.forgetAcks(learner.sid);
    if (this.phase === 'discovery') this.#discovery.forget(learner.sid);
  }

  onLinkDrained(link: QuorumLink): void {
    const learner = this.#learners.of(link);
    if (learner === undefined) return;
    // What it takes proves that it lives: a long snapshot is no silence.
    learner.lastHeardMs = this.#nowMs;
    this.#synchronization.onDrained(learner, this.#nowMs);
  }

  receive(link: QuorumLink, chunk: Uint8Array): void {
    const learner = this.#learners.of(link);
    if (learner !== undefined && link.offer(chunk)) this.#takePackets(learner);
  }

  /** What came on the link before this server knew that it leads. */
  takeBacklog(link: QuorumLink): void {
    const learner = this.#learners.of(link);
    if (learner !== undefined && link.takeBacklog()) this.#takePackets(learner);
  }

  #takePackets(learner: LearnerHandler): void {
    const { link } = learner;
    learner.lastHeardMs = this.#nowMs;
    try {
      do {
        while (!link.isClosing && !this.#isOver && link.decoder.next()) {
          this.#onPacket(learner, link.decoder);
        }
      } while (!link.isClosing && !this.#isOver && link.takeBacklog());
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      link.close('malformed packet', error.message);
    }
    this.#broadcast.commitReady();
  }

  #onPacket(learner: LearnerHandler, packet: QuorumPacketDecoder): void {
    switch (packet.type) {
      case QuorumPacketType.FOLLOWERINFO:
      case QuorumPacketType.OBSERVERINFO:
        return this.#onLearnerInfo(learner, packet);
      case QuorumPacketType.ACKEPOCH:
        return this.#onAckEpoch(learner, packet);
      case QuorumPacketType.ACK:
        return this.#onAck(learner, packet.zxid);
      case QuorumPacketType.PING:
        return this.#onPing(learner, packet);
      case QuorumPacketType.REVALIDATE:
        return this.#onRevalidate(learner, packet);
      case QuorumPacketType.REQUEST:
        return this.#onRequest(learner, packet);
      default:
        learner.link.close('packet that no learner sends', `type ${packet.type}`);
    }
  }

  // --- Discovery ----------------------------------------------------------------------------------

  #onLearnerInfo(learner: LearnerHandler, packet: QuorumPacketDecoder): void {
    const aliveSinceMs = this.#nowMs - this.#options.tickTimeMs;
    if (!this.#admission.admit(learner, packet, aliveSinceMs)) return;
    for (const former of this.#admission.formerOf(learner, aliveSinceMs)) {
      former.link.close('learner connected again');
      this.onLinkDown(former.link);
    }
    this.#broadcast.forgetAcks(learner.sid);
    this.#onReported(learner);
  }

  #onReported(learner: LearnerHandler): void {
    const { sid, isVoter, acceptedEpoch } = learner;
    if (this.#discovery.isChosen) {
      if (isVoter && acceptedEpoch > this.epoch) {
        // It cannot follow this epoch, ever; a later one it can.
        return this.#stepDown(`server ${sid} has accepted a later epoch`);
      }
      if (this.#discovery.isSaved) this.#sendEpoch(learner);
      return;
    }
    if (!isVoter) return;
    this.#discovery.report(sid, acceptedEpoch);
    this.#maybeChooseEpoch();
  }

  #maybeChooseEpoch(): void {
    const result = this.#discovery.maybeChoose();
    if (result === 'exhausted') return this.#stepDown('no epoch is left');
    if (result === 'chosen') this.#nameFirstConfig();
  }

  /**
   * Configurations of version 0 are what servers were started with, and may differ. The first that
   * an ensemble agrees on gets a version, by which it wins over those.
   */
  #nameFirstConfig(): void {
    const { isDynamic, current, lastSeen } = this.#configs;
    if (!isDynamic || current.version !== 0 || lastSeen.version !== 0) return;
    this.#host.seeConfig(current.withVersion(makeZxid(this.epoch, 0)));
  }

  #sendEpoch(learner: LearnerHandler): void {
    learner.transitionTo('epochSent');
    learner.send(QuorumPacketType.LEADERINFO, makeZxid(this.epoch, 0), LEADER_INFO);
  }

  /** The epoch is on the disk: it may be shown. */
  onEpochSaved(which: 'accepted' | 'current'): void {
    if (this.#isOver) return;
    const { myid } = this.#options;
    if (which === 'current') {
      assert(this.#history.epochs.current === this.epoch, 'another epoch was saved');
      this.#synchronization.ack(myid);
      return this.#maybeEstablish();
    }
    this.#discovery.isSaved = true;
    for (const learner of this.#learners) {
      if (learner.phase === 'discovery') this.#sendEpoch(learner);
    }
    this.#discovery.ack(myid);
    this.#maybeSynchronize();
  }

  #onAckEpoch(learner: LearnerHandler, packet: QuorumPacketDecoder): void {
    const { sid, link, isVoter } = learner;
    if (learner.phase !== 'epochSent') return link.close('packet out of phase', 'ACKEPOCH');
    const { currentEpoch } = AckEpoch.read(readerOf(packet));
    learner.peerZxid = packet.zxid;
    learner.transitionTo('epochAcked');
    const isDiscovering = this.phase === 'discovery';
    // Without its current epoch it has only accepted: it was asked before.
    const isFresh = currentEpoch !== -1;
    if (isFresh && isDiscovering && this.#discovery.isAhead(currentEpoch, packet.zxid)) {
      if (!isVoter) return link.close('observer is ahead of the leader');
      return this.#stepDown(`server ${sid} is ahead of the leader`);
    }
    if (isVoter && isFresh) this.#discovery.ack(sid);
    if (isDiscovering) this.#maybeSynchronize();
    else this.#synchronize(learner);
  }

  // --- Synchronization ----------------------------------------------------------------------------

  #maybeSynchronize(): void {
    if (this.phase !== 'discovery' || !this.#discovery.isAccepted) return;
    this.phase = 'synchronization';
    this.#history.saveCurrentEpoch(this.epoch);
    for (const learner of this.#learners) {
      if (learner.phase === 'epochAcked') this.#synchronize(learner);
    }
  }

  #synchronize(learner: LearnerHandler): void {
    const { lastCommitted, outstanding } = this.#broadcast;
    this.#synchronization.begin(learner, { epoch: this.epoch, lastCommitted, outstanding });
  }

  #onAck(learner: LearnerHandler, zxid: Zxid): void {
    if (!learner.isForwarding) return learner.link.close('packet out of phase', 'ACK');
    if (zxid === makeZxid(this.epoch, 0)) {
      // The second is of UPTODATE: it says nothing new.
      if (!learner.hasAckedNewLeader) this.#onNewLeaderAck(learner);
      return;
    }
    if (zxid > this.#broadcast.lastProposed) {
      return learner.link.close('ack of what was never proposed');
    }
    if (zxid <= learner.lastAcked) return;
    learner.lastAcked = zxid;
    // Compat: the log of a Java follower may acknowledge an entry that was proposed while it was
    // synchronized before it acknowledges NEWLEADER (ZOOKEEPER-4685). It counts from then on.
    if (learner.hasAckedNewLeader) this.#countAck(learner);
  }

  /** Of any follower: by the next configuration it may be a voter. An observer logs nothing first. */
  #countAck({ sid, isFollower, lastAcked }: LearnerHandler): void {
    if (isFollower) this.#broadcast.ack(sid, lastAcked);
  }

  #onNewLeaderAck(learner: LearnerHandler): void {
    learner.hasAckedNewLeader = true;
    this.#tellOracle();
    if (learner.lastAcked >= 0) this.#countAck(learner);
    if (learner.isVoter) this.#synchronization.ack(learner.sid);
    if (this.phase === 'broadcast') this.#synchronization.finish(learner);
    else this.#maybeEstablish();
  }

  #maybeEstablish(): void {
    if (this.phase !== 'synchronization' || !this.#synchronization.hasQuorum) return;
    this.phase = 'broadcast';
    this.#broadcast.begin(this.epoch);
    const isVoter = this.#configs.lastSeen.voters.has(this.#options.myid);
    if (isVoter) this.#host.onEstablished(this.epoch);
    for (const learner of this.#learners) {
      if (learner.hasAckedNewLeader) this.#synchronization.finish(learner);
    }
    if (!isVoter) this.#stepDown('this server is no voter of the configuration');
  }

  // --- Broadcast ----------------------------------------------------------------------------------

  /** The entry is in the leader's log, on its way to the disk. */
  propose(entry: Entry, config: EnsembleConfig | null = null): void {
    assert(this.phase === 'broadcast', 'proposing without a quorum');
    this.#broadcast.propose(entry, config);
  }

  /** The leader's own disk has everything up to here. */
  onSynced(through: Zxid): void {
    if (this.phase !== 'broadcast' || this.#isOver) return;
    this.#broadcast.ack(this.#options.myid, through);
    this.#broadcast.commitReady();
  }

  /**
   * Whether a quorum of the configuration is connected and up to date (isQuorumSynced). A follower that
   * has become an observer may not have heard of it yet: it will leave, and acknowledge nothing.
   */
  isQuorumSynced(config: EnsembleConfig): boolean {
    const { observers } = this.#configs.current;
    const staying = [...this.#live()].filter((sid) => !observers.has(sid));
    return this.#configs.verifierOf(config).containsQuorum(new Set(staying));
  }

  /** The followers that are in synchrony now, and the leader. */
  #live(): ReadonlySet<ServerId> {
    return this.#learners.syncedFollowers().add(this.#options.myid);
  }

  /** A client of this server asks, whose last write is this one; `onSyncAnswered` follows. */
  sync(afterZxid: Zxid): void {
    assert(this.phase === 'broadcast', 'a sync without a quorum');
    this.#broadcast.syncOwn(afterZxid);
  }

  #onRequest(learner: LearnerHandler, packet: QuorumPacketDecoder): void {
    if (this.phase !== 'broadcast' || learner.phase !== 'broadcast') {
      return learner.link.close('packet out of phase', 'REQUEST');
    }
    const reader = readerOf(packet);
    const { sessionId, cxid, type } = ForwardedRequest.read(reader);
    if (type === OpCode.sync) return this.#broadcast.sync(learner);
    const body = packet.bytes.subarray(reader.at, packet.end);
    const { authinfo } = packet;
    this.#host.onRequest(learner, { sessionId, cxid, type, body, authinfo });
  }

  // --- Sessions and time --------------------------------------------------------------------------

  #onRevalidate(learner: LearnerHandler, packet: QuorumPacketDecoder): void {
    if (this.phase !== 'broadcast' || learner.phase !== 'broadcast') {
      return learner.link.close('packet out of phase', 'REVALIDATE');
    }
    const { sessionId, timeOut } = SessionTimeout.read(readerOf(packet));
    const valid = this.#host.revalidate(learner, sessionId, timeOut);
    const reply = encoded(SessionValidity, { sessionId, valid });
    learner.send(QuorumPacketType.REVALIDATE, -1, reply);
  }

  #onPing(learner: LearnerHandler, packet: QuorumPacketDecoder): void {
    if (!learner.isForwarding) return learner.link.close('packet out of phase', 'PING');
    if (this.phase !== 'broadcast') return;
    if (this.#check?.onAnswer(learner.sid, packet.zxid) === false) {
      return learner.link.close('answer to a ping that was never sent');
    }
    for (const [sessionId, timeoutMs] of readTouchedSessions(readerOf(packet))) {
      this.#host.touch(sessionId, timeoutMs);
    }
    if (this.#check !== null) this.#broadcast.answerSyncs();
  }

  onTick(): void {
    if (this.#isOver) return;
    const { tickTimeMs, initLimitTicks, syncLimitTicks } = this.#options;
    // A snapshot may take longer than initLimit, as long as it moves: the next leader had to send it
    // from the beginning, and the one after that.
    const isSynchronizing = this.phase === 'synchronization';
    const sinceMs = isSynchronizing ? this.#synchronization.snapshotMovedMs : this.#startMs;
    const isLate = this.#nowMs - sinceMs > initLimitTicks * tickTimeMs;
    if (this.phase !== 'broadcast' && isLate) {
      return this.#stepDown('no quorum has followed in time');
    }
    if (!this.#heartbeat.takeDue(this.#nowMs)) return;
    for (const { link } of this.#heartbeat.closeLate(this.#nowMs)) this.onLinkDown(link);
    if (this.phase === 'broadcast' && !this.#configs.haveQuorums(this.#live())) {
      return this.#stepDown('a quorum of followers is not heard any more');
    }
    this.#maybeCommitAlone();
    if (this.#broadcast.isStuck(this.#nowMs - syncLimitTicks * tickTimeMs)) {
      return this.#stepDown('servers that left have not acknowledged');
    }
    this.#heartbeat.ping(this.#check?.beginRound() ?? this.#broadcast.lastProposed);
  }

  #tellOracle(): void {
    const { oracle } = this.#configs;
    if (oracle === null) return;
    const voters = [...this.#live()].filter((sid) => this.#configs.isVoter(sid));
    oracle.hasFollower = voters.length > 1;
  }

  /** What waits for a follower that has gone, if the oracle is for going on without it. */
  #maybeCommitAlone(): void {
    if (this.phase !== 'broadcast' || this.#configs.oracle?.hasFollower !== false) return;
    this.#broadcast.ack(this.#options.myid, this.#history.lastSynced);
    this.#broadcast.commitReady();
    this.#broadcast.answerSyncs();
  }

  #stepDown(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#broadcast.end();
    this.#host.stepDown(reason);
  }

  /** The role ends: learners are let go. */
  end(reason: string): void {
    this.#isOver = true;
    this.#broadcast.end();
    this.#learners.end(reason);
  }
}
