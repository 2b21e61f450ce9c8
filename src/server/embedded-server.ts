/**
 * startServer: a server inside another program, by a zoo.cfg as bin/zooid-server.js would run it:
 * alone, or a member of an ensemble whose others may be anywhere. The program handles signals and
 * decides what happens when the server cannot go on.
 */
import { readFileSync } from 'node:fs';
import type { SessionId } from '../base/session-id.ts';
import type { ServerMode } from './client-server.ts';
import { readServerConfig } from './config/read-server-config.ts';
import type { CreateDisk } from './disk/disk-turns.ts';
import { EnsembleShell } from './ensemble-shell.ts';
import { ExitCode, StartupError } from './exit-code.ts';
import { type Logger, silentLogger } from './logging/logger.ts';
import { createPeer } from './quorum/create-peer.ts';
import type { ServerPorts, ServingChange, Shell, ShellParts } from './shell.ts';
import { StandaloneShell } from './standalone-shell.ts';
import { loadServerTls } from './tls/server-tls.ts';

export interface ServerOptions {
  /** The path of a zoo.cfg. A member of an ensemble has its number in `dataDir/myid`. */
  readonly configFile: string;
  /** Full names, as behind a `-D`: `jute.maxbuffer`, `zookeeper.snapCount`. */
  readonly systemProperties?: Readonly<Record<string, string | number | boolean>>;
  readonly logger?: Logger;
  /**
   * Where it listens, instead of the ports that the configuration names and everybody else goes by,
   * when something in between has those. 0: a free one.
   */
  readonly listenPorts?: ServerPorts;
  readonly createDisk?: CreateDisk;
  /** Called once when the server cannot go on, as when its disk fails. It serves nobody then. */
  onFatal?(reason: string): void;
  /** Clients are served from now on, or (`mode: null`) not any more. */
  onServing?(change: ServingChange): void;
}

export interface RunningServer {
  /** Where it listens. */
  readonly ports: ServerPorts;
  /** Null while clients are not served. */
  readonly mode: ServerMode | null;
  /** What is in its tree: equal digests at equal zxids are equal trees. */
  readonly applied: { readonly zxid: number; readonly digest: bigint };
  /** Ends connections and makes what was logged durable; a leader lets others lead. */
  stop(): Promise<void>;
  /** Ends as by SIGKILL. Resolves when the data directory is somebody else's. */
  kill(): Promise<void>;
  /** The clock and the disk say nothing more until `resume`; the network still does. */
  pause(): void;
  resume(): void;
  /**
   * As if its client had been silent for too long. Resolves when it is closed; with false at once when
   * it is not here that it expires.
   */
  expireSession(id: SessionId): Promise<boolean>;
  /** Resolves when the txn is in the tree; rejects when the server ends before. */
  waitUntilApplied(zxid: number): Promise<void>;
}

/**
 * Resolves when it listens: a server that is alone serves clients then, a member when there is a
 * leader. Throws ConfigError or StartupError.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const logger = options.logger ?? silentLogger;
  const { config, warnings } = readServerConfig({
    args: [options.configFile],
    env: { SERVER_JVMFLAGS: describeFlags(options.systemProperties ?? {}) },
    readFile: readFileSync,
  });
  for (const warning of warnings) logger.warn(warning);
  const tls = await loadServerTls(config, logger);
  const server = new EmbeddedServer(options, { config, logger, tls });
  await server.start();
  return server;
}

class EmbeddedServer implements RunningServer {
  mode: ServerMode | null = null;
  readonly #shell: Shell;
  #onFailed: (reason: string) => void = () => {};
  #ending: Promise<void> | null = null;

  constructor(options: ServerOptions, given: Pick<ShellParts, 'config' | 'logger' | 'tls'>) {
    const parts: ShellParts = {
      ...given,
      listenPorts: options.listenPorts,
      createDisk: options.createDisk,
      onFatal: (reason) => {
        this.#onFailed(reason);
        options.onFatal?.(reason);
      },
      onServing: (change) => {
        if (this.#ending !== null) return;
        this.mode = change.mode;
        options.onServing?.(change);
      },
    };
    this.#shell = given.config.isDistributed
      ? new EnsembleShell({ ...parts, createPeer })
      : new StandaloneShell(parts);
  }

  async start(): Promise<void> {
    const failed = new Promise<never>((_, reject) => {
      this.#onFailed = (reason) => reject(new StartupError(reason, ExitCode.unexpectedError));
    });
    // It may fail at any later time, when nobody waits for this.
    failed.catch(() => {});
    try {
      await Promise.race([this.#shell.start(), failed]);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  get ports(): ServerPorts {
    return this.#shell.ports;
  }

  get applied() {
    return this.#shell.applied;
  }

  stop(): Promise<void> {
    this.#ending ??= this.#shell.stop();
    this.mode = null;
    return this.#ending;
  }

  kill(): Promise<void> {
    this.#ending ??= this.#shell.kill();
    this.mode = null;
    return this.#ending;
  }

  pause(): void {
    if (this.#ending === null) this.#shell.pause();
  }

  resume(): void {
    if (this.#ending === null) this.#shell.resume();
  }

  async expireSession(id: SessionId): Promise<boolean> {
    return this.#ending === null && this.#shell.expireSession(id);
  }

  waitUntilApplied(zxid: number): Promise<void> {
    return this.#shell.waitUntilApplied(zxid);
  }
}

/** As in SERVER_JVMFLAGS, which is read as a shell reads words. */
function describeFlags(properties: NonNullable<ServerOptions['systemProperties']>): string {
  return Object.entries(properties)
    .map(([name, value]) => `-D${name}=${value}`.replace(/[^\w./=-]/g, '\\$&'))
    .join(' ');
}
