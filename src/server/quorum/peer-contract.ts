/**
 * What the shell of an ensemble member needs of core/quorum-peer.ts. QuorumPeer and its links satisfy
 * it by their shape: the shell is tested with a peer that decides nothing.
 */
import type { Now } from '../../base/now.ts';
import type { ServerId } from '../../base/server-id.ts';
import type { SessionId } from '../../base/session-id.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { PeerFigures } from '../../core/peer-figures.ts';
import type { PeerMode, PeerState, PeerEvent as QuorumPeerEvent } from '../../core/peer-role.ts';
import type { ClientConnection, RemoteAddress } from '../../core/requests/client-connection.ts';
import type { ServerStats } from '../../core/requests/connection-stats.ts';
import type { RequestProcessor } from '../../core/requests/request-processor.ts';
import type { ServerDatabase } from '../../core/requests/server-database.ts';
import type { DiskDone, DiskOp } from '../../core/storage/disk.ts';
import type { LinkRemote } from '../../core/zab/quorum-link.ts';
import type { SessionBuckets } from '../client-server.ts';

/** One connection between a learner and the leader. */
export interface QuorumLink {
  readonly remote: RemoteAddress;
  /** Set once: the link ends when its output is sent. */
  readonly closeReason: string | null;
  readonly closeDetail: string;
  /** The driver should not read for now. */
  readonly isPaused: boolean;
  /** Set by the driver: it has bytes that the system does not take. */
  isCongested: boolean;
  /** There is more to send: the driver says `linkDrained` when the system has taken the output. */
  readonly hasMore: boolean;
  /** The bytes to send, good until `release`. */
  readonly output: Uint8Array;
  /** The driver has sent the output; or, not `isTaken`, keeps its memory. */
  release(isTaken: boolean): void;
}

/** The part of the peer that links go through. */
export interface LinkPeer<Link extends QuorumLink = QuorumLink> {
  /** Somebody has connected to the quorum port. */
  acceptLink(remote: LinkRemote): Link;
  /** Somebody has connected to the observer master port. */
  acceptObserver(remote: LinkRemote): Link;
  /** A dialled link is connected. */
  linkOpened(link: Link): void;
  receiveLink(link: Link, chunk: Uint8Array): void;
  linkDrained(link: Link): void;
  /** Once for each link, whoever ended it. */
  linkClosed(link: Link): void;
  /** Links with output, to be ended, to be paused or read again. */
  takeDirtyLinks(): readonly Link[];
}

export interface DialTarget {
  readonly sid: ServerId;
  /** Not the server's quorum port, but the one where it feeds observers. */
  readonly isObserverMaster: boolean;
}

/** The peer's, but for the link that is to be dialled. */
export type PeerEvent<Link extends QuorumLink = QuorumLink> =
  | Exclude<QuorumPeerEvent, { readonly kind: 'dial' }>
  /** Connect this link to the server's quorum port, or its observer master port. */
  | ({ readonly kind: 'dial'; readonly link: Link } & DialTarget);

export interface PeerHistoryFigures {
  readonly database: ServerDatabase;
  readonly lastZxid: Zxid;
  readonly lastSynced: Zxid;
  readonly isSnapshotting: boolean;
  readonly hasFailed: boolean;
}

export interface QuorumPeer<Link extends QuorumLink = QuorumLink> extends LinkPeer<Link> {
  readonly state: PeerState;
  /** Null while clients are not served. */
  readonly mode: PeerMode | null;
  /** Null while clients are not served. */
  readonly processor: RequestProcessor | null;
  readonly history: PeerHistoryFigures;
  /** Null where another server expires the sessions. */
  readonly sessions: SessionBuckets | null;
  readonly figures: PeerFigures;
  readonly stats: ServerStats;
  /** Links that were ended, by reason. */
  readonly closings: ReadonlyMap<string, number>;

  start(): void;
  setNow(now: Now): void;
  tick(): void;
  /** At once. False when there is no such session, or another server expires it. */
  expireSession(id: SessionId): boolean;
  /** In how many milliseconds `tick` is wanted at the latest. */
  nextTickMs(): number;
  /** Why it is none, or null. */
  receiveNotification(from: ServerId, bytes: Uint8Array): string | null;
  electionPeerUp(sid: ServerId): void;
  electionPeerDown(sid: ServerId): void;
  onDiskDone(done: DiskDone): void;
  purge(): boolean;
  /** False when one is being taken already, or cannot be. */
  takeSnapshot(): boolean;
  /** A clean stop, which ends in the event `closed`. */
  shutdown(): void;

  connect(remote: RemoteAddress): ClientConnection;
  receive(connection: ClientConnection, chunk: Uint8Array): void;
  continue(connection: ClientConnection): void;
  disconnect(connection: ClientConnection): void;

  takeEvents(): readonly PeerEvent<Link>[];
  takeDiskOps(): readonly DiskOp[];
  takeDirty(): readonly ClientConnection[];
  takeNotifications(): readonly { readonly to: ServerId; readonly bytes: Uint8Array }[];
}
