/**
 * EnsembleShell: a member of an ensemble as a process: clocks, disk, sockets and timers around the
 * machine of core/quorum-peer.ts. It decides nothing but when to stop.
 *
 * The client port listens from the start, whoever leads: four-letter words are answered at any
 * time, clients while the peer serves.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { SessionKind } from '../core/requests/request-processor.ts';
import type { DiskDone } from '../core/storage/disk.ts';
import type { EnsembleConfig } from '../core/zab/members/ensemble-config.ts';
import type { DirectoryPaths } from '../io/disk/directory-paths.ts';
import { AdminService } from './admin/admin-service.ts';
import { AppliedWatch } from './applied-watch.ts';
import { type AuditLog, createAuditLog } from './audit/audit-log.ts';
import { ClientService } from './client-service.ts';
import { readClocks } from './clocks.ts';
import { ConfigError } from './config/config-error.ts';
import { ensembleConfigOf } from './config/dynamic-config.ts';
import { DynamicConfigFiles } from './config/dynamic-config-files.ts';
import type { ServerConfig } from './config/server-config.ts';
import { ConnectionGuard } from './connection-guard.ts';
import { makeDataDirectory } from './disk/data-directory.ts';
import { DiskTurns } from './disk/disk-turns.ts';
import { StartupError } from './exit-code.ts';
import { Forensics } from './forensics/forensics.ts';
import type { Logger } from './logging/logger.ts';
import { MetricsService } from './metrics/metrics-service.ts';
import { createQuorumAuth, type QuorumAuth } from './quorum/auth/quorum-auth.ts';
import { ElectionPort } from './quorum/election-port.ts';
import { EnsembleAddresses } from './quorum/ensemble-addresses.ts';
import { MemberAddresses } from './quorum/member-addresses.ts';
import { ObserverMasterPort } from './quorum/observer-master-port.ts';
import { PeerClientServer } from './quorum/peer-client-server.ts';
import type { PeerEvent, QuorumLink, QuorumPeer } from './quorum/peer-contract.ts';
import { QuorumPort, type QuorumPortParts } from './quorum/quorum-port.ts';
import { type QuorumTls, quorumTls } from './quorum/quorum-tls.ts';
import { describeUnreachable } from './quorum/reachability.ts';
import { logServerEvent } from './server-log.ts';
import type { Applied, ServerPorts, Shell, ShellParts } from './shell.ts';
import { TickTimer } from './tick-timer.ts';
import { closeServerTls, watchServerTls } from './tls/server-tls.ts';

/** How often connections without a session are looked at. */
const CLIENT_TICK_MS = 250;
/** How long nobody may lead before the log says who cannot be reached, and again. */
const ALONE_WARNING_MS = 10_000;
/** How long a clean stop may take; what is acknowledged is durable without it. */
const STOP_TIMEOUT_MS = 15_000;

/** What a peer is made from. */
export interface PeerFoundation {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly paths: DirectoryPaths;
  /** The members, as the files say. */
  readonly ensemble: EnsembleConfig;
  /** Proposed when the server stopped; null when nothing was. */
  readonly lastSeen: EnsembleConfig | null;
  admitSession(kind: SessionKind): boolean;
}

export interface EnsembleShellParts<Link extends QuorumLink> extends ShellParts {
  /** Recovers what is on the disk. Throws StartupError when that cannot be trusted. */
  createPeer(foundation: PeerFoundation): QuorumPeer<Link>;
}

export class EnsembleShell<Link extends QuorumLink> implements Shell {
  readonly peer: QuorumPeer<Link>;
  readonly config: ServerConfig;
  readonly #parts: EnsembleShellParts<Link>;
  readonly #sid: number;
  readonly #server: PeerClientServer;
  readonly #disk: DiskTurns;
  readonly #clients: ClientService;
  readonly #admin: AdminService;
  readonly #metrics: MetricsService;
  readonly #forensics: Forensics;
  readonly #election: ElectionPort;
  readonly #quorum: QuorumPort<Link>;
  readonly #observers: ObserverMasterPort;
  readonly #tls: QuorumTls;
  readonly #ticks: TickTimer;
  readonly #addresses: EnsembleAddresses;
  /** Null: members may come from anywhere. */
  readonly #members: MemberAddresses | null;
  readonly #files: DynamicConfigFiles;
  /** Null: servers do not authenticate to each other. */
  readonly #auth: QuorumAuth | null;
  readonly #audit: AuditLog | null;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #waiting = new AppliedWatch(() => this.peer.history.database.tree.lastProcessedZxid);
  #isPaused = false;
  #lookingSinceMs = performance.now();
  #isStarted = false;
  #isStopping = false;
  #onClosed: (() => void) | null = null;

  constructor(parts: EnsembleShellParts<Link>) {
    const { config, logger } = parts;
    if (config.myid === null) throw new ConfigError('A member of an ensemble needs a myid.');
    this.#parts = parts;
    this.config = config;
    this.#sid = config.myid;
    const paths = makeDataDirectory(config);
    const guard = new ConnectionGuard(config);
    const admitSession = (kind: SessionKind) => guard.admitSession(kind);
    this.#auth = createQuorumAuth(config, this.#handshakeTimeoutMs);
    this.#files = this.#createFiles();
    const ensemble = ensembleConfigOf(config.ensemble, config.quorum.dynamicConfigFile);
    const lastSeen = this.#isDynamic ? this.#files.readNext() : null;
    this.#addresses = new EnsembleAddresses(ensemble, lastSeen);
    this.#members = config.quorum.checkAddresses
      ? new MemberAddresses({ hosts: () => this.#addresses.hosts(), logger })
      : null;
    this.peer = parts.createPeer({ config, logger, paths, admitSession, ensemble, lastSeen });
    this.#audit = createAuditLog(config, logger);
    this.peer.history.database.audit = this.#audit;
    this.#server = new PeerClientServer(this.peer, () => this.#election.refusals);
    const diskUser = {
      takeDiskOps: () => this.peer.takeDiskOps(),
      onDiskDone: (done: DiskDone) => {
        this.#enter();
        this.peer.onDiskDone(done);
      },
      leave: () => this.#leave(),
    };
    this.#disk = new DiskTurns(paths, diskUser, parts.createDisk);
    const enter = () => this.#enter();
    const leave = () => this.#leave();
    this.#clients = new ClientService({
      ...{ config, logger, guard, enter, leave },
      server: this.#server,
      listenPort: parts.listenPorts?.client,
      tls: parts.tls,
    });
    this.#tls = quorumTls({
      config,
      context: parts.tls?.quorum ?? null,
      hosts: () => [...this.#addresses.hosts().values()].flat(),
    });
    const step = <T>(action: () => T): T => this.#step(action);
    const { words } = this.#clients;
    this.#admin = new AdminService({ config, logger, words, step, tls: parts.tls?.admin });
    this.#forensics = new Forensics({ config, logger, stats: this.peer.stats });
    this.#metrics = new MetricsService(this.#clients.words, logger);
    this.#election = this.#createElectionPort(this.#addresses);
    this.#quorum = this.#createQuorumPort(this.#addresses);
    this.#observers = this.#createObserverMasterPort(this.#addresses);
    this.#ticks = new TickTimer(() => {
      if (this.#isPaused) return;
      this.#forensics.look();
      this.#step(() => this.peer.tick());
    });
  }

  get #isDynamic(): boolean {
    return this.config.quorum.reconfigEnabled;
  }

  #createFiles(): DynamicConfigFiles {
    const { configFile, quorum } = this.config;
    const { standaloneEnabled } = quorum;
    const { logger } = this.#parts;
    return new DynamicConfigFiles({ configFile, myid: this.#sid, standaloneEnabled, logger });
  }

  get #handshakeTimeoutMs(): number {
    const { quorum, tickTimeMs } = this.config;
    const ownMs = quorum.quorumCnxnTimeoutMs;
    return ownMs > 0 ? ownMs : quorum.syncLimitTicks * tickTimeMs;
  }

  #createElectionPort(addresses: EnsembleAddresses): ElectionPort {
    const { quorum } = this.config;
    return new ElectionPort({
      options: {
        sid: this.#sid,
        addresses: addresses.electionOf(this.#sid),
        listenPort: this.#parts.listenPorts?.election,
        isOnAllAddresses: quorum.quorumListenOnAllIPs,
        isMultiAddress: quorum.multiAddressEnabled,
        keepAlive: quorum.tcpKeepAlive,
        connectTimeoutMs: quorum.cnxTimeoutMs,
        handshakeTimeoutMs: this.#handshakeTimeoutMs,
        bindTriesMax: quorum.electionPortBindRetry,
        ...this.#tls,
      },
      logger: this.#parts.logger,
      auth: this.#auth,
      addressesOf: (sid) => addresses.electionOf(sid),
      isAt: (sid, address) => this.#isAt(sid, address),
      onMessage: (from, bytes) => this.#step(() => this.peer.receiveNotification(from, bytes)),
      onPeerUp: (sid) => this.#step(() => this.peer.electionPeerUp(sid)),
      onPeerDown: (sid) => this.#step(() => this.peer.electionPeerDown(sid)),
    });
  }

  #createQuorumPort(addresses: EnsembleAddresses): QuorumPort<Link> {
    const { quorum, tickTimeMs } = this.config;
    const limitTicks = quorum.connectToLearnerMasterLimitTicks || quorum.initLimitTicks;
    return new QuorumPort({
      options: {
        addresses: addresses.quorumOf(this.#sid),
        listenPort: this.#parts.listenPorts?.quorum,
        isOnAllAddresses: quorum.quorumListenOnAllIPs,
        keepAlive: quorum.tcpKeepAlive,
        connectTimeoutMs: limitTicks * tickTimeMs,
        bindTriesMax: quorum.electionPortBindRetry,
        ...this.#tls,
      },
      logger: this.#parts.logger,
      peer: this.peer,
      auth: this.#auth,
      addressesOf: ({ sid, isObserverMaster }) =>
        isObserverMaster
          ? addresses.observerMasterOf(sid, quorum.observerMasterPort)
          : addresses.quorumOf(sid),
      ...this.#membersAt(),
      enter: () => this.#enter(),
      leave: () => this.#leave(),
    });
  }

  #isAt(sid: number, address: string): boolean {
    return this.#members?.isAt(sid, address) ?? true;
  }

  #membersAt(): Pick<QuorumPortParts<Link>, 'membersAt'> {
    const members = this.#members;
    return members === null ? {} : { membersAt: (address) => members.membersAt(address) };
  }

  #createObserverMasterPort(addresses: EnsembleAddresses): ObserverMasterPort {
    const { quorumListenOnAllIPs, tcpKeepAlive, observerMasterPort } = this.config.quorum;
    return new ObserverMasterPort({
      isOnAllAddresses: quorumListenOnAllIPs,
      keepAlive: tcpKeepAlive,
      tls: this.#tls.tls,
      logger: this.#parts.logger,
      addresses: () => addresses.observerMasterOf(this.#sid, observerMasterPort),
      onConnection: (tcp) => this.#quorum.acceptObserver(tcp),
    });
  }

  /** The client port, once it listens. */
  get port(): number {
    return this.#clients.port;
  }

  get ports(): ServerPorts {
    return { client: this.port, quorum: this.#quorum.port, election: this.#election.port };
  }

  get applied(): Applied {
    const { tree } = this.peer.history.database;
    return { zxid: tree.lastProcessedZxid, digest: tree.digest.toBigInt() };
  }

  /** Resolves when all ports listen and the election has begun; nobody need be served yet. */
  async start(): Promise<void> {
    watchServerTls(this.#parts.tls, this.config);
    // Compat: only a list that is in zoo.cfg itself will leave it.
    if (this.#isDynamic && this.config.quorum.dynamicConfigFile === null) this.#files.backUp();
    this.#disk.start();
    await Promise.all([this.#members?.resolve(), this.#metrics.open()]);
    if (this.#isStopping) return;
    await Promise.all([
      this.#election.listen(),
      this.#quorum.listen(),
      this.#clients.listen(),
      this.#startAdmin(),
    ]);
    if (this.#isStopping) return;
    this.#isStarted = true;
    this.#audit?.onServerStarted();
    this.#timers.push(setInterval(() => this.#step(() => this.#clients.tick()), CLIENT_TICK_MS));
    this.#timers.push(setInterval(() => this.#warnWhenAlone(), ALONE_WARNING_MS));
    this.#startPurging();
    this.#step(() => this.peer.start());
  }

  /** Compat: a member goes on without, whereas a server that is alone does not start. */
  async #startAdmin(): Promise<void> {
    try {
      await this.#admin.start();
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      this.#parts.logger.warn(error.message);
    }
  }

  /** Lets clients go, finishes what was asked, makes it durable, and stops. */
  async stop(): Promise<void> {
    if (this.#isPaused) this.resume();
    this.#audit?.onServerStopping();
    this.#endInput();
    let timer: NodeJS.Timeout | undefined;
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
      timer = setTimeout(() => {
        this.#parts.logger.warn('the stop takes too long and is cut short');
        resolve();
      }, STOP_TIMEOUT_MS);
    });
    this.#step(() => this.peer.shutdown());
    // After a failure of the disk nothing more is written: there is nothing to wait for.
    if (!this.peer.history.hasFailed) await closed;
    clearTimeout(timer);
    this.#quorum.flush();
    await this.#endOutput();
  }

  async kill(): Promise<void> {
    this.#endInput();
    await this.#endOutput();
  }

  #endInput(): void {
    this.#isStopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#clients.close();
    this.#admin.close();
    this.#metrics.close();
    this.#forensics.close();
    this.#waiting.end();
  }

  async #endOutput(): Promise<void> {
    this.#ticks.stop();
    this.#election.close();
    this.#quorum.close();
    this.#observers.close();
    closeServerTls(this.#parts.tls);
    await this.#disk.close();
    await this.#audit?.close();
  }

  waitUntilApplied(zxid: Zxid): Promise<void> {
    return this.#waiting.wait(zxid);
  }

  async expireSession(id: SessionId): Promise<boolean> {
    if (!this.#step(() => this.peer.expireSession(id))) return false;
    await this.waitUntilApplied(this.peer.history.lastZxid);
    return true;
  }

  pause(): void {
    this.#isPaused = true;
    this.#disk.hold();
  }

  resume(): void {
    this.#isPaused = false;
    this.#disk.release();
    this.#step(() => this.peer.tick());
  }

  #step<T>(action: () => T): T {
    this.#enter();
    const result = action();
    this.#leave();
    return result;
  }

  #enter(): void {
    this.peer.setNow(readClocks());
  }

  /** Carries out what the last steps decided. Disk ops wait for the end of the turn. */
  #leave(): void {
    for (const event of this.peer.takeEvents()) this.#onEvent(event);
    this.#clients.flush();
    this.#quorum.flushSoon();
    for (const { to, bytes } of this.peer.takeNotifications()) this.#election.send(to, bytes);
    this.#disk.startSoon();
    if (this.#isStarted || this.#isStopping) this.#ticks.arm(this.peer.nextTickMs());
    this.#waiting.onStep();
  }

  #startPurging(): void {
    const { purgeIntervalMs } = this.config;
    if (purgeIntervalMs <= 0) return;
    const purge = () => this.#step(() => void this.peer.purge());
    purge();
    this.#timers.push(setInterval(purge, purgeIntervalMs));
  }

  #onEvent(event: PeerEvent<Link>): void {
    const { logger } = this.#parts;
    this.#admin.onEvent(event);
    switch (event.kind) {
      case 'dial':
        return this.#quorum.dial(event.link, event);
      case 'state':
        this.#lookingSinceMs = performance.now();
        this.#parts.onServing?.({ mode: null, epoch: 0 });
        this.#observers.close();
        // ZooKeeper's words for what a server is.
        return logger.info(event.state, event.leader === null ? {} : { leader: event.leader });
      case 'serving':
        this.#parts.onServing?.({ mode: event.mode, epoch: event.epoch });
        if (event.mode === 'follower') this.#feedObservers();
        return logger.info('serving', { mode: event.mode, epoch: event.epoch, port: this.port });
      case 'configSeen':
        return this.#onConfigSeen(event.config);
      case 'configActivated':
        return this.#onConfigActivated(event.config, event.former);
      case 'note':
        return logger.info(event.message, event.facts);
      default:
        logServerEvent(event, { ...this.#parts, server: this.#server });
        if (event.kind === 'closed') this.#onClosed?.();
        if (event.kind === 'failed') this.#onFailed(`${event.file}: ${event.reason}`);
    }
  }

  #feedObservers(): void {
    if (this.config.quorum.observerMasterPort === 0 || this.#isStopping) return;
    void this.#observers.open();
  }

  #onConfigSeen(config: EnsembleConfig): void {
    this.#addresses.see(config);
    this.#files.onSeen(config);
    this.#parts.logger.info('a configuration is proposed', describeConfig(config));
  }

  #onConfigActivated(config: EnsembleConfig, former: EnsembleConfig): void {
    this.#addresses.activate(config);
    const isLast = this.#addresses.lastSeen.version <= config.version;
    this.#files.onActivated(config, { isLast });
    this.#parts.logger.info('a configuration counts now', describeConfig(config));
    const [before, after] = [former, config].map((each) => each.servers.get(this.#sid));
    if (after === undefined) return;
    void this.#election.move(this.#addresses.electionOf(this.#sid));
    void this.#quorum.move(this.#addresses.quorumOf(this.#sid));
    if (after.clientAddress) void this.#clients.move(after.clientAddress, before?.clientAddress);
  }

  #onFailed(reason: string): void {
    this.#onClosed?.();
    this.#parts.onFatal(reason);
  }

  #warnWhenAlone(): void {
    if (this.peer.state !== 'LOOKING') return;
    const lookingMs = performance.now() - this.#lookingSinceMs;
    if (lookingMs < ALONE_WARNING_MS) return;
    const voters = [...this.#addresses.lastSeen.voters];
    const unreachable = describeUnreachable({ own: this.#sid, voters }, this.#election);
    if (unreachable === null) return;
    this.#parts.logger.warn('no leader can be elected: too few servers can be reached', {
      unreachable,
      lookingMs: Math.round(lookingMs),
    });
  }
}

function describeConfig(config: EnsembleConfig): Readonly<Record<string, string>> {
  const { version, voters, observers } = config;
  return {
    version: `0x${version.toString(16)}`,
    voters: [...voters].join(' '),
    observers: [...observers].join(' '),
  };
}
