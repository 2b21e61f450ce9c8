/**
 * ClientServer: what the client port and the four-letter words need of a server, whatever it is:
 * alone, or a member of an ensemble that serves clients at some times and at others does not.
 */
import type { Now } from '../base/now.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ClientConnection, RemoteAddress } from '../core/requests/client-connection.ts';
import type { RequestProcessor } from '../core/requests/request-processor.ts';
import type { ServerDatabase } from '../core/requests/server-database.ts';

/** As `srvr` says it. */
export type ServerMode = 'standalone' | 'leader' | 'follower' | 'observer' | 'read-only';

/** Sessions by when they expire: on the server that expires them. */
export interface SessionBuckets {
  readonly size: number;
  buckets(): readonly (readonly [endMs: number, sessions: readonly { readonly id: SessionId }[]])[];
}

export interface StorageFigures {
  /** The last txn that was given to the log, and the last that is durable. */
  readonly lastAppended: Zxid;
  readonly lastSynced: Zxid;
}

/** In bytes; -1 until there was a proposal. */
export interface ProposalSizes {
  readonly last: number;
  readonly min: number;
  readonly max: number;
}

export interface LeaderFigures {
  readonly learners: number;
  readonly syncedFollowers: number;
  readonly syncedNonVotingFollowers: number;
  readonly syncedObservers: number;
  readonly pendingSyncs: number;
  readonly uptimeMs: number;
  readonly proposalSizes: ProposalSizes;
}

/** Of a member of an ensemble. */
export interface EnsembleFigures {
  /** `leading - broadcast`: state and phase, as ZooKeeper's zabstate says them. */
  readonly peerState: string;
  readonly quorumSize: number;
  /** The configuration of the ensemble as text, as /zookeeper/config has it. */
  readonly membership: string;
  /** Null unless it leads. */
  readonly leader: LeaderFigures | null;
  /** Of an observer: the server that it is fed by. */
  readonly observerMasterId: number | null;
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
  readonly mode: ServerMode;
  /** Null for one that is alone. */
  readonly ensemble: EnsembleFigures | null;

  setNow(now: Now): void;
  /** Only while it serves. */
  connect(remote: RemoteAddress): ClientConnection;
  receive(connection: ClientConnection, chunk: Uint8Array): void;
  /** Goes on with frames that were left because of too much output. */
  continue(connection: ClientConnection): void;
  disconnect(connection: ClientConnection): void;
  /** Connections with output, or to be ended. */
  takeDirty(): readonly ClientConnection[];
  /** The output is sent or copied. */
  release(connection: ClientConnection): void;
  /** Connections that may be read from again. */
  takeResumed(): readonly ClientConnection[];
}
