/**
 * Leader: the leader's side of ZAB (ZooKeeper's Leader). It finds the epoch, brings learners to its
 * history, and then proposes entries and commits those that a quorum has on disk.
 *
 * Every promise waits for its own disk: LEADERINFO for the accepted epoch, the leader's share in
 * the quorum of NEWLEADER for the current epoch, its own ack of an entry for the log.
 *
 * Who prepares and applies entries is told by LeaderHost; here they are opaque.
 */
import { assert } from '../../base/assert.ts';
import type { ServerId } from '../../base/server-id.ts';
import { EPOCH_MAX, type Epoch, epochOf, makeZxid, type Zxid } from '../../base/zxid.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { QuorumPacketDecoder } from '../../protocol/quorum-packet-decoder.ts';
import {
  AckEpoch,
  encodeConfigText,
  ForwardedRequest,
  LeaderInfo,
  QUORUM_PROTOCOL_VERSION,
  QuorumPacketType,
  type RequestPacket,
  readLearnerInfo,
  readTouchedSessions,
  SessionTimeout,
  SessionValidity,
  writePing,
} from '../../protocol/records/quorum.ts';
import { AckTable } from './ack-table.ts';
import { LearnerHandler } from './learner-handler.ts';
import { planSync } from './learner-sync.ts';
import type { EnsembleConfig } from './members/ensemble-config.ts';
import type { EnsembleConfigs } from './members/ensemble-configs.ts';
import { hasSameQuorumAddress } from './members/ensemble-server.ts';
import { encoded, readerOf } from './packet-body.ts';
import type { QuorumLink } from './quorum-link.ts';
import type { Entry, ZabHistory } from './zab-history.ts';

/**
 * A learner may claim an accepted epoch that is further ahead by this part of all that are left:
 * neither one packet nor ten thousand can use them up.
 */
const EPOCH_STEP_PART = 1000;

const LEADER_INFO = encoded(LeaderInfo, { protocolVersion: QUORUM_PROTOCOL_VERSION });

export interface ZabOptions {
  readonly myid: ServerId;
  readonly tickTimeMs: number;
  readonly initLimitTicks: number;
  readonly syncLimitTicks: number;
}

export type LeaderPhase = 'discovery' | 'synchronization' | 'broadcast';

export interface LeaderHost {
  /** A quorum follows: serve, and propose from (epoch, 1) on. */
  onEstablished(epoch: Epoch): void;
  /** Everything proposed up to here is committed. */
  commit(through: Zxid): void;
  /** The body is good only until this returns. */
  onRequest(learner: LearnerHandler, request: RequestPacket): void;
  revalidate(learner: LearnerHandler, sessionId: bigint, timeoutMs: number): boolean;
  touch(sessionId: bigint, timeoutMs: number): void;
  /** Leadership cannot be had or kept. Called at most once. */
  stepDown(reason: string): void;
  /** The configuration is proposed. */
  seeConfig(config: EnsembleConfig): void;
  /** It is committed, and from now on it alone counts. */
  activateConfig(config: EnsembleConfig): void;
  /** Under the new configuration another leads, without an election. As `stepDown`. */
  handOver(designated: ServerId): void;
  /** Something that an operator should know. */
  note(message: string, facts: Readonly<Record<string, string | number>>): void;
}

export interface LeaderParts {
  readonly options: ZabOptions;
  readonly configs: EnsembleConfigs;
  readonly history: ZabHistory;
  readonly host: LeaderHost;
  readonly nowMs: number;
}

/** A configuration that is proposed and not committed: there is one at most. */
interface Reconfig {
  readonly zxid: Zxid;
  readonly config: EnsembleConfig;
}

interface PendingSync {
  readonly afterZxid: Zxid;
  readonly learner: LearnerHandler;
}

export class Leader {
  phase: LeaderPhase = 'discovery';
  /** -1 until a quorum has told what it accepted. */
  epoch: Epoch = -1;
  lastProposed: Zxid;
  lastCommitted: Zxid;
  /** Bytes of proposals; -1 until there is one. */
  proposalSizes = { last: -1, min: -1, max: -1 };

  readonly #options: ZabOptions;
  readonly #configs: EnsembleConfigs;
  readonly #history: ZabHistory;
  readonly #host: LeaderHost;
  readonly #learners = new Map<QuorumLink, LearnerHandler>();
  #acks: AckTable;
  /** Voters that have told their accepted epoch, acked the new one, acked NEWLEADER. */
  readonly #reported = new Set<ServerId>();
  readonly #epochAcks = new Set<ServerId>();
  readonly #newLeaderAcks = new Set<ServerId>();
  readonly #startMs: number;
  readonly #initialEpoch: Epoch;
  #highestAccepted: Epoch;
  #isEpochSaved = false;
  #outstanding: Entry[] = [];
  #reconfig: Reconfig | null = null;
  /** What was proposed up to here still needs a quorum of the former configuration, too. */
  #mixedThrough: Zxid = -1;
  #activatedMs = 0;
  #pendingSyncs: PendingSync[] = [];
  #hasNewAcks = false;
  #nextPingMs = 0;
  #nowMs: number;
  #isOver = false;
  /** When a voter last took a part of the snapshot that it needs. */
  #snapshotMovedMs: number;

  constructor(parts: LeaderParts) {
    const { options, history } = parts;
    this.#options = options;
    this.#configs = parts.configs;
    this.#history = history;
    this.#host = parts.host;
    this.#acks = new AckTable(parts.configs.quorums);
    this.#startMs = parts.nowMs;
    this.#nowMs = parts.nowMs;
    this.#snapshotMovedMs = parts.nowMs;
    this.#initialEpoch = history.epochs.current;
    this.#highestAccepted = history.epochs.accepted;
    this.lastProposed = history.lastZxid;
    this.lastCommitted = history.lastZxid;
    assert(history.isSettled, 'a leader begins with all of its history on disk');
    assert(epochOf(history.lastZxid) <= this.#initialEpoch, 'history is newer than its epoch');
  }

  start(): void {
    this.#reported.add(this.#options.myid);
    this.#maybeChooseEpoch();
  }

  get learners(): Iterable<LearnerHandler> {
    return this.#learners.values();
  }

  get pendingSyncCount(): number {
    return this.#pendingSyncs.length;
  }

  /** Proposed, and not yet committed. */
  get outstandingEntries(): readonly Entry[] {
    return this.#outstanding;
  }

  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  // --- Links --------------------------------------------------------------------------------------

  onLinkUp(link: QuorumLink): void {
    this.#learners.set(link, new LearnerHandler(link, this.#nowMs));
  }

  onLinkDown(link: QuorumLink): void {
    const learner = this.#learners.get(link);
    if (learner === undefined) return;
    this.#learners.delete(link);
    learner.release();
    this.#pendingSyncs = this.#pendingSyncs.filter((sync) => sync.learner !== learner);
    if (this.#isCurrent(learner)) return;
    this.#acks.remove(learner.sid);
    if (this.phase !== 'discovery') return;
    this.#reported.delete(learner.sid);
    this.#epochAcks.delete(learner.sid);
  }

  onLinkDrained(link: QuorumLink): void {
    const learner = this.#learners.get(link);
    if (learner === undefined) return;
    // What it takes proves that it lives: a long snapshot is no silence.
    learner.lastHeardMs = this.#nowMs;
    if (learner.isVoter && learner.isSendingSnapshot) this.#snapshotMovedMs = this.#nowMs;
    learner.sendSnapshot();
  }

  receive(link: QuorumLink, chunk: Uint8Array): void {
    const learner = this.#learners.get(link);
    if (learner !== undefined && link.offer(chunk)) this.#takePackets(learner);
  }

  /** What came on the link before this server knew that it leads. */
  takeBacklog(link: QuorumLink): void {
    const learner = this.#learners.get(link);
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
    this.#commitReady();
  }

  /** Another connection of the same server has taken its place. */
  #isCurrent(learner: LearnerHandler): boolean {
    for (const other of this.#learners.values()) {
      if (other.sid === learner.sid && other !== learner) return true;
    }
    return false;
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
    const { link } = learner;
    if (learner.phase !== 'connected') return link.close('packet out of phase', 'LearnerInfo');
    const { serverId, protocolVersion, configVersion } = readLearnerInfo(packet.data);
    if (protocolVersion < QUORUM_PROTOCOL_VERSION) return link.close('learner of before 3.4');
    if (serverId === this.#options.myid) {
      this.#host.note('another server has the same myid', { address: link.remote.address });
      return link.close('duplicate myid');
    }
    if ((configVersion ?? 0) > this.#configs.current.version) {
      return link.close('learner has a newer configuration');
    }
    if (serverId === null || serverId < 0) return link.close('learner without an id');
    learner.sid = serverId;
    learner.isFollower = packet.type === QuorumPacketType.FOLLOWERINFO;
    learner.isVoter = learner.isFollower && this.#configs.isVoter(learner.sid);
    learner.acceptedEpoch = epochOf(Math.max(packet.zxid, 0));
    learner.transitionTo('discovery');
    if (!this.#isEpochBelievable(learner)) return;
    this.#replaceFormer(learner);
    this.#onReported(learner);
  }

  #isEpochBelievable({ sid, acceptedEpoch, link }: LearnerHandler): boolean {
    const { accepted } = this.#history.epochs;
    const stepMax = Math.ceil((EPOCH_MAX - accepted) / EPOCH_STEP_PART);
    if (acceptedEpoch > accepted + stepMax) {
      this.#host.note('a learner claims an epoch that is far ahead', { sid, epoch: acceptedEpoch });
      link.close('accepted epoch too far ahead');
      return false;
    }
    // Who follows this epoch has accepted no later one.
    if (this.epoch < 0 || acceptedEpoch <= this.epoch || !this.#isFollowing(sid)) return true;
    this.#host.note('two servers may have the same myid', { sid, address: link.remote.address });
    link.close('accepted epoch contradicts that of the living connection');
    return false;
  }

  /** There is a connection with it that is up to date and alive. */
  #isFollowing(sid: ServerId): boolean {
    for (const learner of this.#learners.values()) {
      if (learner.sid === sid && learner.phase === 'broadcast' && this.#isAlive(learner))
        return true;
    }
    return false;
  }

  #isAlive({ lastHeardMs }: LearnerHandler): boolean {
    return this.#nowMs - lastHeardMs <= this.#options.tickTimeMs;
  }

  /** A server that connects again has lost its former connection, whatever we still think of it. */
  #replaceFormer(learner: LearnerHandler): void {
    const { sid, link } = learner;
    for (const other of [...this.#learners.values()]) {
      if (other === learner || other.sid !== sid) continue;
      const { address } = other.link.remote;
      if (address !== link.remote.address || (this.#isFollowing(sid) && this.#isAlive(other))) {
        this.#host.note('two servers may have the same myid', {
          sid,
          addresses: `${address}:${other.link.remote.port} ${link.remote.address}:${link.remote.port}`,
        });
      }
      other.link.close('learner connected again');
      this.onLinkDown(other.link);
    }
    this.#acks.remove(sid);
  }

  #onReported(learner: LearnerHandler): void {
    if (this.epoch >= 0) {
      if (learner.isVoter && learner.acceptedEpoch > this.epoch) {
        // It cannot follow this epoch, ever; a later one it can.
        return this.#stepDown(`server ${learner.sid} has accepted a later epoch`);
      }
      if (this.#isEpochSaved) this.#sendEpoch(learner);
      return;
    }
    if (!learner.isVoter) return;
    this.#highestAccepted = Math.max(this.#highestAccepted, learner.acceptedEpoch);
    this.#reported.add(learner.sid);
    this.#maybeChooseEpoch();
  }

  #maybeChooseEpoch(): void {
    if (this.epoch >= 0 || !this.#configs.haveQuorums(this.#reported)) return;
    if (this.#highestAccepted >= EPOCH_MAX) return this.#stepDown('no epoch is left');
    this.epoch = this.#highestAccepted + 1;
    this.#history.saveAcceptedEpoch(this.epoch);
    this.#nameFirstConfig();
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
    if (which === 'current') {
      assert(this.#history.epochs.current === this.epoch, 'another epoch was saved');
      this.#newLeaderAcks.add(this.#options.myid);
      return this.#maybeEstablish();
    }
    this.#isEpochSaved = true;
    for (const learner of this.#learners.values()) {
      if (learner.phase === 'discovery') this.#sendEpoch(learner);
    }
    this.#epochAcks.add(this.#options.myid);
    this.#maybeSynchronize();
  }

  #onAckEpoch(learner: LearnerHandler, packet: QuorumPacketDecoder): void {
    if (learner.phase !== 'epochSent') {
      return learner.link.close('packet out of phase', 'ACKEPOCH');
    }
    const { currentEpoch } = AckEpoch.read(readerOf(packet));
    learner.peerZxid = packet.zxid;
    learner.transitionTo('epochAcked');
    if (currentEpoch !== -1 && this.#isAhead(currentEpoch, packet.zxid)) {
      if (!learner.isVoter) return learner.link.close('observer is ahead of the leader');
      return this.#stepDown(`server ${learner.sid} is ahead of the leader`);
    }
    // Without its current epoch it has only accepted: it was asked before.
    if (learner.isVoter && currentEpoch !== -1) this.#epochAcks.add(learner.sid);
    if (this.phase === 'discovery') this.#maybeSynchronize();
    else this.#synchronize(learner);
  }

  #isAhead(currentEpoch: Epoch, zxid: Zxid): boolean {
    if (this.phase !== 'discovery') return false;
    if (currentEpoch !== this.#initialEpoch) return currentEpoch > this.#initialEpoch;
    // A marker counts for nothing.
    return zxid > this.#history.lastZxid && zxid % 2 ** 32 !== 0;
  }

  // --- Synchronization ----------------------------------------------------------------------------

  #maybeSynchronize(): void {
    if (this.phase !== 'discovery' || !this.#configs.haveQuorums(this.#epochAcks)) return;
    this.phase = 'synchronization';
    this.#history.saveCurrentEpoch(this.epoch);
    for (const learner of this.#learners.values()) {
      if (learner.phase === 'epochAcked') this.#synchronize(learner);
    }
  }

  #synchronize(learner: LearnerHandler): void {
    const plan = planSync(learner.peerZxid, this.lastCommitted, this.#history);
    learner.synchronize(plan, () => this.#history.snapshotBytes());
    this.#host.note('synchronizing a learner', {
      sid: learner.sid,
      by: plan.kind,
      ...(plan.kind === 'SNAP' ? { why: plan.why } : { zxid: plan.zxid }),
    });
    if (learner.isFollower) for (const entry of this.#outstanding) learner.propose(entry);
    const config = encodeConfigText(this.#configs.lastSeen.configText);
    learner.send(QuorumPacketType.NEWLEADER, makeZxid(this.epoch, 0), config);
  }

  #onAck(learner: LearnerHandler, zxid: Zxid): void {
    if (!learner.isForwarding) return learner.link.close('packet out of phase', 'ACK');
    if (zxid === makeZxid(this.epoch, 0)) {
      // The second is of UPTODATE: it says nothing new.
      if (!learner.hasAckedNewLeader) this.#onNewLeaderAck(learner);
      return;
    }
    if (zxid > this.lastProposed) return learner.link.close('ack of what was never proposed');
    if (zxid <= learner.lastAcked) return;
    learner.lastAcked = zxid;
    // Compat: the log of a Java follower may acknowledge an entry that was proposed while it was
    // synchronized before it acknowledges NEWLEADER (ZOOKEEPER-4685). It counts from then on.
    if (learner.hasAckedNewLeader) this.#countAck(learner);
  }

  /** Of any follower: by the next configuration it may be a voter. An observer logs nothing first. */
  #countAck({ sid, isFollower, lastAcked }: LearnerHandler): void {
    if (!isFollower) return;
    this.#acks.set(sid, lastAcked);
    this.#hasNewAcks = true;
  }

  #onNewLeaderAck(learner: LearnerHandler): void {
    learner.hasAckedNewLeader = true;
    if (learner.lastAcked >= 0) this.#countAck(learner);
    if (learner.isVoter) this.#newLeaderAcks.add(learner.sid);
    if (this.phase === 'broadcast') this.#finishSynchronization(learner);
    else this.#maybeEstablish();
  }

  #finishSynchronization(learner: LearnerHandler): void {
    learner.transitionTo('broadcast');
    learner.send(QuorumPacketType.UPTODATE, -1);
  }

  #maybeEstablish(): void {
    if (this.phase !== 'synchronization') return;
    if (!this.#configs.haveQuorums(this.#newLeaderAcks)) return;
    this.phase = 'broadcast';
    this.lastProposed = makeZxid(this.epoch, 0);
    // A reconfiguration that was not completed is: a quorum of each has acknowledged NEWLEADER.
    const config = this.#configs.lastSeen;
    this.#activate(config);
    this.#acks = new AckTable(this.#configs.quorums);
    const isVoter = config.voters.has(this.#options.myid);
    if (isVoter) this.#host.onEstablished(this.epoch);
    for (const learner of this.#learners.values()) {
      if (learner.hasAckedNewLeader) this.#finishSynchronization(learner);
    }
    if (!isVoter) this.#stepDown('this server is no voter of the configuration');
  }

  // --- Broadcast ----------------------------------------------------------------------------------

  /** The entry is in the leader's log, on its way to the disk. */
  propose(entry: Entry, config: EnsembleConfig | null = null): void {
    assert(this.phase === 'broadcast', 'proposing without a quorum');
    assert(entry.zxid === this.lastProposed + 1, 'proposals are in order');
    this.lastProposed = entry.zxid;
    this.#outstanding.push(entry);
    this.#countSize(entry.payload.length);
    if (config !== null) this.#beginReconfig({ zxid: entry.zxid, config });
    for (const learner of this.#learners.values()) {
      if (learner.isFollower && learner.isForwarding) learner.propose(entry);
    }
  }

  /** From this entry on quorums of both configurations are needed. */
  #beginReconfig(reconfig: Reconfig): void {
    assert(this.#reconfig === null, 'one reconfiguration at a time');
    this.#reconfig = reconfig;
    this.#host.seeConfig(reconfig.config);
    this.#acks.beginSpan(reconfig.zxid, this.#configs.quorums);
    this.#markVoters();
  }

  #markVoters(): void {
    for (const learner of this.#learners.values()) {
      learner.isVoter = learner.isFollower && this.#configs.isVoter(learner.sid);
    }
  }

  #activate(config: EnsembleConfig): void {
    if (config.version <= this.#configs.current.version) return;
    this.#host.activateConfig(config);
    this.#markVoters();
  }

  #countSize(bytes: number): void {
    const sizes = this.proposalSizes;
    sizes.last = bytes;
    if (sizes.min < 0 || bytes < sizes.min) sizes.min = bytes;
    if (bytes > sizes.max) sizes.max = bytes;
  }

  /** The leader's own disk has everything up to here. */
  onSynced(through: Zxid): void {
    if (this.phase !== 'broadcast' || this.#isOver) return;
    this.#acks.set(this.#options.myid, through);
    this.#hasNewAcks = true;
    this.#commitReady();
  }

  /** The one place where entries are committed: in order, as far as a quorum has them on disk. */
  #commitReady(): void {
    if (!this.#hasNewAcks || this.phase !== 'broadcast' || this.#isOver) return;
    this.#hasNewAcks = false;
    const through = Math.min(this.#acks.quorumZxid(), this.lastProposed);
    const reconfig = this.#reconfig;
    if (reconfig !== null && reconfig.zxid <= through) {
      this.#commitThrough(reconfig.zxid - 1);
      this.#commitReconfig(reconfig);
      if (this.#isOver) return;
    }
    this.#commitThrough(through);
  }

  #commitThrough(through: Zxid): void {
    const count = this.#outstanding.findIndex(({ zxid }) => zxid > through);
    const ready = count < 0 ? this.#outstanding : this.#outstanding.slice(0, count);
    const last = ready.at(-1);
    if (last === undefined) return;
    this.#outstanding = count < 0 ? [] : this.#outstanding.slice(count);
    for (const { zxid, payload } of ready) this.#history.committed(zxid, payload);
    this.lastCommitted = last.zxid;
    this.#sendCommits(ready);
    this.#host.commit(last.zxid);
  }

  /** Whoever leads from now on commits what comes after it. */
  #commitReconfig({ zxid, config }: Reconfig): void {
    const entry = this.#outstanding.shift();
    assert(entry?.zxid === zxid, 'entries are committed in order');
    this.#reconfig = null;
    this.#history.committed(zxid, entry.payload);
    this.lastCommitted = zxid;
    const designated = this.#designatedLeader(config, zxid);
    for (const learner of this.#learners.values()) {
      if (learner.isForwarding) learner.activate(entry, designated);
    }
    this.#sendCommits([]);
    this.#host.commit(zxid);
    this.#activate(config);
    this.#acks.beginSpan(this.lastProposed + 1, this.#configs.quorums);
    this.#mixedThrough = this.lastProposed;
    this.#activatedMs = this.#nowMs;
    if (designated === this.#options.myid) return;
    this.#isOver = true;
    this.#host.handOver(designated);
  }

  /** This server, if it stays a voter at its address; or else the voter that has acked the most. */
  #designatedLeader(config: EnsembleConfig, zxid: Zxid): ServerId {
    const { myid } = this.#options;
    const before = this.#configs.current.servers.get(myid);
    const after = config.servers.get(myid);
    const stays =
      before !== undefined && after !== undefined && hasSameQuorumAddress(before, after);
    if (config.voters.has(myid) && stays) return myid;
    let best: LearnerHandler | null = null;
    for (const learner of this.#learners.values()) {
      if (!learner.isFollower || !config.voters.has(learner.sid)) continue;
      if (learner.lastAcked < zxid || learner.lastAcked <= (best?.lastAcked ?? -1)) continue;
      best = learner;
    }
    return best?.sid ?? myid;
  }

  /** Whether a quorum of the configuration is connected and up to date (isQuorumSynced). */
  isQuorumSynced(config: EnsembleConfig): boolean {
    return config.containsQuorum(this.#live());
  }

  #onRequest(learner: LearnerHandler, packet: QuorumPacketDecoder): void {
    if (this.phase !== 'broadcast' || learner.phase !== 'broadcast') {
      return learner.link.close('packet out of phase', 'REQUEST');
    }
    const reader = readerOf(packet);
    const request = ForwardedRequest.read(reader);
    if (request.type !== OpCode.sync) {
      const body = packet.bytes.subarray(reader.at, packet.end);
      return this.#host.onRequest(learner, { ...request, body, authinfo: packet.authinfo });
    }
    // All that this learner asked before is proposed: behind the last of it comes the answer.
    if (this.#outstanding.length === 0) learner.send(QuorumPacketType.SYNC, 0);
    else this.#pendingSyncs.push({ afterZxid: this.lastProposed, learner });
  }

  /** A sync is answered behind the last commit before it and before the next: in its turn. */
  #sendCommits(ready: readonly Entry[]): void {
    let sent = 0;
    for (;;) {
      const sync = this.#pendingSyncs[0];
      const isDue = sync !== undefined && sync.afterZxid <= this.lastCommitted;
      const behind = isDue ? ready.findIndex(({ zxid }) => zxid > sync.afterZxid) : -1;
      const end = behind < 0 ? ready.length : behind;
      if (end > sent) this.#commitToLearners(ready.slice(sent, end));
      sent = Math.max(sent, end);
      if (!isDue) return;
      this.#pendingSyncs.shift();
      sync.learner.send(QuorumPacketType.SYNC, 0);
    }
  }

  #commitToLearners(entries: readonly Entry[]): void {
    for (const learner of this.#learners.values()) {
      if (learner.isForwarding) learner.commit(entries);
    }
  }

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
    for (const [sessionId, timeoutMs] of readTouchedSessions(readerOf(packet))) {
      this.#host.touch(sessionId, timeoutMs);
    }
  }

  // --- Time ---------------------------------------------------------------------------------------

  onTick(): void {
    if (this.#isOver) return;
    const { tickTimeMs, initLimitTicks } = this.#options;
    // A snapshot may take longer than initLimit, as long as it moves: the next leader had to send it
    // from the beginning, and the one after that.
    const sinceMs = this.phase === 'synchronization' ? this.#snapshotMovedMs : this.#startMs;
    const isLate = this.#nowMs - sinceMs > initLimitTicks * tickTimeMs;
    if (this.phase !== 'broadcast' && isLate) {
      return this.#stepDown('no quorum has followed in time');
    }
    if (this.#nowMs < this.#nextPingMs) return;
    this.#nextPingMs = this.#nowMs + tickTimeMs / 2;
    this.#dropSilent();
    if (this.phase === 'broadcast' && !this.#configs.haveQuorums(this.#live())) {
      return this.#stepDown('a quorum of followers is not heard any more');
    }
    if (this.#isStuck()) return this.#stepDown('servers that left have not acknowledged');
    for (const learner of this.#learners.values()) {
      if (learner.isForwarding) writePing(learner.writer, this.lastProposed, null);
    }
  }

  #dropSilent(): void {
    const { tickTimeMs, initLimitTicks, syncLimitTicks } = this.#options;
    for (const learner of [...this.#learners.values()]) {
      const ticks = learner.phase === 'broadcast' ? syncLimitTicks : initLimitTicks;
      const isSilent = this.#nowMs - learner.lastHeardMs > ticks * tickTimeMs;
      const isBehind =
        learner.phase === 'broadcast' &&
        learner.isFollower &&
        !learner.keepsUp(this.#nowMs, syncLimitTicks * tickTimeMs);
      if (isSilent) learner.link.close('learner is silent');
      else if (isBehind) learner.link.close('learner does not keep up');
      else continue;
      this.onLinkDown(learner.link);
    }
  }

  /** The followers that are in synchrony now, and the leader. */
  #live(): ReadonlySet<ServerId> {
    const live = new Set<ServerId>([this.#options.myid]);
    for (const learner of this.#learners.values()) {
      if (learner.isFollower && learner.hasAckedNewLeader) live.add(learner.sid);
    }
    return live;
  }

  /**
   * What was proposed while the configurations changed needs servers that have left since, and may
   * be gone. In the next epoch it is history, for which the new configuration is enough.
   */
  #isStuck(): boolean {
    const { tickTimeMs, syncLimitTicks } = this.#options;
    const isLate = this.#nowMs - this.#activatedMs > syncLimitTicks * tickTimeMs;
    return isLate && this.lastCommitted < this.#mixedThrough;
  }

  #stepDown(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#host.stepDown(reason);
  }

  /** The role ends: learners are let go. */
  end(reason: string): void {
    this.#isOver = true;
    for (const learner of this.#learners.values()) {
      learner.release();
      learner.link.close('this server does not lead any more', reason);
    }
    this.#learners.clear();
  }
}
