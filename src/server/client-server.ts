/**
 * ClientServer: what the client port and the four-letter words need of a server, whatever it is:
 * alone, or a member of an ensemble that serves clients at some times and at others does not.
 */
import type { Now } from '../base/now.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { PeerFigures } from '../core/peer-figures.ts';
import type { PeerMode } from '../core/peer-role.ts';
import type { ClientConnection, RemoteAddress } from '../core/requests/client-connection.ts';
import type { ServerStats } from '../core/requests/connection-stats.ts';
import type { RequestProcessor } from '../core/requests/request-processor.ts';
import type { ServerDatabase } from '../core/requests/server-database.ts';

/** As `srvr` says it. */
export type ServerMode = 'standalone' | PeerMode;

/** Sessions by when they expire: on the server that expires them. */
export interface SessionBuckets {
  readonly size: number;
  /** -1: it is closing. */
  get(id: SessionId): { readonly expiryBucketMs: number } | undefined;
  buckets(): readonly (readonly [endMs: number, sessions: readonly { readonly id: SessionId }[]])[];
}

export interface StorageFigures {
  /** The last txn that was given to the log, and the last that is durable. */
  readonly lastAppended: Zxid;
  readonly lastSynced: Zxid;
  /** A snapshot is being written. */
  readonly isSnapshotting: boolean;
}

/** Connections between servers that were refused or ended, by reason; the reasons are few. */
export interface PortClosings {
  readonly election: ReadonlyMap<string, number>;
  readonly quorum: ReadonlyMap<string, number>;
}

export interface ClientServer {
  readonly database: ServerDatabase;
  /** Clients may connect. Implies that there is a processor. */
  readonly isServing: boolean;
  /** Null while it serves nobody. */
  readonly processor: RequestProcessor | null;
  /** Null where another server expires them. */
  readonly sessions: SessionBuckets | null;
  readonly storage: StorageFigures;
  /** Counted since the process began, whether it serves or not. */
  readonly stats: ServerStats;
  readonly mode: ServerMode;
  /** Null for one that is alone. */
  readonly ensemble: PeerFigures | null;
  /** Absent for one that is alone. */
  readonly closings?: PortClosings;

  setNow(now: Now): void;
  /** Only while it serves. */
  connect(remote: RemoteAddress): ClientConnection;
  receive(connection: ClientConnection, chunk: Uint8Array): void;
  /** Goes on with frames that were left because of too much output. */
  continue(connection: ClientConnection): void;
  disconnect(connection: ClientConnection): void;
  /** False when one is being taken already, or cannot be; its end is an event of the server. */
  takeSnapshot(): boolean;
  /** Connections with output, or to be ended. */
  takeDirty(): readonly ClientConnection[];
  /** The output is sent or copied. */
  release(connection: ClientConnection): void;
  /** Connections that may be read from again. */
  takeResumed(): readonly ClientConnection[];
}
