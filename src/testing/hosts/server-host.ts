/** What runs a server of the test kit: this process, or one of its own. */
import type { Logger, RunningServer, ServerPorts, ServingChange } from '../../server/index.ts';

export interface HostOptions {
  readonly configFile: string;
  /** Goes with the test's process, however that ends. */
  readonly temporaryFolder: string;
  readonly systemProperties: Readonly<Record<string, string | number | boolean>>;
  readonly logger: Logger;
  readonly isDiskFull: boolean;
  onServing(change: ServingChange): void;
  /** By itself, and once: it serves nobody and has let go of its data. */
  onFailed(reason: string): void;
}

export interface ServerHost {
  /** Where it listens on the loopback. */
  readonly ports: ServerPorts;
  /** Paused, its sockets are still read: the network has to be kept from it. */
  readonly hearsWhilePaused: boolean;
  stop(): Promise<void>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  expireSession(id: bigint): Promise<boolean>;
  applied(): Promise<RunningServer['applied']>;
  waitUntilApplied(zxid: number): Promise<void>;
  fillDisk(isFull: boolean): Promise<void>;
}

/** Resolves when it listens; rejects with ConfigError or StartupError. */
export type StartHost = (options: HostOptions) => Promise<ServerHost>;

/** A free one each. */
export const FREE_PORTS: ServerPorts = { client: 0, quorum: 0, election: 0 };
