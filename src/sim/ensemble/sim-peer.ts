/**
 * SimPeer: the driver of one member of the ensemble in virtual time. One object for the run; each
 * life of the server's process begins with `boot` and ends with `stop`, and the disk stays.
 */
import type { Prng } from '../../base/prng.ts';
import type { ServerId } from '../../base/server-id.ts';
import { counterOf, describeZxid } from '../../base/zxid.ts';
import { LeadingRole } from '../../core/leading-role.ts';
import { PeerHistory } from '../../core/peer-history.ts';
import type { PeerEvent, PeerMode } from '../../core/peer-role.ts';
import { QuorumPeer } from '../../core/quorum-peer.ts';
import type { RecoveryFailure } from '../../core/storage/recovery.ts';
import { QuorumPacketType } from '../../protocol/records/quorum.ts';
import { simAccess } from '../access.ts';
import { checkRecoveredState } from '../checkers/durability.ts';
import type { CrashKind } from '../disk/sim-disk.ts';
import type { QueuedEvent } from '../event-queue.ts';
import { streamOf } from '../named-streams.ts';
import { Violated } from '../violated.ts';
import { checkMemory } from './checkers/memory.ts';
import {
  type Committed,
  checkPromise,
  checkVote,
  type LinkFacts,
  syncTargetOf,
} from './checkers/promises.ts';
import { HistoryWatch } from './history-watch.ts';
import { ConfigFiles } from './members/config-files.ts';
import type { ElectionPort } from './net/election-net.ts';
import type { TappedPacket } from './net/packet-tap.ts';
import { PeerClock } from './peer-clock.ts';
import { PeerDisk } from './peer-disk.ts';
import { PeerLinks } from './peer-links.ts';
import { ServedClients } from './served-clients.ts';
import { SessionWatch } from './session-watch.ts';
import type { Surroundings } from './surroundings.ts';

const RATES = [0.5, 0.9, 1, 1.1, 2] as const;
const TICK_US_MIN = 500;

export class SimPeer implements ElectionPort {
  readonly sid: ServerId;
  readonly clock: PeerClock;
  readonly links: PeerLinks;
  readonly clients: ServedClients;
  readonly sessions: SessionWatch;
  readonly files: ConfigFiles;
  disk: PeerDisk;
  life = 0;
  peer: QuorumPeer | null = null;
  /** What this server has promised to have on its disk, whatever happens. */
  promisedZxid = 0;
  /** Its disk was lost, and it has not been brought up to date since. */
  wasWiped = false;
  readonly #world: Surroundings;
  readonly #prng: Prng;
  #watch: HistoryWatch | null = null;
  #isDiskTurnPlanned = false;
  #tick: QueuedEvent | null = null;
  #pausedUntilUs = 0;
  #late: { readonly label: string; readonly action: (peer: QuorumPeer) => void }[] = [];
  #isMemoryChecked = false;
  #hasHadRole = false;
  #lastStop: CrashKind = 'powerLoss';
  #generation = 0;

  constructor(world: Surroundings, sid: ServerId) {
    this.#world = world;
    this.sid = sid;
    this.files = new ConfigFiles(world.members);
    this.#prng = streamOf(world.config.seed, `peer ${sid}`);
    this.clock = new PeerClock(
      world.clock,
      world.config.faults.clockRates ? this.#prng.pick(RATES) : 1,
    );
    this.disk = this.#makeDisk();
    const shared = {
      sid,
      at: world.at,
      trace: (text: string) => this.#trace(text),
      step: (label: string, action: (peer: QuorumPeer) => void) => this.step(label, action),
    };
    this.links = new PeerLinks({
      ...shared,
      onSent:
        world.watcher.onPacket &&
        ((to, packet) => world.watcher.onPacket?.({ from: sid, to }, packet)),
      onSending: (packet, facts) => this.#onSending(packet, facts),
      onReceived: (packet) => this.sessions.onPacket(packet),
    });
    const { witness, hooks } = world;
    this.clients = new ServedClients({
      ...shared,
      witness,
      hooks,
      hasLocalSessions: world.config.server.requests.localSessionsEnabled === true,
      isKnown: (session) => this.peer?.history.database.sessionsWithTimeouts.has(session) === true,
      soon: (label, action) => world.queue.add(world.clock.nowUs + 1, label, action),
      onHeard: (session) => this.sessions.onHeard(session),
      onShown: (session) => this.sessions.onShown(session),
    });
    this.sessions = new SessionWatch(this.clock, world.history);
  }

  get isListening(): boolean {
    return this.peer !== null;
  }

  get mode(): PeerMode | null {
    return this.peer?.mode ?? null;
  }

  /** It has a leader, or is one. */
  get isServing(): boolean {
    return this.mode !== null && this.mode !== 'read-only';
  }

  get lastLogged(): number {
    return Math.max(0, this.peer?.history.lastZxid ?? 0);
  }

  get lastZxid(): number {
    return this.peer?.history.database.tree.lastProcessedZxid ?? 0;
  }

  // --- Lives --------------------------------------------------------------------------------------

  #makeDisk(): PeerDisk {
    const disk = new PeerDisk(this.#world, this.sid, this.#generation++);
    disk.sim.onDone = (op, done) => {
      const seen = this.#world.hooks.done?.(op, done) ?? done;
      disk.noteDurable();
      if (this.peer === null) return;
      if (op.lane === 'epoch') this.#noteEpochs(disk);
      this.step(`${op.lane} ${op.kind} ${done.ok ? 'ok' : done.code}`, (peer) => {
        peer.onDiskDone(seen);
      });
    };
    return disk;
  }

  #noteEpochs(disk: PeerDisk): void {
    const { epochs } = disk;
    disk.noteEpochs(epochs);
    this.#world.epochs.onDisk(this.sid, epochs);
  }

  /** Recovers from the disk as it is, and begins a life. False when that is damaged, and it says so. */
  boot(): boolean {
    const { config, hooks } = this.#world;
    const { server, zab, election, standaloneEnabled, readOnlyModeEnabled } = config;
    const { current, lastSeen } = this.files;
    const requests = { ...server.requests, serverId: this.sid };
    const recovered = PeerHistory.recover({
      options: { ...server, requests },
      prng: this.#prng.fork(),
      reader: hooks.reader?.(this.disk.sim) ?? this.disk.sim,
      recovery: this.disk.recoveryOptions,
    });
    if (!recovered.ok) return this.#onRefused(recovered);
    const { history } = recovered;
    this.#checkRecovered(history, recovered.digestMismatches);
    this.disk.sim.journal.settle(Math.max(0, history.lastZxid));
    // What a power failure has left is there for good.
    if (this.#lastStop === 'powerLoss') this.disk.rebase(Math.max(0, history.lastZxid));
    this.#noteEpochs(this.disk);
    this.life++;
    hooks.onHistory?.(history, this.sid);
    const now = this.clock.now();
    const prng = streamOf(config.seed, `masters ${this.sid} ${this.life}`);
    const options = {
      requests,
      observerMaster: config.observerMaster,
      observerReconnectDelayMs: config.observerReconnectDelayMs,
      zab: { ...zab, myid: this.sid },
      election: { ...election, myid: this.sid, isVoter: !current.observers.has(this.sid) },
      standaloneEnabled,
      readOnlyModeEnabled,
    };
    const parts = { options, config: current, lastSeen, history, access: simAccess(), now, prng };
    const peer = new QuorumPeer(parts);
    this.#noteDesignated(peer);
    this.#watch = this.#watchHistory(history);
    hooks.onPeer?.(peer, this.sid);
    this.peer = peer;
    this.#hasHadRole = false;
    // Then it has just been made of what is on stable storage.
    this.#isMemoryChecked = this.#lastStop === 'powerLoss';
    this.#trace(`boot ${this.life} at ${describeZxid(history.lastZxid)}`);
    this.step('start', () => peer.start());
    return true;
  }

  /** D4, D5: only after damage, and saying where. */
  #onRefused({ file, offset, reason }: RecoveryFailure): false {
    const message = `server ${this.sid} refuses to start: ${file} at ${offset}: ${reason}`;
    this.#trace(message);
    if (!this.disk.isRotten || file === '' || reason === '') throw Violated.of('L6', message);
    this.#world.count('refused starts');
    return false;
  }

  #checkRecovered(history: PeerHistory, mismatches: readonly number[]): void {
    const lastZxid = Math.max(0, history.lastZxid);
    const { witness } = this.#world;
    if (mismatches.length > 0) {
      throw Violated.of('P18', `server ${this.sid}: digest mismatches at ${mismatches}`);
    }
    if (lastZxid > 0 && witness.txn(lastZxid) === undefined) {
      throw Violated.of(
        'P5',
        `server ${this.sid} recovers ${describeZxid(lastZxid)}, which never was`,
      );
    }
    if (!witness.isIn(this.promisedZxid, lastZxid)) {
      const message = `server ${this.sid} recovers ${describeZxid(lastZxid)} and had promised ${describeZxid(this.promisedZxid)}`;
      throw Violated.of('D2', message);
    }
    witness.onState(this.sid, lastZxid, history.database.tree.digest.toBigInt());
    if (this.disk.isRotten && witness.isCommitted(lastZxid)) this.#checkWhole(history, lastZxid);
  }

  /** Whatever is damaged, nothing of what it starts with is. */
  #checkWhole({ database }: PeerHistory, zxid: number): void {
    this.#world.count('starts with rot');
    const facts = { zxid, digestEnabled: false };
    const found = checkRecoveredState(
      { database, digestMismatches: [] },
      this.#world.witness.model,
      facts,
    );
    if (found.length > 0) throw new Violated(found);
  }

  #watchHistory(history: PeerHistory): HistoryWatch {
    const { witness, at, clock } = this.#world;
    return new HistoryWatch({
      sid: this.sid,
      witness,
      history,
      at,
      nowUs: () => clock.nowUs,
      onApplied: (zxid) => this.#onApplied(zxid),
      onReplaced: (zxid) => {
        this.disk.isUnproven = true;
        this.disk.rebase(zxid);
      },
      isSafeWithout: (zxid) => this.#world.isSafeWithout(this, zxid),
      canCut: (zxid) => this.disk.canCut(zxid),
      onCut: (zxid) => {
        this.promisedZxid = witness.commonAncestor(this.promisedZxid, zxid);
        this.disk.sim.journal.cutTo(witness.commonAncestor(this.lastLogged, zxid));
        this.#world.count('cuts');
      },
    });
  }

  /** The process is gone, in the middle of whatever it did. */
  stop(kind: CrashKind): void {
    if (this.peer === null) return;
    this.#world.timeline.onLeadingEnd(this.sid, this.#world.at());
    const isSilent = kind === 'powerLoss' && this.#prng.chance(0.5);
    this.peer = null;
    this.#watch = null;
    this.#isDiskTurnPlanned = false;
    if (this.#tick !== null) this.#tick.isCancelled = true;
    this.#tick = null;
    this.#pausedUntilUs = 0;
    this.#late = [];
    this.clients.cutAll();
    this.links.abandonAll(isSilent);
    this.#world.electionNet.forget(this.sid, isSilent);
    this.disk.sim.crash(kind);
    if (kind === 'powerLoss') this.files.onCrash(this.clock.nowUs);
    this.#lastStop = kind;
  }

  /** The disk is lost; the server comes back with an empty one. */
  wipe(): void {
    const { highest } = this.disk;
    this.disk = this.#makeDisk();
    this.disk.highest = highest;
    this.wasWiped = true;
    this.promisedZxid = 0;
    this.#world.epochs.onWiped(this.sid);
  }

  /** The event loop stands still: nothing is heard, and no timer fires. */
  pause(us: number): void {
    if (this.#late.length > 0 || this.peer === null) return;
    this.#pausedUntilUs = this.clock.nowUs + us;
  }

  wake(): void {
    this.#pausedUntilUs = 0;
    this.#goOn();
  }

  shutdown(): void {
    this.step('shutdown', (peer) => peer.shutdown());
  }

  // --- ElectionPort -------------------------------------------------------------------------------

  onPeerUp(sid: ServerId): void {
    this.step(`election up ${sid}`, (peer) => peer.electionPeerUp(sid));
  }

  onPeerDown(sid: ServerId): void {
    this.step(`election down ${sid}`, (peer) => peer.electionPeerDown(sid));
  }

  onMessage(from: ServerId, bytes: Uint8Array): void {
    this.step(`notification from ${from}`, (peer) => peer.receiveNotification(from, bytes));
  }

  // --- The loop of a driver -----------------------------------------------------------------------

  step(label: string, action: (peer: QuorumPeer) => void): void {
    const { peer } = this;
    if (peer === null) return;
    if (this.clock.nowUs < this.#pausedUntilUs) {
      if (this.#late.length === 0) {
        this.#world.queue.add(this.#pausedUntilUs, 'goes on', () => this.#goOn());
      }
      this.#late.push({ label, action });
      return;
    }
    this.#trace(label);
    peer.setNow(this.clock.now());
    action(peer);
    this.#watch?.followDatabase();
    this.#leave(peer);
  }

  #goOn(): void {
    if (this.clock.nowUs < this.#pausedUntilUs) return;
    const late = this.#late;
    this.#late = [];
    for (const { label, action } of late) this.step(label, action);
  }

  #leave(peer: QuorumPeer): void {
    this.clients.leave(peer);
    this.links.leave(peer);
    for (const { to, bytes } of peer.takeNotifications()) this.#sendNotification(peer, to, bytes);
    for (const event of peer.takeEvents()) {
      this.#onEvent(peer, event);
      if (this.peer !== peer) return;
    }
    this.#planDiskTurn();
    this.#planTick(peer);
  }

  #sendNotification(peer: QuorumPeer, to: ServerId, bytes: Uint8Array): void {
    if (peer.state === 'LOOKING') this.#checkMemoryOnce(peer);
    checkVote(this.disk, bytes);
    this.#world.votes.onSent(this.sid, bytes);
    this.#world.electionNet.send(this.sid, to, bytes);
  }

  #onEvent(peer: QuorumPeer, event: PeerEvent): void {
    this.#world.watcher.onEvent?.(this.sid, event);
    switch (event.kind) {
      case 'dial':
        this.links.expect(event.link, event.sid);
        return this.#world.dial(this, event.link, event);
      case 'state':
        this.#trace(`${event.state} ${event.leader ?? ''}`);
        this.#world.timeline.onLeadingEnd(this.sid, this.#world.at());
        if (event.state === 'LOOKING' && this.#hasHadRole) this.#isMemoryChecked = false;
        if (event.state === 'LOOKING') return;
        this.#hasHadRole = true;
        this.#checkElected(peer);
        return this.#checkMemoryOnce(peer);
      case 'serving':
        return this.#onServing(peer, event.mode, event.epoch);
      case 'configSeen':
        this.#trace(`config ${describeZxid(event.config.version)} seen`);
        return this.files.onSeen(event.config, this.clock.nowUs);
      case 'configActivated':
        this.#trace(`config ${describeZxid(event.config.version)} counts`);
        this.files.onActivated(event.config, this.clock.nowUs);
        return this.#world.onConfigActivated(this, event.config.version);
      case 'note':
        if ('by' in event.facts)
          this.#world.count(`${event.facts['by']} ${event.message.split(' ')[1]}`);
        return this.#trace(`${event.message} ${JSON.stringify(event.facts)}`);
      case 'failed':
      case 'closed':
        return this.#world.onPeerEnd(this, event.kind);
      default:
        this.#trace(`event ${event.kind}`);
    }
  }

  /** Whom a reconfiguration says to follow nobody has voted for. */
  #isDesignated = false;

  #noteDesignated({ election }: QuorumPeer): void {
    const designate = election.designate.bind(election);
    election.designate = (leader, zxid) => {
      this.#isDesignated = true;
      designate(leader, zxid);
    };
  }

  #checkElected({ election, configs }: QuorumPeer): void {
    const { result } = election;
    const isDesignated = this.#isDesignated;
    this.#isDesignated = false;
    if (isDesignated) this.#world.count('designated');
    else if (result !== null) this.#world.votes.onElected(this.sid, result.vote, configs.quorums);
  }

  #checkMemoryOnce(peer: QuorumPeer): void {
    if (this.#isMemoryChecked) return;
    this.#isMemoryChecked = true;
    this.#world.count('memory checks');
    const { witness, epochs } = this.#world;
    checkMemory(peer.history, this.disk, witness);
    // Also what a recovery has made durable by itself is known to be there now.
    this.disk.rebase(Math.max(0, peer.history.lastZxid));
    this.#noteEpochs(this.disk);
    epochs.onVoting(this.sid, peer.history.epochs.current, peer.history.lastZxid);
    this.#world.onVoting(this);
  }

  #onServing(peer: QuorumPeer, mode: PeerMode, epoch: number): void {
    this.#trace(`serving as ${mode} in epoch ${epoch}`);
    this.#world.count(`serving ${mode}`);
    if (mode === 'read-only') return;
    const { witness } = this.#world;
    this.wasWiped = false;
    this.sessions.onServing(peer, mode);
    if (mode === 'leader') return this.#world.onLeading(this, epoch);
    const { lastProcessedZxid } = peer.history.database.tree;
    // The role may be over in the same step, and what was proposed applied.
    if (peer.mode === null || witness.isCommitted(lastProcessedZxid)) return;
    const message = `server ${this.sid} serves ${describeZxid(lastProcessedZxid)}, not committed`;
    throw Violated.of('P10', message);
  }

  #onApplied(zxid: number): void {
    const { peer } = this;
    if (peer?.state === 'LEADING') return this.#world.onCommitted(this, zxid);
    if (peer === null || peer.mode === null) return;
    if (this.#world.witness.isCommitted(zxid)) return;
    throw Violated.of('P16', `server ${this.sid} applies ${describeZxid(zxid)}, not committed`);
  }

  #onSending(packet: TappedPacket, facts: LinkFacts): void {
    const { peer } = this;
    if (peer === null) return;
    if (facts.syncTarget < 0) facts.syncTarget = syncTargetOf(packet, committedBy(peer));
    const hadAcked = facts.hasAckedNewLeader;
    checkPromise(this.disk, packet, facts);
    if (packet.type !== QuorumPacketType.ACK) return;
    const isFirst = !hadAcked && facts.hasAckedNewLeader;
    const promised = isFirst ? facts.syncTarget : packet.zxid;
    if (counterOf(promised) > 0) this.promise(promised);
  }

  /** Others count on this server to have it, if its disk has it now. */
  promise(zxid: number): void {
    if (zxid <= this.disk.through) this.promisedZxid = Math.max(this.promisedZxid, zxid);
  }

  #planTick(peer: QuorumPeer): void {
    const us = Math.max(TICK_US_MIN, this.clock.usOf(peer.nextTickMs()));
    const dueUs = this.clock.nowUs + us;
    if (this.#tick !== null) {
      if (this.#tick.timeUs <= dueUs) return;
      this.#tick.isCancelled = true;
    }
    this.#tick = this.#world.queue.add(dueUs, 'tick', () => {
      this.#tick = null;
      this.step('tick', (each) => each.tick());
    });
  }

  /** As in a real driver: everything that arrives in one turn goes into one write of the log. */
  #planDiskTurn(): void {
    if (this.#isDiskTurnPlanned) return;
    this.#isDiskTurnPlanned = true;
    const { clock, queue } = this.#world;
    const { life } = this;
    queue.add(clock.nowUs + this.#prng.pick([0, 0, 20, 300]), 'disk turn', () => {
      const { peer } = this;
      if (this.life !== life || peer === null) return;
      this.#isDiskTurnPlanned = false;
      const ops = peer.takeDiskOps();
      for (const op of ops) {
        this.#trace(`start ${op.lane} ${op.kind} ${'name' in op ? op.name : ''}`);
      }
      this.disk.sim.start(this.#world.hooks.ops?.(ops, peer) ?? ops);
    });
  }

  #trace(text: string): void {
    this.#world.trace.add(this.#world.clock.nowUs, `${this.sid} ${text}`);
  }
}

function committedBy({ role, database }: QuorumPeer): Committed {
  if (role instanceof LeadingRole) return { through: role.leader.lastCommitted, isLeading: true };
  return { through: database.tree.lastProcessedZxid, isLeading: false };
}
