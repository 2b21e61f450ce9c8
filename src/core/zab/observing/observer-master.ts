/**
 * ObserverMaster: a follower that feeds observers (ZooKeeper's class of that name, since 3.6). Its
 * observers speak the learner's protocol with it as they would with the leader. It knows the epoch
 * and has its history, so it waits for nobody; what it sees committed it tells them, and what they
 * ask it asks the leader.
 *
 * Nothing that it sends is a promise of its own: it tells of committed entries only, and gives the
 * leader's answers. When it loses its leader, its observers are cut off and go on elsewhere.
 *
 * To the leader all of their sessions are sessions of this server. That a session has moved between
 * two of them, or from one of them to a client here, is known only here: who comes with a request
 * of a session that has gone on elsewhere is cut off, as the leader would refuse it.
 */
import { assert } from '../../../base/assert.ts';
import type { ServerId } from '../../../base/server-id.ts';
import type { SessionId } from '../../../base/session-id.ts';
import { counterOf, type Epoch, epochOf, makeZxid, type Zxid } from '../../../base/zxid.ts';
import { JuteError } from '../../../protocol/jute/jute-error.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import type { QuorumPacketDecoder } from '../../../protocol/quorum-packet-decoder.ts';
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
  type TouchedSession,
  writePing,
} from '../../../protocol/records/quorum.ts';
import { LearnerHandler } from '../learner-handler.ts';
import { planSync } from '../learner-sync.ts';
import type { EnsembleConfigs } from '../members/ensemble-configs.ts';
import { encoded, readerOf } from '../packet-body.ts';
import type { QuorumLink } from '../quorum-link.ts';
import type { Entry, ZabHistory } from '../zab-history.ts';
import type { ZabOptions } from '../zab-options.ts';
import { LeaderQuestions } from './leader-questions.ts';

const LEADER_INFO = encoded(LeaderInfo, { protocolVersion: QUORUM_PROTOCOL_VERSION });

export interface ObserverMasterHost {
  /** Asks the leader. The body is good only until this returns. */
  forward(request: RequestPacket): void;
  /** Asks the leader; `onRevalidated` is the answer. */
  revalidate(sessionId: SessionId, timeoutMs: number): void;
  /** The session's client has gone to an observer: a connection that it has here is a former one. */
  onSessionMoved(sessionId: SessionId): void;
  note(message: string, facts: Readonly<Record<string, string | number>>): void;
}

export interface ObserverMasterParts {
  readonly options: ZabOptions;
  readonly configs: EnsembleConfigs;
  readonly history: ZabHistory;
  readonly host: ObserverMasterHost;
  readonly nowMs: number;
  /** Applied here, and the history's last before what is proposed. */
  readonly lastCommitted: Zxid;
  /** Kept for one observer while its snapshot is sent (`observerMaster.sizeLimit`). */
  readonly heldBytesMax: number;
}

interface Answer {
  readonly type: QuorumPacketType;
  readonly zxid: Zxid;
  readonly data: Uint8Array | null;
}

export class ObserverMaster {
  readonly #parts: ObserverMasterParts;
  readonly #epoch: Epoch;
  readonly #observers = new Map<QuorumLink, LearnerHandler>();
  readonly #questions = new LeaderQuestions<LearnerHandler>();
  /** Who has the sessions that have moved; null: a client of this server. */
  readonly #owners = new Map<SessionId, LearnerHandler | null>();
  readonly #touched = new Map<SessionId, number>();
  #lastCommitted: Zxid;
  #nowMs: number;
  #nextPingMs = 0;
  #isOver = false;

  constructor(parts: ObserverMasterParts) {
    this.#parts = parts;
    this.#epoch = parts.history.epochs.current;
    this.#lastCommitted = parts.lastCommitted;
    this.#nowMs = parts.nowMs;
    assert(epochOf(parts.lastCommitted) <= this.#epoch, 'history is newer than its epoch');
  }

  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  get observers(): readonly LearnerHandler[] {
    return [...this.#observers.values()];
  }

  /** Those that are up to date. */
  get syncedCount(): number {
    let count = 0;
    for (const { phase } of this.#observers.values()) if (phase === 'broadcast') count++;
    return count;
  }

  // --- Links --------------------------------------------------------------------------------------

  onLinkUp(link: QuorumLink): void {
    const { heldBytesMax } = this.#parts;
    this.#observers.set(link, new LearnerHandler(link, this.#nowMs, heldBytesMax));
  }

  onLinkDown(link: QuorumLink): void {
    this.#observers.get(link)?.release();
    this.#observers.delete(link);
  }

  onLinkDrained(link: QuorumLink): void {
    const observer = this.#observers.get(link);
    if (observer === undefined) return;
    // What it takes proves that it lives.
    observer.lastHeardMs = this.#nowMs;
    observer.sendSnapshot();
  }

  receive(link: QuorumLink, chunk: Uint8Array): void {
    const observer = this.#observers.get(link);
    if (observer === undefined) return;
    observer.lastHeardMs = this.#nowMs;
    if (!link.offer(chunk)) return;
    try {
      while (!link.isClosing && link.decoder.next()) this.#onPacket(observer, link.decoder);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      link.close('malformed packet', error.message);
    }
  }

  #onPacket(observer: LearnerHandler, packet: QuorumPacketDecoder): void {
    switch (packet.type) {
      case QuorumPacketType.OBSERVERINFO:
        return this.#onObserverInfo(observer, packet);
      case QuorumPacketType.FOLLOWERINFO:
        return observer.link.close('only observers follow an observer master');
      case QuorumPacketType.ACKEPOCH:
        return this.#onAckEpoch(observer, packet);
      case QuorumPacketType.ACK:
        return this.#onAck(observer, packet.zxid);
      case QuorumPacketType.PING:
        return this.#onPing(observer, packet);
      case QuorumPacketType.REVALIDATE:
        return this.#onRevalidate(observer, packet);
      case QuorumPacketType.REQUEST:
        return this.#onRequest(observer, packet);
      default:
        observer.link.close('packet that no learner sends', `type ${packet.type}`);
    }
  }

  // --- Discovery and synchronization --------------------------------------------------------------

  #onObserverInfo(observer: LearnerHandler, packet: QuorumPacketDecoder): void {
    const { link } = observer;
    if (observer.phase !== 'connected') return link.close('packet out of phase', 'LearnerInfo');
    const { serverId, protocolVersion, configVersion } = readLearnerInfo(packet.data);
    if (protocolVersion < QUORUM_PROTOCOL_VERSION) return link.close('learner of before 3.4');
    if (serverId === null || serverId < 0) return link.close('learner without an id');
    if (serverId === this.#parts.options.myid) return link.close('duplicate myid');
    if ((configVersion ?? 0) > this.#parts.configs.current.version) {
      return link.close('learner has a newer configuration');
    }
    observer.acceptedEpoch = epochOf(Math.max(packet.zxid, 0));
    if (observer.acceptedEpoch > this.#epoch) return link.close('observer knows a later epoch');
    observer.sid = serverId;
    this.#replaceFormer(observer);
    observer.transitionTo('discovery');
    observer.transitionTo('epochSent');
    observer.send(QuorumPacketType.LEADERINFO, makeZxid(this.#epoch, 0), LEADER_INFO);
  }

  /** A server that connects again has lost its former connection. */
  #replaceFormer({ sid, link }: LearnerHandler): void {
    for (const other of [...this.#observers.values()]) {
      if (other.link === link || other.sid !== sid) continue;
      other.link.close('learner connected again');
      this.onLinkDown(other.link);
    }
  }

  #onAckEpoch(observer: LearnerHandler, packet: QuorumPacketDecoder): void {
    const { link } = observer;
    if (observer.phase !== 'epochSent') return link.close('packet out of phase', 'ACKEPOCH');
    const { currentEpoch } = AckEpoch.read(readerOf(packet));
    if (currentEpoch > this.#epoch || epochOf(packet.zxid) > this.#epoch) {
      return link.close('observer is ahead of its master');
    }
    observer.peerZxid = packet.zxid;
    observer.transitionTo('epochAcked');
    this.#maybeSynchronize(observer);
  }

  /**
   * What it has of this epoch is committed, or will be while this epoch lasts, and only has not come
   * here yet: it must not be cut off. Java cuts it off, and clients see the past again.
   */
  #maybeSynchronize(observer: LearnerHandler): void {
    const { peerZxid } = observer;
    const isAhead = epochOf(peerZxid) === this.#epoch && counterOf(peerZxid) > 0;
    if (isAhead && peerZxid > this.#lastCommitted) return;
    const { history, configs, host } = this.#parts;
    const plan = planSync(peerZxid, this.#lastCommitted, history);
    observer.synchronize(plan, () => history.snapshotBytes());
    host.note('synchronizing a learner', {
      sid: observer.sid,
      by: plan.kind,
      ...(plan.kind === 'SNAP' ? { why: plan.why } : { zxid: plan.zxid }),
    });
    // Not the last that was proposed: what is in NEWLEADER counts for the observer at once.
    const config = encodeConfigText(configs.current.configText);
    observer.send(QuorumPacketType.NEWLEADER, makeZxid(this.#epoch, 0), config);
  }

  #onAck(observer: LearnerHandler, zxid: Zxid): void {
    const { link } = observer;
    if (!observer.isForwarding) return link.close('packet out of phase', 'ACK');
    if (zxid !== makeZxid(this.#epoch, 0)) return link.close('ack of an observer');
    // The second is of UPTODATE: it says nothing new.
    if (observer.hasAckedNewLeader) return;
    observer.hasAckedNewLeader = true;
    observer.transitionTo('broadcast');
    observer.send(QuorumPacketType.UPTODATE, -1);
  }

  // --- Broadcast ----------------------------------------------------------------------------------

  /** The entry is committed, and applied here; `designated` leads if it is a reconfiguration. */
  commit(entry: Entry, designated: ServerId | null): void {
    assert(entry.zxid > this.#lastCommitted, 'entries are committed in order');
    this.#lastCommitted = entry.zxid;
    for (const observer of this.#observers.values()) {
      if (observer.phase === 'epochAcked') this.#maybeSynchronize(observer);
      else if (!observer.isForwarding) continue;
      else if (designated === null) observer.commit([entry]);
      else observer.activate(entry, designated);
    }
  }

  #onPing(observer: LearnerHandler, packet: QuorumPacketDecoder): void {
    if (!observer.isForwarding) return observer.link.close('packet out of phase', 'PING');
    for (const [sessionId, timeoutMs] of readTouchedSessions(readerOf(packet))) {
      this.#touched.set(sessionId, timeoutMs);
    }
  }

  /** For the leader, with the next ping: the sessions that observers have heard of. */
  takeTouched(): readonly TouchedSession[] {
    const touched = [...this.#touched];
    this.#touched.clear();
    return touched;
  }

  // --- What clients of observers ask --------------------------------------------------------------

  #onRequest(observer: LearnerHandler, packet: QuorumPacketDecoder): void {
    const { link } = observer;
    if (observer.phase !== 'broadcast') return link.close('packet out of phase', 'REQUEST');
    const reader = readerOf(packet);
    const request = ForwardedRequest.read(reader);
    const owner = this.#owners.get(request.sessionId);
    if (owner !== undefined && owner !== observer) {
      return link.close('request of a session that has moved');
    }
    if (request.type === OpCode.sync) {
      if (this.#questions.areTooMany) return link.close('too many questions for the leader');
      this.#questions.askSync(observer);
    }
    const body = packet.bytes.subarray(reader.at, packet.end);
    this.#parts.host.forward({ ...request, body, authinfo: packet.authinfo });
  }

  #onRevalidate(observer: LearnerHandler, packet: QuorumPacketDecoder): void {
    const { link } = observer;
    if (observer.phase !== 'broadcast') return link.close('packet out of phase', 'REVALIDATE');
    if (this.#questions.areTooMany) return link.close('too many questions for the leader');
    const { sessionId, timeOut: timeoutMs } = SessionTimeout.read(readerOf(packet));
    this.#owners.set(sessionId, observer);
    this.#parts.host.onSessionMoved(sessionId);
    this.#questions.askSession({ asker: observer, sessionId, timeoutMs });
    this.#parts.host.revalidate(sessionId, timeoutMs);
  }

  /** A client of this server asks for a sync. */
  onOwnSync(): void {
    this.#questions.askSync(null);
  }

  /** A client of this server takes a session up. */
  onOwnRevalidate(sessionId: SessionId, timeoutMs: number): void {
    if (this.#owners.has(sessionId)) this.#owners.set(sessionId, null);
    this.#questions.askSession({ asker: null, sessionId, timeoutMs });
  }

  /** The leader's answer. False when an observer is not who asked. */
  onSyncAnswered(): boolean {
    const asker = this.#questions.takeSync();
    if (asker === null) return false;
    this.#answer(asker, { type: QuorumPacketType.SYNC, zxid: 0, data: null });
    return true;
  }

  /** The same for a session. */
  onRevalidated(sessionId: SessionId, valid: boolean): boolean {
    const question = this.#questions.takeSession(sessionId);
    if (question === null || question.asker === null) return false;
    if (valid) this.#touched.set(sessionId, question.timeoutMs);
    else this.onSessionClosed(sessionId);
    const data = encoded(SessionValidity, { sessionId, valid });
    this.#answer(question.asker, { type: QuorumPacketType.REVALIDATE, zxid: -1, data });
    return true;
  }

  /** There is no such session any more. */
  onSessionClosed(sessionId: SessionId): void {
    this.#owners.delete(sessionId);
    this.#touched.delete(sessionId);
  }

  #answer(asker: LearnerHandler, { type, zxid, data }: Answer): void {
    // It may have gone.
    if (this.#observers.get(asker.link) === asker) asker.send(type, zxid, data);
  }

  // --- Time and end -------------------------------------------------------------------------------

  onTick(): void {
    if (this.#isOver || this.#nowMs < this.#nextPingMs) return;
    const { tickTimeMs, initLimitTicks, syncLimitTicks } = this.#parts.options;
    this.#nextPingMs = this.#nowMs + tickTimeMs / 2;
    for (const observer of [...this.#observers.values()]) {
      const ticks = observer.phase === 'broadcast' ? syncLimitTicks : initLimitTicks;
      if (this.#nowMs - observer.lastHeardMs > ticks * tickTimeMs) {
        observer.link.close('learner is silent');
        this.onLinkDown(observer.link);
      } else if (observer.isForwarding) {
        writePing(observer.writer, this.#lastCommitted, null);
      }
    }
  }

  /** This server follows no more. */
  end(reason: string): void {
    this.#isOver = true;
    for (const observer of this.#observers.values()) {
      observer.release();
      observer.link.close('this server does not follow any more', reason);
    }
    this.#observers.clear();
  }
}
