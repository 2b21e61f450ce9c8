/**
 * QuorumPeer: a member of an ensemble, as a machine: composition only. It has a history, which
 * stays; an election, which always listens; and exactly one role at a time. The server's shell and
 * the simulator drive it alike: inputs in, then everything that is to be taken out.
 *
 *   LOOKING ─▶ (history on the disk, memory equal to it) ─▶ election ─▶ LEADING
 *      ▲                                                            ├─▶ FOLLOWING
 *      └─────────────── the role is over ◀──────────────────────────┴─▶ OBSERVING
 *
 * A vote never claims what a crash could take back: the election begins when all that was logged is
 * on the disk and, committed or not, in the tree.
 */
import { assert } from '../base/assert.ts';
import type { Now } from '../base/now.ts';
import { Prng } from '../base/prng.ts';
import type { ServerId } from '../base/server-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { type Epoch, epochOf } from '../base/zxid.ts';
import { encodeNotification, readNotification } from '../protocol/records/election.ts';
import { decodeConfigText, encodeConfigText } from '../protocol/records/quorum.ts';
import { LeadingRole } from './leading-role.ts';
import { LearningRole } from './learning-role.ts';
import { LookingRole } from './looking-role.ts';
import { decodePayload } from './payload.ts';
import { type PeerFigures, peerFigures } from './peer-figures.ts';
import type { HistoryEvent, PeerHistory } from './peer-history.ts';
import type {
  PeerEvent,
  PeerGround,
  PeerMode,
  PeerOptions,
  PeerRole,
  PeerState,
} from './peer-role.ts';
import { ReadOnlyServer } from './read-only-server.ts';
import { RefusalCounts } from './refusal-counts.ts';
import type { AccessRules } from './requests/auth-provider.ts';
import type { ClientConnection, RemoteAddress } from './requests/client-connection.ts';
import { ServerStats } from './requests/connection-stats.ts';
import type { RequestProcessor, SessionKind } from './requests/request-processor.ts';
import type { ServerDatabase } from './requests/server-database.ts';
import type { SessionTracker } from './sessions/session-tracker.ts';
import type { DiskDone, DiskOp } from './storage/disk.ts';
import { type ElectionOptions, FastLeaderElection } from './zab/election/fast-leader-election.ts';
import { versionOfConfigText } from './zab/members/config-text.ts';
import type { EnsembleConfig } from './zab/members/ensemble-config.ts';
import { EnsembleConfigs } from './zab/members/ensemble-configs.ts';
import { QuorumOracle } from './zab/members/quorum-oracle.ts';
import type { QuorumVerifier } from './zab/members/quorum-verifier.ts';
import { ObserverMasterList } from './zab/observing/observer-master-list.ts';
import { type LinkRemote, QuorumLink } from './zab/quorum-link.ts';
import type { Entry } from './zab/zab-history.ts';

export interface PeerParts {
  readonly options: PeerOptions & { readonly election: ElectionOptions };
  readonly config: EnsembleConfig;
  /** Proposed and perhaps not committed, from `.dynamic.next`. */
  readonly lastSeen?: EnsembleConfig | null;
  readonly history: PeerHistory;
  readonly access: AccessRules;
  readonly now: Now;
  /** Of two voters: whether this one may go on alone (`oraclePath`). Absent is never. */
  readonly askOracle?: (() => boolean) | null;
  /** Chooses among observer masters. Absent is always the same. */
  readonly prng?: Prng;
  readonly admitSession?: (kind: SessionKind) => boolean;
  /** Where counting has begun. Absent: it begins now. */
  readonly stats?: ServerStats;
}

export interface NotificationBytes {
  readonly to: ServerId;
  readonly bytes: Uint8Array;
}

/** What a packet may have beyond the longest request. */
const PACKET_BYTES_EXTRA = 65_536;
/** A clean stop of a leader waits this many ticks for what is on its way. */
const HAND_OVER_TICKS = 2;

const ANOMALIES = {
  ownSid: 'another server has the same myid',
  unknownLeader: 'a vote for a server that is no voter',
  roundTooHigh: 'a vote of a round that no election reaches',
} as const;

export class QuorumPeer {
  readonly history: PeerHistory;
  readonly election: FastLeaderElection;
  readonly options: PeerOptions;
  readonly configs: EnsembleConfigs;
  readonly stats: ServerStats;
  readonly #refusals = new RefusalCounts();
  readonly #closings = new RefusalCounts();
  readonly #ground: PeerGround;
  #role: PeerRole = new LookingRole();
  #now: Now;
  #mode: PeerMode | null = null;
  /** Logged in the last role, and not in the tree yet. */
  #unapplied: Entry[] = [];
  #isElecting = false;
  /** The role has ended in the middle of a step; the next begins when the step is done. */
  #lookReason: string | null = null;
  /** Who leads next by a reconfiguration, without an election. */
  #designated: ServerId | null = null;
  #lookingSinceMs = 0;
  #stopByMs: number | null = null;
  #isStopped = false;
  #events: PeerEvent[] = [];
  #dirtyLinks: QuorumLink[] = [];
  #lastLinkId = 0;
  /** Of roles that are over: their last replies are still to be sent. */
  #ended: RequestProcessor[] = [];

  constructor(parts: PeerParts) {
    const { options, history, access, admitSession, askOracle = null } = parts;
    const oracle = askOracle === null ? null : new QuorumOracle(options.zab.myid, askOracle);
    this.options = options;
    this.stats = parts.stats ?? new ServerStats();
    this.stats.ensemble.isMember = true;
    this.history = history;
    this.configs = new EnsembleConfigs({
      current: parts.config,
      lastSeen: parts.lastSeen,
      isDynamic: options.requests.reconfigEnabled === true,
      standaloneEnabled: options.standaloneEnabled !== false,
      oracle,
    });
    this.#now = parts.now;
    this.election = new FastLeaderElection({ ...options.election, oracle }, parts.config);
    if (this.configs.isPending) this.#onConfigsChanged();
    const observerMasters = new ObserverMasterList(
      {
        isEnabled: (options.observerMaster ?? null) !== null,
        reconnectDelayMs: options.observerReconnectDelayMs ?? 0,
      },
      parts.prng ?? new Prng(options.zab.myid),
    );
    this.#ground = this.#createGround({ access, admitSession, observerMasters });
  }

  #createGround(
    given: Pick<PeerGround, 'access' | 'admitSession' | 'observerMasters'>,
  ): PeerGround {
    const peer = this;
    return {
      ...given,
      options: this.options,
      history: this.history,
      configs: this.configs,
      stats: this.stats,
      get now() {
        return peer.#now;
      },
      emit: (event) => this.#events.push(event),
      openLink: (sid, isObserverMaster) => this.#openLink(sid, isObserverMaster),
      look: (reason) => {
        this.#lookReason ??= reason;
      },
      seeConfig: (config) => this.#seeConfig(config),
      activateConfig: (config) => this.#activateConfig(config),
      designate: (leader) => {
        this.#designated = leader;
      },
      showConfig: () => this.#showConfig(),
      onServing: (mode, epoch) => this.#onServing(mode, epoch),
      onReadOnly: () => this.#onReadOnly(),
    };
  }

  // --- What the driver sees -----------------------------------------------------------------------

  get state(): PeerState {
    return this.#role.state;
  }

  get verifier(): QuorumVerifier {
    return this.configs.current;
  }

  /** Null while clients are not served. */
  get mode(): PeerMode | null {
    return this.#mode;
  }

  get isServing(): boolean {
    return this.#mode !== null;
  }

  get database(): ServerDatabase {
    return this.history.database;
  }

  /** Null unless it leads: no other server expires sessions. */
  get sessions(): SessionTracker | null {
    return this.#role instanceof LeadingRole ? this.#role.sessions : null;
  }

  get figures(): PeerFigures {
    return peerFigures({
      role: this.#role,
      config: this.configs.current,
      myid: this.options.zab.myid,
      now: this.#now,
    });
  }

  /** Notifications that were none and odd votes, by reason. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals.byReason;
  }

  /** Ended links, by reason. */
  get closings(): ReadonlyMap<string, number> {
    return this.#closings.byReason;
  }

  get role(): PeerRole {
    return this.#role;
  }

  get processor(): RequestProcessor | null {
    return this.#mode === null ? null : this.#role.processor;
  }

  /** In how many milliseconds `tick` is wanted at the latest. */
  nextTickMs(): number {
    const { tickTimeMs } = this.options.zab;
    let ms = Math.max(5, tickTimeMs / 8);
    for (const deadlineMs of [this.election.deadlineMs, this.#role.deadlineMs, this.#stopByMs]) {
      if (deadlineMs !== null) ms = Math.min(ms, deadlineMs - this.#now.monotonicMs);
    }
    return Math.max(0, ms);
  }

  takeEvents(): readonly PeerEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  takeDiskOps(): readonly DiskOp[] {
    return this.history.takeDiskOps();
  }

  takeDirty(): readonly ClientConnection[] {
    const dirty = [...this.#ended.flatMap((processor) => processor.output.takeDirty())];
    this.#ended = [];
    if (this.#role.processor !== null) dirty.push(...this.#role.processor.output.takeDirty());
    return dirty;
  }

  /** The output is sent or copied. */
  release(connection: ClientConnection): void {
    const processor = this.#role.processor;
    if (processor?.connections.has(connection)) processor.output.release(connection);
    else connection.output = null;
  }

  /** Connections that may be read from again. */
  takeResumed(): readonly ClientConnection[] {
    return this.#role.processor?.takeResumed() ?? [];
  }

  takeDirtyLinks(): readonly QuorumLink[] {
    const links = this.#dirtyLinks;
    if (links.length > 0) this.#dirtyLinks = [];
    return links;
  }

  takeNotifications(): readonly NotificationBytes[] {
    return this.election.takeMessages().map(({ to, notification }) => ({
      to,
      bytes: encodeNotification(notification),
    }));
  }

  // --- Time and disk ------------------------------------------------------------------------------

  setNow(now: Now): void {
    this.#now = now;
    this.#role.setNow(now);
  }

  start(): void {
    this.#onLooking();
    this.#endStep();
  }

  #onLooking(): void {
    this.#lookingSinceMs = this.#now.monotonicMs;
    this.stats.ensemble.lookingCount++;
    this.#events.push({ kind: 'state', state: 'LOOKING', leader: null });
  }

  tick(): void {
    const { monotonicMs } = this.#now;
    this.history.onTick();
    const { deadlineMs } = this.election;
    if (deadlineMs !== null && monotonicMs >= deadlineMs) this.election.onTimer(monotonicMs);
    this.election.reconsider(monotonicMs);
    this.#role.onTick();
    this.#endStep();
  }

  /**
   * At once, as if its client had been silent for too long. False when there is no such session, or
   * another server expires it: the leader, or whoever has it as a local one.
   */
  expireSession(id: SessionId): boolean {
    const isExpired = this.#role.expireSession(id);
    this.#endStep();
    return isExpired;
  }

  onDiskDone(done: DiskDone): void {
    for (const event of this.history.onDiskDone(done)) this.#onHistoryEvent(event);
    this.#endStep();
  }

  #onHistoryEvent(event: HistoryEvent): void {
    this.#role.onHistoryEvent(event);
    switch (event.kind) {
      case 'epochSaved':
      case 'truncated':
      case 'adopted':
      case 'ready':
        return;
      case 'snapshotStarted':
        this.stats.snapshotStarted(event.zxid, this.#now.monotonicMs);
        break;
      case 'snapshotDone':
        this.stats.snapshotDone(event.zxid, this.#now.monotonicMs);
        break;
      case 'synced':
        this.stats.countSync(event.through, event.durationMs);
    }
    this.#events.push(event);
  }

  takeSnapshot(): boolean {
    if (!this.history.takeSnapshot()) return false;
    const zxid = this.history.database.tree.lastProcessedZxid;
    this.stats.snapshotStarted(zxid, this.#now.monotonicMs);
    this.#events.push({ kind: 'snapshotStarted', zxid });
    return true;
  }

  purge(): boolean {
    return this.history.purge();
  }

  // --- Election -----------------------------------------------------------------------------------

  /** Why it is none, which ends the connection that it came on, or null. */
  receiveNotification(from: ServerId, bytes: Uint8Array): string | null {
    const read = readNotification(bytes);
    if (read.kind === 'ignored') {
      const reason = `notification: ${read.reason}`;
      this.#refuse(reason, { from });
      return reason;
    }
    if (read.config !== null) this.#learnConfig(from, read.config);
    this.election.onNotification(this.#now.monotonicMs, from, read);
    for (const { kind, notification } of this.election.takeAnomalies()) {
      this.#refuse(ANOMALIES[kind], { from, leader: notification.leader });
    }
    this.#endStep();
    return null;
  }

  #refuse(reason: string, facts: Readonly<Record<string, string | number>>): void {
    const count = this.#refusals.add(reason);
    if (count !== null) this.#note(reason, { ...facts, count });
  }

  electionPeerUp(sid: ServerId): void {
    this.election.onPeerUp(sid);
    this.#endStep();
  }

  electionPeerDown(sid: ServerId): void {
    this.election.onPeerDown(sid);
    this.#endStep();
  }

  // --- Links --------------------------------------------------------------------------------------

  acceptLink(remote: LinkRemote): QuorumLink {
    const link = this.#createLink(remote);
    this.#role.onLinkAccepted(link);
    this.#endStep();
    return link;
  }

  /** Somebody has connected to the observer master port. */
  acceptObserver(remote: LinkRemote): QuorumLink {
    const link = this.#createLink(remote);
    this.#role.onObserverAccepted(link);
    this.#endStep();
    return link;
  }

  linkOpened(link: QuorumLink): void {
    this.#role.onLinkUp(link);
    this.#endStep();
  }

  linkClosed(link: QuorumLink): void {
    link.close('closed by the other side');
    this.#role.onLinkDown(link);
    this.#endStep();
  }

  linkDrained(link: QuorumLink): void {
    this.#role.onLinkDrained(link);
    this.#endStep();
  }

  receiveLink(link: QuorumLink, chunk: Uint8Array): void {
    if (link.isClosing) return;
    this.#role.receive(link, chunk);
    this.#endStep();
  }

  #openLink(sid: ServerId, isObserverMaster: boolean): QuorumLink {
    const link = this.#createLink({ address: `server ${sid}`, port: 0 });
    this.#events.push({ kind: 'dial', link, sid, isObserverMaster });
    return link;
  }

  #createLink(remote: LinkRemote): QuorumLink {
    const packetBytesMax = this.options.requests.frameBytesMax + PACKET_BYTES_EXTRA;
    const id = ++this.#lastLinkId;
    const owner = {
      onDirty: (dirty: QuorumLink) => this.#dirtyLinks.push(dirty),
      // The driver says it in the log, with the address.
      onClosing: ({ closeReason }: QuorumLink) => this.#closings.add(closeReason ?? ''),
    };
    return new QuorumLink(owner, { id, remote, packetBytesMax });
  }

  // --- Clients ------------------------------------------------------------------------------------

  /** Only while clients are served. */
  connect(remote: RemoteAddress): ClientConnection {
    const { processor } = this;
    assert(processor !== null, 'clients are not served');
    return processor.connect(remote);
  }

  receive(connection: ClientConnection, chunk: Uint8Array): void {
    if (connection.isClosing) return;
    this.#role.processor?.receive(connection, chunk);
    this.#endStep();
  }

  continue(connection: ClientConnection): void {
    if (connection.isClosing) return;
    this.#role.processor?.continue(connection);
    this.#endStep();
  }

  disconnect(connection: ClientConnection): void {
    const processor = this.#role.processor;
    if (processor?.connections.has(connection)) processor.disconnect(connection);
  }

  // --- Roles --------------------------------------------------------------------------------------

  /** After each input: whatever it has made due. Bounded: each turn ends a role or begins one. */
  #endStep(): void {
    if (this.#role.state !== 'LOOKING' && this.election.isRevoked) {
      if (this.#role.state === 'LEADING') this.stats.ensemble.disloyalVoterCount++;
      this.#lookReason ??= 'those who voted for the leader have changed their minds';
    }
    if (this.#lookReason !== null) this.#becomeLooking(this.#lookReason);
    if (this.#stopByMs !== null) this.#maybeStop(this.#stopByMs);
    if (this.#role.state === 'LOOKING' && !this.#isStopped) this.#maybeElect();
    if (this.#isElecting && this.election.result !== null) this.#onElected();
  }

  #becomeLooking(reason: string): void {
    this.#lookReason = null;
    this.#note('the role ends', { state: this.#role.state, reason });
    this.#endRole(reason);
    this.#isElecting = false;
    this.election.leaveRole();
    this.#role = new LookingRole();
    this.#onLooking();
  }

  #endRole(reason: string): void {
    this.#mode = null;
    this.#unapplied.push(...this.#role.end(reason));
    if (this.configs.oracle !== null) this.configs.oracle.hasFollower = false;
    if (this.#role.processor !== null) this.#ended.push(this.#role.processor);
  }

  /** Memory must be what a crash would leave, and that be whole, before anybody hears of it. */
  #maybeElect(): void {
    const { history } = this;
    if (this.#isElecting || this.#stopByMs !== null || !history.isSettled) return;
    this.#applyLeft();
    this.#seeLoggedConfig();
    const epoch = epochOf(history.lastZxid);
    if (epoch > history.epochs.current) {
      // Synchronization was cut off between the history and the epoch that says it is whole: with
      // the first entry of an epoch all of the history before that epoch is here.
      return history.saveCurrentEpoch(epoch);
    }
    this.#isElecting = true;
    const designated = this.#designated;
    this.#designated = null;
    if (designated !== null) return this.election.designate(designated, history.lastZxid);
    this.#lookForLeader();
    if (this.options.readOnlyModeEnabled && this.#role instanceof LookingRole) {
      this.#role.offer(new ReadOnlyServer(this.#ground));
    }
  }

  #lookForLeader(): void {
    const { history } = this;
    const own = { zxid: history.lastZxid, peerEpoch: history.epochs.current };
    this.election.lookForLeader(this.#now.monotonicMs, own);
  }

  #applyLeft(): void {
    const { database } = this.history;
    for (const entry of this.#unapplied) {
      if (entry.zxid <= database.tree.lastProcessedZxid) continue;
      const { origin, txn } = decodePayload(entry);
      database.apply(origin, txn);
      this.history.committed(entry.zxid, entry.payload);
    }
    this.#unapplied = [];
    const isWhole = database.tree.lastProcessedZxid === this.history.lastZxid;
    assert(isWhole, 'the tree is not what the log has');
  }

  #onElected(): void {
    const result = this.election.result;
    assert(result !== null && this.#role instanceof LookingRole, 'elected outside of an election');
    this.#isElecting = false;
    this.stats.ensemble.electionTime.record(this.#now.monotonicMs - this.#lookingSinceMs);
    const { leader } = result.vote;
    const waiting = this.#role.takeWaiting();
    this.#endRole('a leader is found');
    if (result.state === 'leading') {
      this.#role = new LeadingRole(this.#ground, waiting);
    } else {
      for (const link of waiting) link.close('this server does not lead');
      this.#role = new LearningRole(this.#ground, leader, result.state === 'observing');
    }
    this.#events.push({ kind: 'state', state: this.#role.state, leader });
    this.#role.start();
    this.#endStep();
  }

  /** /zookeeper/config is what counts here. A txn of a later configuration changes it as any txn. */
  #showConfig(): void {
    const { configText, version } = this.configs.current;
    const facts = { zxid: version, time: this.#now.wallMs };
    this.history.database.showConfig(encodeConfigText(configText), facts);
  }

  #seeConfig(config: EnsembleConfig): void {
    if (!this.configs.see(config)) return;
    this.#onConfigsChanged();
    this.#events.push({ kind: 'configSeen', config });
  }

  #activateConfig(config: EnsembleConfig): EnsembleConfig | null {
    const former = this.configs.activate(config);
    if (former === null) return null;
    this.#onConfigsChanged();
    this.#events.push({ kind: 'configActivated', config, former });
    return former;
  }

  #onConfigsChanged(): void {
    this.election.setVerifier(this.configs.current, this.configs.lastSeen);
  }

  /**
   * The log knows which configuration was proposed last, and knows it after a crash: no file has to
   * be on the disk before the entry is acknowledged.
   */
  #seeLoggedConfig(): void {
    const shown = this.database.shownConfig;
    if (shown === null || shown.zxid <= this.configs.lastSeen.version) return;
    const parsed = this.configs.parse(decodeConfigText(shown.data));
    if (parsed.ok && parsed.config.version === shown.zxid) this.#seeConfig(parsed.config);
  }

  /** While it looks: a member knows of a newer configuration, so that one is committed. */
  #learnConfig(from: ServerId, text: string): void {
    if (!this.configs.isDynamic || this.#role.state !== 'LOOKING') return;
    if (versionOfConfigText(text) <= this.configs.current.version) return;
    if (this.configs.server(from) === undefined) {
      return this.#refuse('a configuration from who is no member', { from });
    }
    const parsed = this.configs.parse(text);
    if (!parsed.ok)
      return this.#refuse('a configuration cannot be read', { reason: parsed.reason });
    const former = this.#activateConfig(parsed.config);
    if (former === null || former.isSameAs(parsed.config) || !this.#isElecting) return;
    // Votes for another set of servers are void.
    this.#lookForLeader();
  }

  #onServing(mode: PeerMode, epoch: Epoch): void {
    this.#mode = mode;
    this.#countAvailable(mode);
    this.election.updateVote(epoch);
    this.#events.push({ kind: 'serving', mode, epoch });
  }

  #countAvailable(mode: PeerMode): void {
    const { unavailableTime, leaderUnavailableTime } = this.stats.ensemble;
    const ms = this.#now.monotonicMs - this.#lookingSinceMs;
    unavailableTime.record(ms);
    if (mode === 'leader') leaderUnavailableTime.record(ms);
  }

  #onReadOnly(): void {
    this.#mode = 'read-only';
    this.#events.push({
      kind: 'serving',
      mode: 'read-only',
      epoch: this.history.epochs.current,
    });
  }

  #note(message: string, facts: Readonly<Record<string, string | number>>): void {
    this.#events.push({ kind: 'note', message, facts });
  }

  // --- The end ------------------------------------------------------------------------------------

  /** A clean stop: what was asked is finished, followers are let go to elect, then `closed` comes. */
  shutdown(): void {
    if (this.#stopByMs !== null) return;
    const { tickTimeMs } = this.options.zab;
    this.#stopByMs = this.#now.monotonicMs + HAND_OVER_TICKS * tickTimeMs;
    this.#mode = null;
    this.#role.retire();
    this.#endStep();
  }

  #maybeStop(stopByMs: number): void {
    if (this.#isStopped) return;
    if (!this.#role.hasHandedOver && this.#now.monotonicMs < stopByMs) return;
    this.#isStopped = true;
    // Whoever leads the others, this server follows no more.
    this.#isElecting = false;
    this.election.leaveRole();
    this.#endRole('the server is stopping');
    // Nobody is elected any more, and nobody is told that this server leads.
    this.#isElecting = false;
    this.election.leaveRole();
    this.#role = new LookingRole();
    this.history.close();
  }
}
