/** What both shells are made from, and what whoever runs one can do with it. */
import type { SessionId } from '../base/session-id.ts';
import type { Epoch, Zxid } from '../base/zxid.ts';
import type { ServerMode } from './client-server.ts';
import type { ServerConfig } from './config/server-config.ts';
import type { CreateDisk } from './disk/disk-turns.ts';
import type { Logger } from './logging/logger.ts';
import type { ServerTls } from './tls/server-tls.ts';

export interface ShellParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  /** Loaded by `loadServerTls`. Absent: none. */
  readonly tls?: ServerTls | undefined;
  /**
   * Where it listens on its addresses, instead of the ports that the configuration names and that
   * everybody else goes by, when something in between has those. 0: a free one.
   */
  readonly listenPorts?: ServerPorts | undefined;
  /** The system's when absent. */
  readonly createDisk?: CreateDisk | undefined;
  /** Called once when the server cannot go on; the process must end. */
  onFatal(reason: string): void;
  onServing?(change: ServingChange): void;
}

export interface ServerPorts {
  readonly client: number;
  /** Of members of an ensemble. */
  readonly quorum: number;
  readonly election: number;
}

export interface ServingChange {
  /** Null when clients are not served any more. */
  readonly mode: ServerMode | null;
  /** 0 for a server that is alone. */
  readonly epoch: Epoch;
}

/** What is in its tree. */
export interface Applied {
  readonly zxid: Zxid;
  /** Equal in all servers that are at this zxid. */
  readonly digest: bigint;
}

export interface Shell {
  /** Where it listens, once it does; 0 for what it has not. */
  readonly ports: ServerPorts;
  readonly applied: Applied;
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Ends as if its process had been killed: nothing is finished, nobody is told. Resolves when the
   * directory is somebody else's.
   */
  kill(): Promise<void>;
  /**
   * The clock and the disk say nothing more until `resume`. Who wants it as a stopped process is
   * keeps the network from it as well.
   */
  pause(): void;
  resume(): void;
  /**
   * As if its client had been silent for too long. Resolves when it is closed; with false at once when
   * it is not here that it expires.
   */
  expireSession(id: SessionId): Promise<boolean>;
  /** Resolves when the txn is in the tree; rejects when the server ends before. */
  waitUntilApplied(zxid: Zxid): Promise<void>;
}
