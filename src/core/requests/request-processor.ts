/**
 * RequestProcessor: the way of a request through a server, on one page.
 *
 *   frame ─▶ connect ──────────────┐
 *        ─▶ connection operation   │ (auth, sasl: answered at once)
 *        ─▶ read ─▶ serve ─▶ reply │ (ReadPath; waits only for earlier writes of its connection)
 *        ─▶ write ─────────────────┴▶ WritePath ··(committed)··▶ final: apply, events, reply
 *
 * The names are ZooKeeper's. What a write path does is the role of the server: JudgedWrites where
 * writes are decided (standalone, leader), ForwardedWrites where a leader is asked (learner),
 * ReadOnlyWrites where there is none.
 */

import type { Now } from '../../base/now.ts';
import type { SessionId } from '../../base/session-id.ts';
import { SteadySet } from '../../base/steady-map.ts';
import type { Zxid } from '../../base/zxid.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { ServedSessions, SessionBuckets } from '../sessions/session-tracker.ts';
import { WatchManager } from '../tree/watch-manager.ts';
import type { AccessRules } from './auth-provider.ts';
import { ClientConnection, type RemoteAddress } from './client-connection.ts';
import { ConnectionOutput } from './connection-output.ts';
import {
  authenticate,
  isEnforcedAuthMissing,
  negotiateSasl,
  writeSaslReply,
} from './connection-requests.ts';
import { ServerStats } from './connection-stats.ts';
import { operationOf } from './op-table.ts';
import type { Operation, WriteOperation } from './operation.ts';
import { ReadPath } from './read-path.ts';
import { ReplyWriter } from './reply-writer.ts';
import type { RequestOptions } from './request-options.ts';
import type { ServerDatabase, TxnResult } from './server-database.ts';
import { SessionConnector } from './session-connector.ts';
import type { WritePath } from './write-path.ts';

/** Replies of one connection beyond this wait until the first are sent. */
const OUTPUT_BYTES_MAX = 1048576;

/** Of a write: who asked it, so that it can be answered. */
interface AskedWrite {
  readonly operation: WriteOperation;
  /** The xid. */
  readonly cxid: number;
}

interface WriteDone {
  readonly result: TxnResult;
  readonly zxid: Zxid;
  readonly receivedMs: number;
}

/** What a client that connects asks for: a new session of this server or of all, or its old one. */
export type SessionKind = 'global' | 'local' | 'renew';

export interface ProcessorParts {
  readonly database: ServerDatabase;
  readonly sessions: ServedSessions;
  readonly access: AccessRules;
  readonly options: RequestOptions;
  /** There is no leader: only clients that can do with that are served. Absent is false. */
  readonly isReadOnly?: boolean;
  /** May a session be made or taken up now? Absent: always. */
  readonly admitSession?: ((kind: SessionKind) => boolean) | undefined;
  /** Those of the server, which outlive its roles. Absent: its own. */
  readonly stats?: ServerStats | undefined;
}

export class RequestProcessor<Writes extends WritePath = WritePath> {
  readonly stats: ServerStats;
  readonly watches: WatchManager;
  readonly output = new ConnectionOutput();
  readonly connections = new SteadySet<ClientConnection>();
  /** At the body of the request that is being taken. */
  readonly reader = new BinaryReader();
  readonly replies: ReplyWriter;
  readonly reads: ReadPath;
  readonly writes: Writes;
  readonly connector: SessionConnector;

  readonly #parts: ProcessorParts;
  #resumed: ClientConnection[] = [];
  readonly #throttled = new Set<ClientConnection>();
  #nextConnectionId = 1;
  #now: Now;

  constructor(
    parts: ProcessorParts,
    now: Now,
    createWrites: (processor: RequestProcessor) => Writes,
  ) {
    this.#parts = parts;
    this.#now = now;
    this.stats = parts.stats ?? new ServerStats();
    this.watches = new WatchManager(this.stats.watches);
    this.connector = new SessionConnector(this, parts);
    parts.database.startWatching(this.watches);
    this.replies = new ReplyWriter(this);
    this.reads = new ReadPath(this, parts);
    this.writes = createWrites(this);
  }

  // --- What the driver and the server ask ---------------------------------------------------------

  get outstanding(): number {
    return this.writes.outstanding + this.reads.waitingCount;
  }

  /** For operators: by when they expire. */
  localSessionBuckets(): SessionBuckets {
    return this.#parts.sessions.localBuckets();
  }

  get lastZxid(): Zxid {
    return this.#parts.database.tree.lastProcessedZxid;
  }

  get now(): Now {
    return this.#now;
  }

  /** For operators, who are asked for what clients are asked for. */
  get access(): AccessRules {
    return this.#parts.access;
  }

  /** Before anything else of a step. */
  setNow(now: Now): void {
    this.#now = now;
  }

  connect(remote: RemoteAddress): ClientConnection {
    const connection = new ClientConnection(this, {
      id: this.#nextConnectionId++,
      remote,
      frameBytesMax: this.#parts.options.frameBytesMax,
      nowWallMs: this.#now.wallMs,
    });
    connection.authIds = [{ scheme: 'ip', id: remote.address }];
    this.connections.add(connection);
    this.stats.connectionsMade++;
    return connection;
  }

  /** The transport is gone. The session lives on until it expires or somebody takes it up. */
  disconnect(connection: ClientConnection): void {
    if (connection.closeReason === null) {
      this.stats.connectionsLost++;
      connection.closeReason = connection.lossReason;
    }
    this.connections.delete(connection);
    this.#throttled.delete(connection);
    this.reads.forget(connection);
    if (connection.hasWatches) this.watches.removeWatcher(connection);
    this.connector.depart(connection);
  }

  receive(connection: ClientConnection, chunk: Uint8Array): void {
    this.stats.bytesReceived += chunk.length;
    connection.frames.push(chunk);
    this.#takeFrames(connection);
  }

  /** Goes on with frames that were left because of too much output or an undecided session. */
  continue(connection: ClientConnection): void {
    if (connection.frames.hasUnread) this.#takeFrames(connection);
  }

  /** Connections that the driver may read from again. */
  takeResumed(): readonly ClientConnection[] {
    const resumed = this.#resumed;
    if (resumed.length > 0) this.#resumed = [];
    return resumed;
  }

  /**
   * Ends the connection once its output is sent. Reasons are counted, so they are fixed texts; what
   * differs from case to case is the detail.
   */
  close(connection: ClientConnection, reason: string, detail = ''): void {
    if (connection.isClosing) return;
    connection.closeReason = detail === '' ? reason : `${reason}: ${detail}`;
    this.stats.countClose(reason);
    this.output.touch(connection);
  }

  /** The server's role is over: nobody is served any more, and no change is told to anybody. */
  end(reason: string): void {
    for (const connection of this.connections) this.close(connection, reason);
    this.#parts.database.stopWatching();
  }

  connectionOf(sessionId: SessionId): ClientConnection | undefined {
    return this.connector.connectionOf(sessionId);
  }

  // --- ConnectionHost -----------------------------------------------------------------------------

  maySee(connection: ClientConnection, aclId: number): boolean {
    const { database, access, options } = this.#parts;
    const { acls } = database.tree;
    if ((acls.openPerms(aclId) & 1) !== 0 || options.skipAcl) return true;
    return access.isAllowed(acls.list(aclId), 1, connection.authIds);
  }

  outputOf(connection: ClientConnection): BinaryWriter {
    return this.output.outputOf(connection);
  }

  // --- Frames -------------------------------------------------------------------------------------

  #takeFrames(connection: ClientConnection): void {
    const { frames } = connection;
    try {
      while (!connection.isClosing && (connection.output?.at ?? 0) < OUTPUT_BYTES_MAX) {
        if (connection.heldForSession !== null) return;
        if (!frames.next()) return;
        this.#onFrame(connection);
      }
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      this.close(connection, 'malformed frame', error.message);
    }
  }

  #onFrame(connection: ClientConnection): void {
    const { bytes, start, end } = connection.frames;
    this.stats.packetsReceived++;
    connection.stats.received++;
    const reader = this.reader.reset(bytes, start, end);
    if (!connection.hasConnected) {
      connection.hasConnected = true;
      this.connector.onConnectRequest(connection, reader);
      return;
    }
    const xid = reader.int();
    const type = reader.int();
    const { session } = connection;
    if (session === null || !this.#parts.sessions.touch(session, this.#now.monotonicMs)) {
      // The session is closing: its end is on the way, and answers this request too.
      return;
    }
    const operation = operationOf(type);
    if (operation === undefined) {
      this.replies.error(connection, xid, { err: ErrorCode.Unimplemented, zxid: -1 });
      return this.close(connection, 'unknown operation', String(type));
    }
    if (isEnforcedAuthMissing(connection, operation, this.#parts.options)) {
      const err = ErrorCode.SessionClosedRequireSaslAuth;
      this.replies.error(connection, xid, { err, zxid: 0 });
      return this.close(connection, 'authentication is required');
    }
    this.#dispatch(connection, operation, xid);
  }

  #dispatch(connection: ClientConnection, operation: Operation, xid: number): void {
    connection.stats.lastOperation = operation.shortName;
    switch (operation.kind) {
      case 'read':
        return this.reads.take(connection, operation, xid);
      case 'sync':
        return this.writes.sync(connection, operation, xid);
      case 'write':
        return this.writes.accept(connection, operation, xid);
      case 'connection':
        return this.#onConnectionOperation(connection, operation, xid);
      case 'refused':
        if (!operation.closes) return this.reads.refuse(connection, xid, operation.err);
        this.replies.error(connection, xid, { err: operation.err, zxid: -1 });
        return this.close(connection, 'operation not allowed alone', operation.name);
    }
  }

  // --- Answers of the write path ------------------------------------------------------------------

  /** The next write of the connection is applied: its answer, and then the reads behind it. */
  finishWrite(connection: ClientConnection, write: AskedWrite, done: WriteDone): void {
    connection.writesDone++;
    this.#reply(connection, write, done);
    this.reads.serveWaiting(connection);
  }

  #reply(connection: ClientConnection, { operation, cxid }: AskedWrite, done: WriteDone): void {
    const latencyMs = this.#now.monotonicMs - done.receivedMs;
    this.countIfSlow(connection, operation, latencyMs);
    if (done.result.type === OpCode.createSession) {
      this.connector.sendConnectResponse(connection);
      return this.replies.countLatency(connection, latencyMs);
    }
    if (done.result.err === ErrorCode.SessionMoved) {
      // Compat: nothing is sent; the client is served elsewhere, or comes again.
      return this.connector.onMoved(connection);
    }
    if (done.result.err !== ErrorCode.Ok) {
      this.replies.error(connection, cxid, { err: done.result.err, zxid: done.zxid });
      return this.replies.countLatency(connection, latencyMs);
    }
    const writer = this.output.outputOf(connection);
    const mark = writer.at;
    this.replies.begin(writer, cxid, done.zxid);
    operation.reply(writer, done.result, this.#parts.database.tree);
    writer.endFrame(mark);
    this.stats.updateLatency.record(latencyMs);
    this.replies.count(connection, cxid, { bytes: writer.at - mark, latencyMs });
  }

  /** Of a request that had to wait. */
  countIfSlow(connection: ClientConnection, { name }: Operation, latencyMs: number): void {
    if (latencyMs < this.stats.slowRequests.thresholdMs) return;
    const sessionId = connection.session?.id ?? 0n;
    this.stats.onSlowRequest({ operation: name, sessionId, latencyMs }, this.#now);
  }

  // --- Operations on the connection ---------------------------------------------------------------

  #onConnectionOperation(connection: ClientConnection, operation: Operation, xid: number): void {
    if (operation.name === 'sasl') return this.#onSasl(connection, xid);
    const err = authenticate(connection, this.reader, this.#parts.access);
    this.replies.error(connection, xid, { err, zxid: 0 });
    if (err !== ErrorCode.Ok) this.close(connection, 'authentication failed');
  }

  #onSasl(connection: ClientConnection, xid: number): void {
    const reply = negotiateSasl(connection, this.reader, this.#parts);
    const writer = this.output.outputOf(connection);
    const mark = writer.at;
    writeSaslReply(writer, xid, reply);
    this.replies.count(connection, xid, { bytes: writer.at - mark, latencyMs: 0 });
    if (reply.err !== ErrorCode.Ok) this.close(connection, 'SASL authentication failed');
  }

  // --- Throttling --------------------------------------------------------------------------------

  /** Of a connection whose request has just been queued. */
  maybeThrottle(connection: ClientConnection): void {
    if (this.outstanding <= this.#parts.options.globalOutstandingLimit) return;
    if (!connection.hasPendingWrites) return;
    connection.isThrottled = true;
    this.#throttled.add(connection);
  }

  /** A connection that was held: with what it has sent meanwhile, and then with what comes. */
  resume(connection: ClientConnection): void {
    connection.isThrottled = false;
    this.continue(connection);
    if (!connection.isThrottled) this.#resumed.push(connection);
  }

  /** When less is outstanding. */
  resumeThrottled(): void {
    if (this.outstanding > this.#parts.options.globalOutstandingLimit) return;
    for (const connection of this.#throttled) {
      connection.isThrottled = false;
      this.#resumed.push(connection);
    }
    this.#throttled.clear();
  }
}
