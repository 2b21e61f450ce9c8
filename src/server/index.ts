/**
 * zooid/server: a ZooKeeper server inside another program, as tests and small services want it.
 * What a configuration file says is given as an object under the same names; nothing is read from
 * the environment, no signal is handled, and nothing is logged unless a logger is given.
 */
import { readFileSync } from 'node:fs';
import { ConfigError } from './config/config-error.ts';
import { readServerConfig } from './config/read-server-config.ts';
import type { ServerConfig } from './config/server-config.ts';
import { ExitCode, StartupError } from './exit-code.ts';
import { type Logger, silentLogger } from './logging/logger.ts';
import { StandaloneShell } from './standalone-shell.ts';
import { loadServerTls } from './tls/server-tls.ts';

export type { ServerMode } from './client-server.ts';
export type { CreateDisk, Disk } from './disk/disk-turns.ts';
export { type RunningServer, type ServerOptions, startServer } from './embedded-server.ts';
export type { LogFact, LogFacts, Logger } from './logging/logger.ts';
export type { ServerPorts, ServingChange } from './shell.ts';
export { ConfigError, StartupError };

/** Keys of zoo.cfg by their names there, such as `tickTime` or `4lw.commands.whitelist`. */
export type ConfigEntries = Readonly<Record<string, string | number | boolean>>;

export interface StandaloneServerOptions {
  /** Where snapshots and transaction logs are kept, as ZooKeeper keeps them. Made if missing. */
  readonly dataDir: string;
  /** Absent or 0: a free port of the system's choice. */
  readonly clientPort?: number;
  /** The loopback address when absent: name another to serve other machines. */
  readonly clientPortAddress?: string;
  /** Everything else that a configuration file could say. */
  readonly config?: ConfigEntries;
  readonly logger?: Logger;
  /** Called once when the server cannot go on, as when its disk fails. It serves nobody then. */
  onFatal?(reason: string): void;
}

export interface RunningStandaloneServer {
  /** Clients connect to this port. */
  readonly port: number;
  /** Ends connections and makes what was logged durable. May be called again. */
  stop(): Promise<void>;
}

/**
 * Recovers the data directory and serves clients until it is stopped. Throws ConfigError for what
 * is configured wrongly and StartupError for a data directory or port that cannot be used.
 *
 *   const server = await startStandaloneServer({ dataDir: './data', config: { tickTime: 500 } });
 *   … connect to `127.0.0.1:${server.port}` …
 *   await server.stop();
 */
export async function startStandaloneServer(
  options: StandaloneServerOptions,
): Promise<RunningStandaloneServer> {
  const logger = options.logger ?? silentLogger;
  let onFailed: (reason: string) => void = () => {};
  const failed = new Promise<string>((resolve) => {
    onFailed = resolve;
  });
  const config = configOf(options, logger);
  const shell = new StandaloneShell({
    config,
    logger,
    tls: await loadServerTls(config, logger),
    onFatal(reason) {
      onFailed(reason);
      options.onFatal?.(reason);
    },
  });
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= shell.stop();
    return stopped;
  };
  try {
    await Promise.race([shell.start(), failed.then(refuseToStart)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port: shell.port, stop };
}

function refuseToStart(reason: string): never {
  throw new StartupError(reason, ExitCode.unexpectedError);
}

const CONFIG_NAME = 'the options of startStandaloneServer';

function configOf(options: StandaloneServerOptions, logger: Logger): ServerConfig {
  const { dataDir, clientPort = 0, clientPortAddress = '127.0.0.1' } = options;
  // In a file 0 means no port at all; whoever embeds a server wants to reach it.
  const listed = { dataDir, clientPort: clientPort === 0 ? 2181 : clientPort, clientPortAddress };
  const entries = Object.entries({ ...options.config, ...listed });
  const text = entries
    .map(([key, value]) => `${escaped(key)}=${escaped(String(value))}\n`)
    .join('');
  const { config, warnings } = readServerConfig({
    args: [CONFIG_NAME],
    env: {},
    readFile: (path) => (path === CONFIG_NAME ? Buffer.from(text) : readFileSync(path)),
  });
  for (const warning of warnings) logger.warn(warning);
  if (config.isDistributed) {
    throw new ConfigError('This version runs one standalone server; the options list an ensemble.');
  }
  return { ...config, clientPort };
}

/** For a properties file: only what means nothing there is left as it is. */
function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9./*,;_-]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
