/** The data directory at the start: made if it may be, read, and refused when it is damaged. */
import { mkdirSync } from 'node:fs';
import { describeZxid, type Zxid } from '../../base/zxid.ts';
import type { ServerStats } from '../../core/requests/connection-stats.ts';
import type { RecoveryFailure, RecoveryOptions } from '../../core/storage/recovery.ts';
import { type DirectoryPaths, directoryPaths } from '../../io/disk/directory-paths.ts';
import { ConfigError } from '../config/config-error.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { ExitCode, StartupError } from '../exit-code.ts';
import type { Logger } from '../logging/logger.ts';

const { unableToAccessDataDirectory } = ExitCode;

/** Throws StartupError where it cannot be made. */
export function makeDataDirectory(config: ServerConfig): DirectoryPaths {
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

export interface DataFacts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly paths: DirectoryPaths;
}

export function recoveryOptions({ config, logger, paths }: DataFacts): RecoveryOptions {
  return {
    trustEmptySnapshot: config.storage.snapshotTrustEmpty,
    dbAutocreate: config.storage.dbAutocreate,
    hasSeparateLogDirectory: paths.log !== paths.snapshot,
    onProgress: ({ file, nodes, txns }) => logger.info('loading', { file, nodes, txns }),
  };
}

export function refuseDamagedData(failure: RecoveryFailure): never {
  const at = `${failure.file}, offset ${failure.offset}`;
  const message = `the data directory is damaged: ${at}: ${failure.reason}`;
  throw new StartupError(message, unableToAccessDataDirectory);
}

export interface LoadedData {
  readonly lastZxid: Zxid;
  readonly nodes: number;
  readonly txns: number;
  readonly durationMs: number;
  readonly digestMismatches: readonly Zxid[];
}

/** Tells the log and the figures what was loaded. Throws ConfigError when there is nothing and must be something. */
export function reportLoadedData(
  data: LoadedData,
  { logger, stats }: { readonly logger: Logger; readonly stats: ServerStats },
): void {
  if (data.lastZxid < 0) {
    throw new ConfigError('There are no data, and db.autocreate=false forbids to begin without.');
  }
  stats.databaseInitTime.record(data.durationMs);
  stats.startupTxnsLoaded.record(data.txns);
  stats.digestMismatches += data.digestMismatches.length;
  for (const zxid of data.digestMismatches.slice(0, 8)) {
    logger.warn('the tree has not the digest that the log expects', { zxid: describeZxid(zxid) });
  }
  logger.info('data loaded', {
    zxid: describeZxid(data.lastZxid),
    nodes: data.nodes,
    txns: data.txns,
    durationMs: Math.round(data.durationMs),
  });
}

export function warnOfSnappy(config: ServerConfig, logger: Logger): void {
  if (config.storage.snapshotCompressionMethod !== 'snappy') return;
  logger.warn('snapshots are written with gz: snappy is only read');
}
