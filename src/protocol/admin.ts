/**
 * What the AdminServer's interface for programs and consoles, `/api`, answers: JSON, so session ids are
 * hex text, `0x1000018dd800001`. Zxids and times (ms since 1970) are numbers. Whoever reads it imports
 * these types and nothing else.
 */

/** Every answer that is no success. */
export interface AdminError {
  /** A word to decide by: `noNode`, `noAuth`, `notAuthenticated`, `badRequest`, `notServing`. */
  readonly error: AdminErrorCode;
  /** A sentence for people. */
  readonly message: string;
}

export type AdminErrorCode =
  | 'badRequest'
  | 'noAuth'
  | 'noNode'
  | 'notAuthenticated'
  | 'notServing'
  | 'tooMany';

/** GET /api/server */
export interface ServerView {
  readonly version: string;
  /** Null while no client is served. */
  readonly mode: string | null;
  readonly myid: number | null;
  readonly uptimeMs: number;
  readonly lastZxid: number;
  /** Hex; equal trees at equal zxids have equal digests. */
  readonly digest: string;
  readonly nodes: number;
  readonly ephemerals: number;
  readonly dataBytes: number;
  readonly sessions: number;
  /** 0 while no client is served, as the next two. */
  readonly connections: number;
  readonly watches: number;
  readonly outstandingRequests: number;
}

/** GET /api/ensemble. A server that is alone has no members. */
export interface EnsembleView {
  readonly myid: number | null;
  readonly leaderId: number | null;
  /** `following - broadcast`; null for one that is alone. */
  readonly peerState: string | null;
  readonly members: readonly MemberView[];
  /** The configuration as /zookeeper/config has it; null for one that is alone. */
  readonly configuration: string | null;
}

export interface MemberView {
  readonly id: number;
  readonly role: 'participant' | 'observer';
  readonly isLeader: boolean;
  readonly isSelf: boolean;
  readonly quorumAddresses: readonly string[];
  readonly electionAddresses: readonly string[];
  readonly clientAddress: string | null;
  /** As far as this member knows: it feeds the other one, and how far that is. */
  readonly phase: string | null;
}

export type NodeKind = 'persistent' | 'ephemeral' | 'container' | 'ttl';

/** GET /api/node?path=/a */
export interface NodeView {
  readonly path: string;
  readonly kind: NodeKind;
  /** Null for a node without data. */
  readonly data: NodeData | null;
  readonly stat: NodeStat;
  /** Digests are `x` for who may not administer the node, as getACL shows them. */
  readonly acl: readonly AclEntry[];
}

export interface NodeData {
  /** `base64` where the bytes are no text. */
  readonly encoding: 'utf8' | 'base64';
  readonly value: string;
}

export interface NodeStat {
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  /** The session of an ephemeral node; null for others. */
  readonly ephemeralOwner: string | null;
  readonly dataLength: number;
  readonly numChildren: number;
}

export interface AclEntry {
  /** Of `cdrwa`, in that order. */
  readonly perms: string;
  readonly scheme: string;
  readonly id: string;
}

export interface Page<Item> {
  readonly offset: number;
  /** Of all pages. */
  readonly total: number;
  readonly items: readonly Item[];
}

/** GET /api/children?path=/a&offset=0&limit=100 */
export interface ChildrenPage extends Page<ChildView> {
  readonly path: string;
  /** By name. Of very many children the order is the tree's own. */
  readonly isSorted: boolean;
}

export interface ChildView {
  readonly name: string;
  /** Null, as the others, for who may not read the child. */
  readonly kind: NodeKind | null;
  readonly numChildren: number | null;
  readonly dataLength: number | null;
}

/** GET /api/sessions?offset=0&limit=100: a page of these, by id. */
export interface SessionView {
  readonly id: string;
  readonly timeoutMs: number;
  /** Only this server has it. */
  readonly isLocal: boolean;
  /** When its bucket ends; null where another server expires it. */
  readonly expiresInMs: number | null;
  readonly ephemerals: number;
  /** Its connection, if that is to this server. */
  readonly connection: ConnectionView | null;
}

export interface ConnectionView {
  readonly address: string;
  readonly isEncrypted: boolean;
  readonly establishedMs: number;
  readonly lastOperation: string;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly outstandingRequests: number;
  /** `digest:alice`: of how it has authenticated, beside its address. */
  readonly users: readonly string[];
}

/** GET /api/watches?offset=0&limit=100: a page of these. As in ZooKeeper without child watches. */
export interface WatchView {
  readonly path: string;
  /** `0x0` is somebody who listens to /api/events. */
  readonly sessions: readonly string[];
}

/** GET /api/metrics: the figures of `mntr` by their names, without `zk_`. */
export type MetricsView = Readonly<Record<string, number | string>>;

/** GET /api/recent: what has happened lately, the last first. */
export interface RecentEvents {
  readonly sessionEndings: readonly RecentSessionEnding[];
  readonly stalls: readonly RecentStall[];
  readonly slowRequests: readonly RecentSlowRequest[];
}

/** Times are wall-clock milliseconds. */
export interface RecentSessionEnding {
  /** As `cons` shows it: hexadecimal, with `0x`. */
  readonly sessionId: string;
  readonly endedMs: number;
  readonly cause: string;
  /** The cause in words. */
  readonly because: string;
  readonly timeoutMs: number;
  /** Null where it is not known. */
  readonly silentMs: number | null;
  readonly stalledMs: number;
  /** `address:port`; null when the session had no connection here. */
  readonly remote: string | null;
  /** How its connection ended, when it ended before the session did. */
  readonly connectionEnded: { readonly reason: string; readonly agoMs: number } | null;
}

export interface RecentStall {
  readonly endedMs: number;
  readonly durationMs: number;
  readonly cause: string;
}

export interface RecentSlowRequest {
  readonly answeredMs: number;
  readonly operation: string;
  readonly sessionId: string;
  readonly latencyMs: number;
  readonly cause: string;
}

/** GET /api/events?path=/a: server-sent events, each with one of these as its data. */
export type AdminEvent = StateEvent | SessionEvent | NodeEvent | LostEvent;

/** The first, and then whenever it changes. */
export interface StateEvent {
  readonly kind: 'state';
  readonly mode: string | null;
  readonly leaderId: number | null;
  readonly peerState: string | null;
}

/** Seen once a second: one that was there for less is not told of. */
export interface SessionEvent {
  readonly kind: 'session';
  readonly change: 'opened' | 'closed';
  readonly id: string;
}

/** At or below the path that was asked for, for who may read the node. */
export interface NodeEvent {
  readonly kind: 'node';
  readonly change: 'created' | 'deleted' | 'dataChanged';
  readonly path: string;
  readonly zxid: number;
}

/** The last: the listener was too slow, or the server stops. */
export interface LostEvent {
  readonly kind: 'lost';
  readonly reason: string;
}
