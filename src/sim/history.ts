/**
 * History: what happened in a run as an outsider could have seen it, on every connection, and what
 * the log says. The checkers judge it and nothing else, so tests can corrupt one by hand.
 *
 * `at` orders everything: it counts the events of the run. A request is invoked when its client
 * sends it, and answered when the reply leaves the server.
 */
import type { Ask } from './clients/client-request.ts';
import type { ReplyBody } from './clients/reply-body.ts';
import type { LoggedTxn } from './disk/log-records.ts';
import type { SimConfig } from './sim-config.ts';

export interface Reply {
  at: number;
  xid: number;
  zxid: number;
  err: number;
  body: ReplyBody;
}

export interface AskRecord {
  readonly at: number;
  readonly xid: number;
  readonly ask: Ask;
  reply: Reply | null;
  /** The identities that it was served with: `scheme:id`. */
  ids: readonly string[];
  /** When the server took it; -1 when it did not arrive. */
  takenAt: number;
}

export type StreamEntry =
  | { readonly kind: 'connected'; readonly at: number; readonly connected: Connected }
  | { readonly kind: 'reply'; readonly asked: AskRecord; readonly reply: Reply }
  | { readonly kind: 'event'; readonly event: EventRecord };

export interface EventRecord {
  at: number;
  zxid: number;
  type: number;
  path: string;
}

export interface ConnectAttempt {
  readonly at: number;
  readonly sessionId: bigint;
  readonly isPasswordRight: boolean;
  readonly timeOutMs: number;
  readonly lastZxidSeen: number;
  /** Of who asks for read-only service; in no history. */
  readonly isReadOnly?: boolean;
}

export interface Connected {
  sessionId: bigint;
  timeoutMs: number;
}

/** One connection, in the order in which things left the server. */
export interface ConnectionHistory {
  readonly id: number;
  readonly client: number;
  readonly attempt: ConnectAttempt;
  /** 0n while it has none. */
  sessionId: bigint;
  /** In the order of sending. */
  readonly asked: AskRecord[];
  readonly stream: StreamEntry[];
  /** When the server ended it or was told of its end; null while it lasts. */
  closedAt: number | null;
  /** Which server it is to, and which life of it. */
  readonly server: number;
  readonly life: number;
  /** How many entries of the stream have arrived at the client. */
  seen: number;
  /** The server's last zxid when it gave the session; -1 before. */
  connectedZxid: number;
}

/** The connections of each session, in order; those that never got one are left out. */
export function connectionsBySession({ connections }: Pick<History, 'connections'>) {
  const bySession = new Map<bigint, ConnectionHistory[]>();
  for (const connection of connections) {
    const { sessionId } = connection;
    if (sessionId === 0n) continue;
    const former = bySession.get(sessionId);
    if (former === undefined) bySession.set(sessionId, [connection]);
    else former.push(connection);
  }
  return bySession;
}

export interface TxnRecord extends LoggedTxn {
  /** When it was prepared; what the server asked itself to do has no other time. */
  readonly preparedAt: number;
  readonly preparedUs: number;
  /** Of a reconfiguration: the text of the configuration before it. */
  readonly formerConfig?: string;
}

export interface SessionTiming {
  readonly sessionId: bigint;
  readonly nowUs: number;
  /** How long the server had not heard of the session when it decided to expire it. */
  readonly silentUs: number;
  readonly timeoutMs: number;
}

export interface History {
  readonly connections: ConnectionHistory[];
  /** The log, in zxid order: what survived. */
  readonly txns: TxnRecord[];
  readonly expiries: SessionTiming[];
  readonly options: HistoryOptions;
}

export interface HistoryOptions {
  readonly digestEnabled: boolean;
  readonly closeSessionTxnEnabled: boolean;
  readonly tickTimeMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** 0 is never. */
  readonly neverUsedMs: number;
  /** Sessions are known to one server only, until they have to be known to all. */
  readonly localSessionsEnabled?: boolean;
  /** How much later than its time an expiry may come: ticks of the driver and pauses. */
  readonly expirySlackMs: number;
}

/** Nothing has happened yet. The server may stand still for so long in all. */
export function newHistory({ server, tickUs }: SimConfig, pausesMs: number): History {
  const { digestEnabled, closeSessionTxnEnabled, tickTimeMs } = server.requests;
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = server.requests;
  return {
    connections: [],
    txns: [],
    expiries: [],
    options: {
      digestEnabled,
      closeSessionTxnEnabled,
      tickTimeMs,
      minSessionTimeoutMs,
      maxSessionTimeoutMs,
      neverUsedMs: server.requests.containerMaxNeverUsedMs,
      expirySlackMs: tickUs / 1000 + pausesMs + 10,
    },
  };
}

/** What a checker found: the invariant, and what happened. */
export interface Violation {
  readonly invariant: string;
  readonly message: string;
}
