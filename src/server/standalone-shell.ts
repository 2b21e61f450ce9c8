/**
 * StandaloneShell: a standalone server as a process: clocks, disk, sockets and timers around the
 * machine of core/standalone-server.ts. It decides nothing but when to stop.
 */
import { Prng } from '../base/prng.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import { DatabaseRecovery } from '../core/database-recovery.ts';
import { ServerStats } from '../core/requests/connection-stats.ts';
import type { RequestOptions } from '../core/requests/request-options.ts';
import { type ServerEvent, StandaloneServer } from '../core/standalone-server.ts';
import type { DiskDone } from '../core/storage/disk.ts';
import { recover } from '../core/storage/recovery.ts';
import type { DirectoryPaths } from '../io/disk/directory-paths.ts';
import { FileDirectoryReader } from '../io/disk/file-directory-reader.ts';
import { AdminService } from './admin/admin-service.ts';
import { AppliedWatch } from './applied-watch.ts';
import { type AuditLog, createAuditLog } from './audit/audit-log.ts';
import { createAccessRules } from './auth/access-rules.ts';
import { ClientService } from './client-service.ts';
import { readClocks } from './clocks.ts';
import type { ServerConfig } from './config/server-config.ts';
import { ConnectionGuard } from './connection-guard.ts';
import {
  makeDataDirectory,
  recoveryOptions,
  refuseDamagedData,
  reportLoadedData,
  warnOfSnappy,
} from './disk/data-directory.ts';
import { DiskTurns } from './disk/disk-turns.ts';
import { Forensics } from './forensics/forensics.ts';
import { MetricsService } from './metrics/metrics-service.ts';
import { logServerEvent } from './server-log.ts';
import type { Applied, ServerPorts, Shell, ShellParts } from './shell.ts';
import { requestOptions, standaloneOptions } from './standalone-options.ts';
import { closeServerTls, watchServerTls } from './tls/server-tls.ts';

/** Expiry looks at the clock this often; sessions expire in steps of a tickTime. */
const TICK_MS_MAX = 250;
const SERVER_ID = 1;

export class StandaloneShell implements Shell {
  readonly server: StandaloneServer;
  readonly config: ServerConfig;
  readonly #parts: ShellParts;
  readonly #disk: DiskTurns;
  readonly #clients: ClientService;
  readonly #admin: AdminService;
  readonly #audit: AuditLog | null;
  readonly #metrics: MetricsService;
  readonly #forensics: Forensics;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #waiting = new AppliedWatch(() => this.server.database.tree.lastProcessedZxid);
  #isPaused = false;
  #onReady: (() => void) | null = null;
  #onClosed: (() => void) | null = null;

  /** Recovers what is on the disk. Throws StartupError when that cannot be trusted. */
  constructor(parts: ShellParts) {
    const { config, logger } = parts;
    this.#parts = parts;
    this.config = config;
    const paths = makeDataDirectory(config);
    const guard = new ConnectionGuard(config);
    this.server = recoverServer(parts, paths, guard);
    this.#audit = createAuditLog(config, logger);
    this.server.database.audit = this.#audit;
    const diskUser = {
      takeDiskOps: () => this.server.takeDiskOps(),
      onDiskDone: (done: DiskDone) => {
        this.#enter();
        this.server.onDiskDone(done);
      },
      leave: () => this.#leave(),
    };
    this.#disk = new DiskTurns(paths, diskUser, parts.createDisk);
    this.#clients = new ClientService({
      config,
      logger,
      server: this.server,
      guard,
      listenPort: parts.listenPorts?.client,
      tls: parts.tls,
      enter: () => this.#enter(),
      leave: () => this.#leave(),
    });
    this.#admin = new AdminService({
      config,
      logger,
      words: this.#clients.words,
      step: (action) => this.#stepWithDisk(action),
      tls: parts.tls?.admin,
    });
    this.#forensics = new Forensics({ config, logger, stats: this.server.stats });
    this.#metrics = new MetricsService(this.#clients.words, logger);
  }

  /** The client port, once it listens. */
  get port(): number {
    return this.#clients.port;
  }

  /** Resolves when clients are served. */
  async start(): Promise<void> {
    watchServerTls(this.#parts.tls, this.config);
    const ready = new Promise<void>((resolve) => {
      this.#onReady = resolve;
    });
    this.#leave();
    this.#disk.start();
    await Promise.all([ready, this.#metrics.open()]);
    const tickMs = Math.min(TICK_MS_MAX, Math.max(20, this.config.tickTimeMs / 4));
    this.#timers.push(setInterval(() => this.#tick(), tickMs));
    this.#startPurging();
    await this.#clients.listen();
    await this.#admin.start();
    this.#audit?.onServerStarted();
    this.#parts.onServing?.({ mode: 'standalone', epoch: 0 });
  }

  /** Ends connections, makes what is logged durable, and stops. */
  async stop(): Promise<void> {
    if (this.#isPaused) this.resume();
    this.#audit?.onServerStopping();
    this.#endInput();
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    this.server.shutdown();
    this.#leave();
    this.#disk.start();
    // After a failure of the disk nothing more is written: there is nothing to wait for.
    if (!this.server.storage.hasFailed) await closed;
    await this.#disk.close();
    await this.#audit?.close();
  }

  async kill(): Promise<void> {
    this.#endInput();
    await this.#disk.close();
    await this.#audit?.close();
  }

  #endInput(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#clients.close();
    closeServerTls(this.#parts.tls);
    this.#admin.close();
    this.#metrics.close();
    this.#forensics.close();
    this.#waiting.end();
  }

  get ports(): ServerPorts {
    return { client: this.port, quorum: 0, election: 0 };
  }

  get applied(): Applied {
    const { tree } = this.server.database;
    return { zxid: tree.lastProcessedZxid, digest: tree.digest.toBigInt() };
  }

  waitUntilApplied(zxid: Zxid): Promise<void> {
    return this.#waiting.wait(zxid);
  }

  async expireSession(id: SessionId): Promise<boolean> {
    if (!this.#step(() => this.server.expireSession(id))) return false;
    await this.waitUntilApplied(this.server.storage.lastAppended);
    return true;
  }

  pause(): void {
    this.#isPaused = true;
    this.#disk.hold();
  }

  resume(): void {
    this.#isPaused = false;
    this.#disk.release();
  }

  #step<T>(action: () => T): T {
    this.#enter();
    const result = action();
    this.#leave();
    return result;
  }

  /** Of what asks more of the disk than a log. */
  #stepWithDisk<T>(action: () => T): T {
    const result = this.#step(action);
    this.#disk.startSoon();
    return result;
  }

  #enter(): void {
    this.server.setNow(readClocks());
  }

  /** Carries out what the last steps decided. Disk ops wait for the end of the turn. */
  #leave(): void {
    for (const event of this.server.takeEvents()) this.#onEvent(event);
    this.#clients.flush();
    const { lastAppended, lastSynced } = this.server.storage;
    if (lastAppended > lastSynced) this.#disk.startSoon();
    this.#waiting.onStep();
  }

  #tick(): void {
    if (this.#isPaused) return;
    this.#forensics.look();
    this.#step(() => {
      this.server.tick();
      this.#clients.tick();
    });
    this.#disk.start();
  }

  #startPurging(): void {
    const { purgeIntervalMs } = this.config;
    if (purgeIntervalMs <= 0) return;
    const purge = () => {
      this.server.purge();
      this.#disk.start();
    };
    purge();
    this.#timers.push(setInterval(purge, purgeIntervalMs));
  }

  #onEvent(event: ServerEvent): void {
    logServerEvent(event, { ...this.#parts, server: this.server });
    this.#admin.onEvent(event);
    if (event.kind === 'ready') this.#onReady?.();
    else if (event.kind === 'closed') this.#onClosed?.();
    else if (event.kind === 'failed') {
      this.#onClosed?.();
      this.#parts.onFatal(`${event.file}: ${event.reason}`);
    }
  }
}

function recoverServer(
  parts: ShellParts,
  paths: DirectoryPaths,
  guard: ConnectionGuard,
): StandaloneServer {
  const { config, logger } = parts;
  const requests: RequestOptions = requestOptions(config, SERVER_ID);
  warnOfSnappy(config, logger);
  const recovery = new DatabaseRecovery(requests);
  const reader = new FileDirectoryReader(paths);
  const stats = new ServerStats();
  const startedMs = performance.now();
  const result = recover(reader, recoveryOptions({ config, logger, paths }), recovery);
  reader.close();
  for (const warning of result.warnings) logger.warn(warning);
  if (!result.ok) return refuseDamagedData(result);
  reportLoadedData(
    {
      ...result,
      nodes: recovery.database.tree.nodeCount,
      durationMs: performance.now() - startedMs,
      digestMismatches: recovery.digestMismatches,
    },
    { logger, stats },
  );
  return new StandaloneServer({
    stats,
    options: standaloneOptions(config, requests),
    access: createAccessRules(config, logger),
    prng: new Prng(Date.now()),
    database: recovery.database,
    start: result,
    needsFirstSnapshot: result.needsFirstSnapshot,
    now: readClocks(),
    admitSession: (kind) => guard.admitSession(kind),
  });
}
