/**
 * StandaloneShell: a standalone server as a process: clocks, disk, sockets and timers around the
 * machine of core/standalone-server.ts. It decides nothing but when to stop.
 */
import { mkdirSync } from 'node:fs';
import { Prng } from '../base/prng.ts';
import { describeZxid } from '../base/zxid.ts';
import { DatabaseRecovery } from '../core/database-recovery.ts';
import { AccessRules } from '../core/requests/auth-provider.ts';
import type { RequestOptions } from '../core/requests/request-options.ts';
import { type ServerEvent, StandaloneServer } from '../core/standalone-server.ts';
import { recover } from '../core/storage/recovery.ts';
import { type DirectoryPaths, directoryPaths } from '../io/disk/directory-paths.ts';
import { FileDirectoryReader } from '../io/disk/file-directory-reader.ts';
import { FileDisk } from '../io/disk/file-disk.ts';
import { createAuthProviders } from './auth/auth-providers.ts';
import { ClientPort } from './client-port.ts';
import { readClocks } from './clocks.ts';
import { ConfigError } from './config/config-error.ts';
import type { ServerConfig } from './config/server-config.ts';
import { ConnectionGuard } from './connection-guard.ts';
import { ExitCode, StartupError } from './exit-code.ts';
import { FourLetterWords } from './four-letter-words/four-letter-words.ts';
import { ProcessFigures } from './four-letter-words/process-figures.ts';
import { TRACE_MASK_DEFAULT } from './four-letter-words/trace-words.ts';
import type { Logger } from './logging/logger.ts';
import { requestOptions, standaloneOptions } from './standalone-options.ts';

/** Expiry looks at the clock this often; sessions expire in steps of a tickTime. */
const TICK_MS_MAX = 250;
const SERVER_ID = 1;
const { unexpectedError, unableToAccessDataDirectory } = ExitCode;

export interface ShellParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  /** Called once when the server cannot go on; the process must end. */
  onFatal(reason: string): void;
}

export class StandaloneShell {
  readonly server: StandaloneServer;
  readonly config: ServerConfig;
  readonly #parts: ShellParts;
  readonly #disk: FileDisk;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #guard: ConnectionGuard;
  readonly #figures = new ProcessFigures();
  #port: ClientPort | null = null;
  #isDiskTurnPlanned = false;
  #onReady: (() => void) | null = null;
  #onClosed: (() => void) | null = null;

  /** Recovers what is on the disk. Throws StartupError when that cannot be trusted. */
  constructor(parts: ShellParts) {
    this.#parts = parts;
    this.config = parts.config;
    const paths = makeDirectories(parts.config);
    this.#guard = new ConnectionGuard(parts.config);
    this.server = recoverServer(parts, paths, this.#guard);
    this.#disk = new FileDisk(paths, (done) => {
      this.#enter();
      this.server.onDiskDone(done);
      this.#leave();
      this.#startDisk();
    });
  }

  /** The client port, once it listens. */
  get port(): number {
    return this.#port?.port ?? 0;
  }

  /** Resolves when clients are served. */
  async start(): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#onReady = resolve;
    });
    this.#leave();
    this.#startDisk();
    await ready;
    const tickMs = Math.min(TICK_MS_MAX, Math.max(20, this.config.tickTimeMs / 4));
    this.#timers.push(setInterval(() => this.#tick(), tickMs));
    this.#startPurging();
    await this.#listen();
  }

  /** Ends connections, makes what is logged durable, and stops. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#figures.close();
    this.#port?.close();
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    this.server.shutdown();
    this.#leave();
    this.#startDisk();
    // After a failure of the disk nothing more is written: there is nothing to wait for.
    if (!this.server.storage.hasFailed) await closed;
  }

  async #listen(): Promise<void> {
    const { clientPort, clientPortAddress, clientPortListenBacklog, load } = this.config;
    if (clientPort === null) {
      this.#parts.logger.warn('no clientPort is configured: no client can connect');
      return;
    }
    this.#port = new ClientPort(
      {
        server: this.server,
        words: this.#createWords(),
        gate: this.#guard,
        logger: this.#parts.logger,
        enter: () => this.#enter(),
        leave: () => this.#leave(),
      },
      {
        port: clientPort,
        address: clientPortAddress,
        backlog: clientPortListenBacklog,
        keepAlive: load.clientTcpKeepAlive,
      },
    );
    try {
      await this.#port.listen();
    } catch (error) {
      const where = `${clientPortAddress ?? '*'}:${clientPort}`;
      const reason = error instanceof Error ? error.message : String(error);
      throw new StartupError(`cannot listen on ${where}: ${reason}`, unexpectedError, error);
    }
  }

  #createWords(): FourLetterWords {
    return new FourLetterWords({
      config: this.config,
      server: this.server,
      figures: this.#figures,
      load: this.#guard,
      traceMask: TRACE_MASK_DEFAULT,
    });
  }

  #enter(): void {
    this.server.setNow(readClocks());
  }

  /** Carries out what the last steps decided. Disk ops wait for the end of the turn. */
  #leave(): void {
    for (const event of this.server.takeEvents()) this.#onEvent(event);
    for (const connection of this.server.takeDirty()) {
      if (this.#port === null) this.server.processor.output.release(connection);
      else this.#port.flush(connection);
    }
    for (const connection of this.server.processor.takeResumed()) this.#port?.resume(connection);
    const { lastAppended, lastSynced } = this.server.storage;
    if (this.#isDiskTurnPlanned || lastAppended <= lastSynced) return;
    this.#isDiskTurnPlanned = true;
    // Everything that arrives in this turn goes into one write of the log.
    setImmediate(() => {
      this.#isDiskTurnPlanned = false;
      this.#startDisk();
    });
  }

  #startDisk(): void {
    this.#disk.start(this.server.takeDiskOps());
  }

  #tick(): void {
    this.#enter();
    this.server.tick();
    for (const connection of this.#guard.takeSessionless()) {
      this.server.processor.close(connection, 'no session was opened in time');
    }
    this.#leave();
    this.#startDisk();
  }

  #startPurging(): void {
    const { purgeIntervalMs } = this.config;
    if (purgeIntervalMs <= 0) return;
    const purge = () => {
      this.server.purge();
      this.#startDisk();
    };
    purge();
    this.#timers.push(setInterval(purge, purgeIntervalMs));
  }

  #onEvent(event: ServerEvent): void {
    const { logger } = this.#parts;
    switch (event.kind) {
      case 'ready':
        return this.#onReady?.();
      case 'synced': {
        const thresholdMs = this.config.storage.fsyncWarningThresholdMs;
        if (event.durationMs < thresholdMs) return;
        this.server.processor.stats.slowSyncCount++;
        return logger.warn('fsync-ing the write ahead log took long', {
          durationMs: Math.round(event.durationMs),
          thresholdMs,
        });
      }
      case 'snapshotStarted':
        return logger.info('snapshot started', { zxid: describeZxid(event.zxid) });
      case 'snapshotDone':
        return logger.info('snapshot done', {
          zxid: describeZxid(event.zxid),
          bytes: event.bytes,
        });
      case 'purged':
        return logger.info('purged', { files: event.names.join(' ') });
      case 'purgeFailed':
        return logger.warn('purge failed', { file: event.file, reason: event.reason });
      case 'closed':
        return this.#onClosed?.();
      case 'failed':
        logger.error('the disk failed: the server stops', {
          file: event.file,
          reason: event.reason,
        });
        this.#onClosed?.();
        return this.#parts.onFatal(`${event.file}: ${event.reason}`);
    }
  }
}

function makeDirectories(config: ServerConfig): DirectoryPaths {
  const paths = directoryPaths(config.dataDir, config.dataLogDir);
  for (const directory of [paths.snapshot, paths.log]) {
    try {
      if (config.storage.datadirAutocreate) mkdirSync(directory, { recursive: true });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `cannot make the data directory ${directory}: ${reason}`;
      throw new StartupError(message, unableToAccessDataDirectory, error);
    }
  }
  return paths;
}

function recoverServer(
  parts: ShellParts,
  paths: DirectoryPaths,
  guard: ConnectionGuard,
): StandaloneServer {
  const { config, logger } = parts;
  const requests: RequestOptions = requestOptions(config, SERVER_ID);
  if (config.storage.snapshotCompressionMethod === 'snappy') {
    logger.warn('snapshots are written with gz: snappy is only read');
  }
  const recovery = new DatabaseRecovery(requests);
  const reader = new FileDirectoryReader(paths);
  const startedMs = performance.now();
  const result = recover(
    reader,
    {
      trustEmptySnapshot: config.storage.snapshotTrustEmpty,
      dbAutocreate: config.storage.dbAutocreate,
      hasSeparateLogDirectory: paths.log !== paths.snapshot,
      onProgress: ({ file, nodes, txns }) => logger.info('loading', { file, nodes, txns }),
    },
    recovery,
  );
  reader.close();
  for (const warning of result.warnings) logger.warn(warning);
  if (!result.ok) {
    const at = `${result.file}, offset ${result.offset}`;
    const message = `the data directory is damaged: ${at}: ${result.reason}`;
    throw new StartupError(message, unableToAccessDataDirectory);
  }
  if (result.lastZxid < 0) {
    throw new ConfigError('There are no data, and db.autocreate=false forbids to begin without.');
  }
  for (const zxid of recovery.digestMismatches.slice(0, 8)) {
    logger.warn('the tree has not the digest that the log expects', { zxid: describeZxid(zxid) });
  }
  logger.info('data loaded', {
    zxid: describeZxid(result.lastZxid),
    nodes: recovery.database.tree.nodeCount,
    txns: result.txns,
    durationMs: Math.round(performance.now() - startedMs),
  });
  return new StandaloneServer({
    options: standaloneOptions(config, requests),
    access: new AccessRules(
      createAuthProviders(config, (warning) => logger.warn(warning)),
      { skipAcl: requests.skipAcl },
    ),
    prng: new Prng(Date.now()),
    database: recovery.database,
    start: result,
    needsFirstSnapshot: result.needsFirstSnapshot,
    now: readClocks(),
    admitSession: (kind) => guard.admitSession(kind),
  });
}
