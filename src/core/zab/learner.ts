/**
 * Learner: a follower's or observer's side of ZAB (ZooKeeper's Learner, Follower and Observer). It
 * accepts the leader's epoch, takes over its history, and then logs what is proposed and applies
 * what is committed, in that order.
 *
 * Nothing is sent before what it promises is on this server's disk: ACKEPOCH after the accepted
 * epoch, the ack of NEWLEADER after the whole history and then the current epoch, the ack of a
 * proposal after its entry. The three are made by the steps that hear of the disk.
 */
import { assert } from '../../base/assert.ts';
import { ByteSlabs } from '../../base/byte-slabs.ts';
import type { ServerId } from '../../base/server-id.ts';
import {
  counterOf,
  describeZxid,
  type Epoch,
  epochOf,
  makeZxid,
  type Zxid,
} from '../../base/zxid.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import type { QuorumPacketDecoder } from '../../protocol/quorum-packet-decoder.ts';
import {
  AckEpoch,
  ActivatedConfig,
  decodeConfigText,
  encodeLearnerInfo,
  LeaderInfo,
  QUORUM_PROTOCOL_VERSION,
  QuorumPacketType,
  type RequestPacket,
  SessionTimeout,
  SessionValidity,
  type TouchedSession,
  writeAck,
  writePing,
  writeQuorumPacket,
  writeRequest,
} from '../../protocol/records/quorum.ts';
import { encoded, readerOf } from './packet-body.ts';
import type { QuorumLink } from './quorum-link.ts';
import type { Entry, SnapshotReceiving, ZabHistory } from './zab-history.ts';
import type { ZabOptions } from './zab-options.ts';

export type LearnerStage =
  /** Not connected yet, or not yet told the epoch. */
  | 'discovery'
  /** The accepted epoch is on its way to the disk; ACKEPOCH follows. */
  | 'accepting'
  /** DIFF, TRUNC or SNAP is to come. */
  | 'acknowledged'
  /** The leader's history is coming. */
  | 'synchronization'
  /** NEWLEADER has come: history, then epoch, are on their way to the disk. */
  | 'settling'
  /** NEWLEADER is acknowledged; UPTODATE is to come. */
  | 'ready'
  | 'broadcast';

/** An entry of the log with what was found in it. */
export interface LoggedEntry extends Entry {
  readonly content: unknown;
}

export interface LearnerHost {
  /** Makes a link to the learner master; `onLinkUp` or `onLinkDown` follows. */
  dial(): QuorumLink;
  /** What the payload holds; throws JuteError when it is no txn of this zxid. */
  decode(entry: Entry): unknown;
  /** The entry is committed, and the next in order; `designated` leads if it reconfigures. */
  apply(entry: LoggedEntry, designated: ServerId | null): void;
  /** NEWLEADER has come with the configuration that the leader goes by. */
  onLeaderConfig(configText: string): void;
  /** The entry, which is applied, was a reconfiguration, under which this server leads. */
  onActivated(entry: LoggedEntry, designated: ServerId): void;
  /** UPTODATE: serve clients. */
  onEstablished(epoch: Epoch): void;
  onRevalidated(sessionId: bigint, isValid: boolean): void;
  onSyncAnswered(): void;
  takeTouched(): readonly TouchedSession[];
  /** The leader cannot be followed any more. Called at most once. */
  leave(reason: string): void;
  note(message: string, facts: Readonly<Record<string, string | number>>): void;
}

export interface LearnerParts {
  readonly options: ZabOptions;
  readonly history: ZabHistory;
  readonly host: LearnerHost;
  readonly leader: ServerId;
  /** Whom this learner follows: the leader, if absent, or one of the leader's followers. */
  readonly master?: ServerId;
  readonly isObserver: boolean;
  readonly configVersion: Zxid;
  readonly nowMs: number;
}

/** A leader that has just been elected may not listen yet. */
const DIAL_PAUSE_MS = 25;
const DIAL_PAUSE_MS_MAX = 400;
/** Then it is taken for dead, and another leader is looked for. */
const DIALS_MAX = 8;

export class Learner {
  stage: LearnerStage = 'discovery';
  readonly leader: ServerId;
  /** The learner master that it follows. */
  readonly master: ServerId;
  readonly isObserver: boolean;

  readonly #options: ZabOptions;
  readonly #history: ZabHistory;
  readonly #host: LearnerHost;
  readonly #configVersion: Zxid;
  #startMs: number;
  #link: QuorumLink | null = null;
  #isLinkUp = false;
  #epoch: Epoch = -1;
  /** Logged, and not yet committed. */
  #pending: LoggedEntry[] = [];
  /** Logged, and to be acknowledged when they are on the disk. */
  #unacked: Zxid[] = [];
  #snapshot: { readonly stream: SnapshotReceiving; readonly zxid: Zxid } | null = null;
  readonly #payloads = new ByteSlabs();
  /** The log is being cut: packets wait. */
  #isTruncating = false;
  /** The leader's snapshot is on its way to the disk. */
  #isAdopting = false;
  /** Where the leader's history was, by its DIFF, TRUNC or SNAP. */
  #syncZxid: Zxid = -1;
  /** Up to here a snapshot of the leader's has everything. */
  #snapshotZxid: Zxid = -1;
  /** What has to be on the disk before NEWLEADER is acknowledged. */
  #settleZxid: Zxid = -1;
  #isSavingEpoch = false;
  #lastHeardMs: number;
  #redialAtMs = -1;
  #dials = 0;
  #nowMs: number;
  #isOver = false;

  constructor(parts: LearnerParts) {
    this.#options = parts.options;
    this.#history = parts.history;
    this.#host = parts.host;
    this.leader = parts.leader;
    this.master = parts.master ?? parts.leader;
    this.isObserver = parts.isObserver;
    this.#configVersion = parts.configVersion;
    this.#startMs = parts.nowMs;
    this.#nowMs = parts.nowMs;
    this.#lastHeardMs = parts.nowMs;
    assert(parts.history.isSettled, 'a learner begins with all of its history on disk');
  }

  /** Dials now, or later: not all observers of a leader that has gone should come at once. */
  start(delayMs = 0): void {
    this.#startMs += delayMs;
    this.#lastHeardMs = this.#startMs;
    if (delayMs > 0) this.#redialAtMs = this.#startMs;
    else this.#link = this.#host.dial();
  }

  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** Logged, and not known to be committed. */
  get pendingEntries(): readonly Entry[] {
    return this.#pending;
  }

  /** When `onTick` is wanted, or null: it is wanted anyway now and then. */
  get deadlineMs(): number | null {
    return this.#redialAtMs < 0 ? null : this.#redialAtMs;
  }

  // --- The link -----------------------------------------------------------------------------------

  onLinkUp(link: QuorumLink): void {
    if (link !== this.#link || this.#isOver) return;
    this.#isLinkUp = true;
    this.#lastHeardMs = this.#nowMs;
    const { FOLLOWERINFO, OBSERVERINFO } = QuorumPacketType;
    writeQuorumPacket(link.writer, {
      type: this.isObserver ? OBSERVERINFO : FOLLOWERINFO,
      zxid: makeZxid(this.#history.epochs.accepted, 0),
      data: encodeLearnerInfo(this.#options.myid, this.#configVersion),
      authinfo: null,
    });
  }

  onLinkDown(link: QuorumLink): void {
    if (link !== this.#link || this.#isOver) return;
    if (this.#isLinkUp && this.stage !== 'discovery') {
      return this.leave('the connection to the leader is lost');
    }
    // Refused, or closed before anything was agreed: the leader may not be ready.
    this.#link = null;
    this.#isLinkUp = false;
    if (++this.#dials > DIALS_MAX) return this.leave('the leader cannot be reached');
    this.#redialAtMs = this.#nowMs + Math.min(DIAL_PAUSE_MS * this.#dials, DIAL_PAUSE_MS_MAX);
  }

  receive(link: QuorumLink, chunk: Uint8Array): void {
    if (link !== this.#link || this.#isOver) return;
    this.#lastHeardMs = this.#nowMs;
    if (link.offer(chunk)) this.#takePackets(link);
  }

  #takePackets(link: QuorumLink): void {
    try {
      do {
        while (this.#takeNext(link)) {
          // Each packet is handled where it is found.
        }
      } while (this.#mayRead(link) && link.takeBacklog());
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      link.close('malformed packet', error.message);
      this.leave(`malformed packet from the leader: ${error.message}`);
    }
  }

  #mayRead(link: QuorumLink): boolean {
    return !this.#isOver && !link.isClosing && !link.isPaused;
  }

  #takeNext(link: QuorumLink): boolean {
    if (!this.#mayRead(link)) return false;
    if (this.#snapshot !== null) return this.#takeSnapshotBytes(link);
    if (!link.decoder.next()) return false;
    this.#onPacket(link, link.decoder);
    return true;
  }

  #onPacket(link: QuorumLink, packet: QuorumPacketDecoder): void {
    switch (packet.type) {
      case QuorumPacketType.LEADERINFO:
        return this.#onLeaderInfo(packet);
      case QuorumPacketType.DIFF:
      case QuorumPacketType.TRUNC:
      case QuorumPacketType.SNAP:
        return this.#onSync(link, packet);
      case QuorumPacketType.NEWLEADER:
        return this.#onNewLeader(packet);
      case QuorumPacketType.UPTODATE:
        return this.#onUpToDate(packet);
      case QuorumPacketType.PROPOSAL:
        return this.#onProposal(packet);
      case QuorumPacketType.COMMIT:
        this.#onCommit(packet, null);
        return;
      case QuorumPacketType.INFORM:
        return void this.#onInform(packet, packet.start);
      case QuorumPacketType.COMMITANDACTIVATE:
        return this.#onCommitAndActivate(packet);
      case QuorumPacketType.INFORMANDACTIVATE:
        return this.#onInformAndActivate(packet);
      case QuorumPacketType.PING:
        return this.#onPing(link, packet);
      default:
        return this.#onServingPacket(packet);
    }
  }

  #onServingPacket(packet: QuorumPacketDecoder): void {
    if (this.stage !== 'broadcast') return this.#refuse(packet, 'before UPTODATE');
    switch (packet.type) {
      case QuorumPacketType.REVALIDATE: {
        const { sessionId, valid } = SessionValidity.read(readerOf(packet));
        return this.#host.onRevalidated(sessionId, valid);
      }
      case QuorumPacketType.SYNC:
        return this.#host.onSyncAnswered();
      default:
        return this.#refuse(packet, 'which no leader sends');
    }
  }

  /** DIFF, TRUNC or SNAP has come: history may follow. */
  get #isSynchronizing(): boolean {
    const { stage } = this;
    return stage !== 'discovery' && stage !== 'accepting' && stage !== 'acknowledged';
  }

  #refuse(packet: QuorumPacketDecoder, why: string): void {
    const what = `packet of type ${packet.type} in ${this.stage}: ${why}`;
    this.#link?.close('packet out of phase', what);
    this.leave(what);
  }

  // --- Discovery ----------------------------------------------------------------------------------

  #onLeaderInfo(packet: QuorumPacketDecoder): void {
    if (this.stage !== 'discovery') return this.#refuse(packet, 'the epoch is known');
    const { protocolVersion } = LeaderInfo.read(readerOf(packet));
    if (protocolVersion < QUORUM_PROTOCOL_VERSION) return this.#refuse(packet, 'an old protocol');
    const epoch = epochOf(Math.max(packet.zxid, 0));
    const { accepted } = this.#history.epochs;
    if (epoch < accepted) {
      return this.leave(`the leader's epoch ${epoch} is below the accepted ${accepted}`);
    }
    this.#epoch = epoch;
    this.stage = 'accepting';
    if (epoch > accepted) this.#history.saveAcceptedEpoch(epoch);
    else this.#sendAckEpoch(-1);
  }

  onEpochSaved(which: 'accepted' | 'current'): void {
    if (this.#isOver) return;
    if (which === 'accepted' && this.stage === 'accepting') {
      this.#sendAckEpoch(this.#history.epochs.current);
    }
    if (which === 'current' && this.stage === 'settling') this.#ackNewLeader();
  }

  /** -1: this epoch was accepted before, so that the answer must not count a second time. */
  #sendAckEpoch(currentEpoch: Epoch): void {
    assert(this.#history.epochs.accepted === this.#epoch, 'an epoch that is not on the disk');
    this.stage = 'acknowledged';
    this.#send(
      QuorumPacketType.ACKEPOCH,
      this.#history.lastZxid,
      encoded(AckEpoch, { currentEpoch }),
    );
  }

  #send(type: QuorumPacketType, zxid: Zxid, data: Uint8Array | null): void {
    const link = this.#link;
    if (link === null) return;
    writeQuorumPacket(link.writer, { type, zxid, data, authinfo: null });
  }

  // --- Synchronization ----------------------------------------------------------------------------

  #onSync(link: QuorumLink, packet: QuorumPacketDecoder): void {
    if (this.stage !== 'acknowledged') return this.#refuse(packet, 'no synchronization is due');
    const { zxid } = packet;
    // What it sets here would be our history, and no epoch of ours could ever hold it again.
    if (zxid < 0 || epochOf(zxid) > this.#epoch)
      return this.#refuse(packet, 'no zxid of its epoch');
    this.stage = 'synchronization';
    this.#syncZxid = zxid;
    this.#host.note('synchronizing with the leader', {
      leader: this.master,
      by: syncNames.get(packet.type) ?? '',
      zxid: describeZxid(zxid),
    });
    if (packet.type === QuorumPacketType.SNAP) {
      this.#snapshot = { stream: this.#history.beginSnapshot(), zxid };
    } else if (packet.type === QuorumPacketType.TRUNC && zxid < this.#history.lastZxid) {
      this.#isTruncating = true;
      link.pause();
      this.#history.truncate(zxid);
    }
  }

  #takeSnapshotBytes(link: QuorumLink): boolean {
    const { decoder } = link;
    const raw = decoder.takeRaw();
    if (raw === null || this.#snapshot === null) return false;
    const { stream, zxid } = this.#snapshot;
    decoder.consumeRaw(stream.push(raw.bytes, raw.start, raw.end));
    if (!stream.isDone) return true;
    this.#snapshot = null;
    this.#isAdopting = true;
    this.#snapshotZxid = zxid;
    this.#history.adoptSnapshot(stream, zxid);
    return true;
  }

  /** The leader's snapshot is on the disk. */
  onAdopted(): void {
    this.#isAdopting = false;
    this.onHistoryMoved();
  }

  onTruncated(): void {
    if (this.#isOver || !this.#isTruncating) return;
    this.#isTruncating = false;
    const { lastZxid } = this.#history;
    if (lastZxid !== this.#syncZxid) {
      // What the leader sends next does not follow. It knows better when it hears where this ends.
      const wanted = describeZxid(this.#syncZxid);
      return this.leave(
        `there is no ${wanted} to cut after; now it ends at ${describeZxid(lastZxid)}`,
      );
    }
    const link = this.#link;
    if (link === null) return;
    link.resume();
    this.#takePackets(link);
  }

  #onNewLeader(packet: QuorumPacketDecoder): void {
    if (this.stage !== 'synchronization') return this.#refuse(packet, 'nothing was synchronized');
    if (epochOf(packet.zxid) !== this.#epoch) return this.#refuse(packet, 'another epoch');
    if (this.#history.lastZxid < this.#syncZxid && counterOf(this.#syncZxid) > 0) {
      const ends = describeZxid(this.#history.lastZxid);
      return this.#refuse(
        packet,
        `the history ends at ${ends}, not ${describeZxid(this.#syncZxid)}`,
      );
    }
    const configText = packet.hasData ? decodeConfigText(packet.data) : '';
    if (configText !== '') this.#host.onLeaderConfig(configText);
    this.stage = 'settling';
    this.#settleZxid = this.#history.lastZxid;
    this.#maybeSettle();
  }

  /** The history first, then the epoch that says that it is whole. */
  #maybeSettle(): void {
    if (this.stage !== 'settling' || this.#isSavingEpoch || this.#isAdopting) return;
    if (this.#history.lastSynced < this.#settleZxid) return;
    if (this.#history.epochs.current === this.#epoch) return this.#ackNewLeader();
    this.#isSavingEpoch = true;
    this.#history.saveCurrentEpoch(this.#epoch);
  }

  #ackNewLeader(): void {
    assert(this.#history.epochs.current === this.#epoch, 'an epoch that is not on the disk');
    this.stage = 'ready';
    // What was committed when it was sent needs no ack, and one before this would be out of phase.
    this.#unacked = this.#pending.map(({ zxid }) => zxid);
    this.#ackEpoch();
    this.#ackSynced();
  }

  #ackEpoch(): void {
    if (this.#link !== null) writeAck(this.#link.writer, makeZxid(this.#epoch, 0));
  }

  #onUpToDate(packet: QuorumPacketDecoder): void {
    if (this.stage !== 'ready') return this.#refuse(packet, 'NEWLEADER is not acknowledged');
    this.stage = 'broadcast';
    this.#ackEpoch();
    this.#host.onEstablished(this.#epoch);
  }

  // --- Broadcast ----------------------------------------------------------------------------------

  #onProposal(packet: QuorumPacketDecoder): void {
    if (this.#isInSnapshot(packet.zxid)) return;
    const entry = this.#log(packet, packet.start);
    if (entry === null) return;
    this.#pending.push(entry);
    if (!this.isObserver) this.#unacked.push(entry.zxid);
  }

  /**
   * Java's leaders queue what is proposed before they begin with a snapshot, which then has it, too:
   * such entries, and their commits, are passed over.
   */
  #isInSnapshot(zxid: Zxid): boolean {
    return this.#isSynchronizing && this.stage !== 'broadcast' && zxid <= this.#snapshotZxid;
  }

  /** Puts the packet's entry into the log; null when the packet is out of phase or order. */
  #log(packet: QuorumPacketDecoder, start: number): LoggedEntry | null {
    const { zxid } = packet;
    if (!this.#isSynchronizing || epochOf(zxid) > this.#epoch) {
      const why = this.#isSynchronizing ? 'a later epoch' : 'nothing was synchronized';
      this.#refuse(packet, why);
      return null;
    }
    if (!follows(this.#history.lastZxid, zxid)) {
      const after = describeZxid(this.#history.lastZxid);
      this.#refuse(packet, `entry ${describeZxid(zxid)} does not follow ${after}`);
      return null;
    }
    const payload = this.#payloads.copy(packet.bytes, start, packet.end);
    const content = this.#host.decode({ zxid, payload });
    this.#history.append(zxid, payload);
    return { zxid, payload, content };
  }

  #onCommit(packet: QuorumPacketDecoder, designated: ServerId | null): LoggedEntry | null {
    const { zxid } = packet;
    const entry = this.#pending[0];
    if (this.#isInSnapshot(zxid)) return null;
    if (entry === undefined || entry.zxid !== zxid) {
      const wanted = entry === undefined ? 'nothing' : describeZxid(entry.zxid);
      this.#refuse(packet, `COMMIT of ${describeZxid(zxid)} where ${wanted} is next`);
      return null;
    }
    this.#pending.shift();
    this.#commit(entry, designated);
    return entry;
  }

  #onCommitAndActivate(packet: QuorumPacketDecoder): void {
    const { designatedLeader } = ActivatedConfig.read(readerOf(packet));
    const entry = this.#onCommit(packet, designatedLeader);
    if (entry !== null) this.#host.onActivated(entry, designatedLeader);
  }

  #onInformAndActivate(packet: QuorumPacketDecoder): void {
    const reader = readerOf(packet);
    const { designatedLeader } = ActivatedConfig.read(reader);
    const entry = this.#onInform(packet, reader.at);
    if (entry !== null) this.#host.onActivated(entry, designatedLeader);
  }

  /** The entry, when it is committed by this. */
  #onInform(packet: QuorumPacketDecoder, start: number): LoggedEntry | null {
    // What is not committed yet would be applied behind it.
    const isInOrder = this.#pending.length === 0;
    if (!this.isObserver || !isInOrder) {
      const why = isInOrder ? 'this server is no observer' : 'proposals are not committed yet';
      this.#refuse(packet, why);
      return null;
    }
    if (this.#isInSnapshot(packet.zxid)) return null;
    const entry = this.#log(packet, start);
    // An observer tells nobody who leads.
    if (entry !== null) this.#commit(entry, null);
    return entry;
  }

  #commit(entry: LoggedEntry, designated: ServerId | null): void {
    this.#history.committed(entry.zxid, entry.payload);
    this.#host.apply(entry, designated);
  }

  /** This server's disk has everything up to here, or a snapshot was finished. */
  onHistoryMoved(): void {
    if (this.#isOver) return;
    this.#maybeSettle();
    this.#ackSynced();
  }

  /** One ack for each entry, committed meanwhile or not: Java's leader counts them one by one. */
  #ackSynced(): void {
    if (this.stage !== 'ready' && this.stage !== 'broadcast') return;
    const through = this.#history.lastSynced;
    const link = this.#link;
    if (link === null || this.#unacked[0] === undefined || this.#unacked[0] > through) return;
    const left = this.#unacked.findIndex((zxid) => zxid > through);
    const ready = left < 0 ? this.#unacked : this.#unacked.slice(0, left);
    this.#unacked = left < 0 ? [] : this.#unacked.slice(left);
    for (const zxid of ready) writeAck(link.writer, zxid);
  }

  #onPing(link: QuorumLink, packet: QuorumPacketDecoder): void {
    if (!this.#isSynchronizing) return this.#refuse(packet, 'nothing is synchronized');
    const { zxid } = packet;
    const touched = this.stage === 'broadcast' ? this.#host.takeTouched() : [];
    writePing(link.writer, zxid, touched);
  }

  // --- What clients ask ---------------------------------------------------------------------------

  forward(request: RequestPacket): void {
    if (this.#link !== null) writeRequest(this.#link.writer, request);
  }

  revalidate(sessionId: bigint, timeoutMs: number): void {
    const data = encoded(SessionTimeout, { sessionId, timeOut: timeoutMs });
    this.#send(QuorumPacketType.REVALIDATE, -1, data);
  }

  // --- Time and end -------------------------------------------------------------------------------

  onTick(): void {
    if (this.#isOver) return;
    const { tickTimeMs, initLimitTicks, syncLimitTicks } = this.#options;
    if (this.#redialAtMs >= 0 && this.#nowMs >= this.#redialAtMs) {
      this.#redialAtMs = -1;
      this.#link = this.#host.dial();
    }
    const isLate = this.#nowMs - this.#startMs > initLimitTicks * tickTimeMs;
    if (this.stage === 'discovery' && isLate) {
      return this.leave('the leader does not answer in time');
    }
    const isSynced = this.stage === 'ready' || this.stage === 'broadcast';
    const ticks = isSynced ? syncLimitTicks : initLimitTicks;
    const isBusy = this.#isTruncating || this.stage === 'settling';
    if (!isBusy && this.#nowMs - this.#lastHeardMs > ticks * tickTimeMs) {
      this.leave('the leader is silent');
    }
  }

  /** Gives the role up. */
  leave(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#host.leave(reason);
  }

  /** The role ends. What is logged stays; what was being received is dropped. */
  end(reason: string): void {
    this.#isOver = true;
    this.#snapshot = null;
    this.#link?.close('the leader is not followed any more', reason);
  }
}

const syncNames: ReadonlyMap<number, string> = new Map([
  [QuorumPacketType.DIFF, 'DIFF'],
  [QuorumPacketType.TRUNC, 'TRUNC'],
  [QuorumPacketType.SNAP, 'SNAP'],
]);

/** The next of the same epoch, or the first of a later one. */
function follows(last: Zxid, next: Zxid): boolean {
  return next === last + 1 || (epochOf(next) > epochOf(last) && counterOf(next) === 1);
}
