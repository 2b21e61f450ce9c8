/** What a test says of its servers, and what their zoo.cfg says then. */
import { createHash } from 'node:crypto';
import { type Logger, silentLogger } from '../server/logging/logger.ts';
import { startLocalHost } from './hosts/local-host.ts';
import { startProcessHost } from './hosts/process-host.ts';
import type { StartHost } from './hosts/server-host.ts';
import type { ConfigEntries } from './server-folder.ts';

export interface TestOptions {
  /**
   * `inProcess` (when absent): the server runs in this process: quick to start, easy to debug.
   * `process`: in one of its own, which is really killed and really stopped.
   */
  readonly mode?: 'inProcess' | 'process';
  /** 200 when absent. Sessions expire in steps of it, and no sooner than after two. */
  readonly tickTimeMs?: number;
  /** Keys of zoo.cfg by their names there; they win over what the test kit would say. */
  readonly config?: ConfigEntries;
  /** System properties by their full names: `jute.maxbuffer`, `zookeeper.snapCount`. */
  readonly systemProperties?: ConfigEntries;
  /** Makes `super:<this>` the super user of the scheme `digest`. */
  readonly superPassword?: string;
  /** Of all servers. Nothing is logged when absent. */
  readonly logger?: Logger;
  /**
   * Called at once with how to clean up, for a runner that calls it after the test: for node:test
   * `(cleanUp) => t.after(cleanUp)`, for Vitest `onTestFinished`.
   */
  after?(cleanUp: () => Promise<void>): unknown;
}

export interface HostParts {
  readonly startHost: StartHost;
  readonly systemProperties: ConfigEntries;
  readonly logger: Logger;
}

export function hostParts(options: TestOptions): HostParts {
  const { mode = 'inProcess', systemProperties = {}, logger = silentLogger } = options;
  if (mode !== 'inProcess' && mode !== 'process') {
    throw new TypeError(`mode: ${String(mode)}; there are inProcess and process`);
  }
  const startHost = mode === 'process' ? startProcessHost : startLocalHost;
  return { startHost, systemProperties, logger };
}

const TICK_MS = 200;

export function configEntries(options: TestOptions, clientPort: number): ConfigEntries {
  const { tickTimeMs = TICK_MS, config = {}, superPassword } = options;
  const minSessionTimeout = Number(config['minSessionTimeout'] ?? 2 * tickTimeMs);
  return {
    tickTime: tickTimeMs,
    initLimit: 50,
    syncLimit: 10,
    clientPort,
    clientPortAddress: '127.0.0.1',
    maxClientCnxns: 0,
    // A client that asks for half a minute gets it, however short the ticks are.
    maxSessionTimeout: Math.max(60_000, minSessionTimeout),
    'admin.enableServer': false,
    '4lw.commands.whitelist': '*',
    standaloneEnabled: false,
    // Every test kit's server is killed, none loses power: what the system has is safe.
    forceSync: 'no',
    preAllocSize: 1024,
    ...(superPassword !== undefined && {
      'DigestAuthenticationProvider.superDigest': digestOf('super', superPassword),
    }),
    ...config,
  };
}

/** As DigestAuthenticationProvider.generateDigest gives it: for ACLs, and for the super user. */
export function digestOf(user: string, password: string): string {
  const hash = createHash('sha1').update(`${user}:${password}`, 'utf8').digest('base64');
  return `${user}:${hash}`;
}
