/**
 * RequestProcessor: the way of a request through a standalone server, on one page.
 *
 *   frame ─▶ connect ──────────────┐
 *        ─▶ connection operation   │ (auth, sasl: answered at once)
 *        ─▶ read ─▶ serve ─▶ reply │ (waits only for earlier writes of its own connection)
 *        ─▶ write ─────────────────┴▶ prep ─▶ log ··(durable)··▶ final: apply, events, reply
 *
 * The names are ZooKeeper's: prep judges a request by the state in which it will be applied and
 * makes the txn; sync is the log's; final applies and answers. A failed write is a txn too. What
 * cannot be decoded never gets a zxid.
 */
import { assert } from '../../base/assert.ts';
import { BytePool, copyOf } from '../../base/byte-pool.ts';
import type { Now } from '../../base/now.ts';
import type { SessionId } from '../../base/session-id.ts';
import type { Zxid } from '../../base/zxid.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { Id } from '../../protocol/records/acl.ts';
import type { Session, SessionTracker } from '../sessions/session-tracker.ts';
import type { NodeId } from '../tree/node-store.ts';
import { WatchManager } from '../tree/watch-manager.ts';
import type { AccessRules } from './auth-provider.ts';
import { ClientConnection, type RemoteAddress } from './client-connection.ts';
import { ConnectionOutput } from './connection-output.ts';
import { authenticate, isEnforcedAuthMissing, writeSaslReply } from './connection-requests.ts';
import { ServerStats } from './connection-stats.ts';
import { operationOf } from './op-table.ts';
import type {
  Operation,
  PrepContext,
  ReadContext,
  ReadOperation,
  WriteOperation,
} from './operation.ts';
import { closeSession } from './ops/session-ops.ts';
import { OutstandingChanges } from './outstanding-changes.ts';
import type { RequestOptions } from './request-options.ts';
import type { ServerDatabase, TxnResult } from './server-database.ts';
import { SessionConnector } from './session-connector.ts';
import { errorTxn, type Txn, type TxnOrigin } from './txn.ts';

/** Replies of one connection beyond this wait until the first are sent. */
const OUTPUT_BYTES_MAX = 1048576;

/** Where txns are made durable; it answers with `onSynced`. */
export interface Journal {
  append(origin: TxnOrigin, txn: Txn, digest: bigint | null): void;
}

export interface WriteRequest {
  readonly operation: WriteOperation;
  readonly request: unknown;
  readonly sessionId: SessionId;
  readonly authIds: readonly Id[];
  /** The xid; 0 for what the server itself asks. */
  readonly cxid: number;
  /** Who gets the reply; null when nobody waits. */
  readonly connection: ClientConnection | null;
}

interface PendingWrite {
  readonly write: WriteRequest;
  readonly origin: TxnOrigin;
  readonly txn: Txn;
  readonly receivedMs: number;
}

export interface ProcessorParts {
  readonly database: ServerDatabase;
  readonly sessions: SessionTracker;
  readonly access: AccessRules;
  readonly options: RequestOptions;
  readonly journal: Journal;
  /** May a session be made or taken up now? Absent: always. */
  readonly admitSession?: ((kind: 'global' | 'renew') => boolean) | undefined;
}

export class RequestProcessor {
  readonly stats = new ServerStats();
  readonly watches = new WatchManager();
  readonly output = new ConnectionOutput();
  readonly connections = new Set<ClientConnection>();

  readonly #parts: ProcessorParts;
  readonly #connector: SessionConnector;
  readonly #changes: OutstandingChanges;
  readonly #reader = new BinaryReader();
  readonly #pool = new BytePool();
  readonly #reads: ReadContext;
  #pending: PendingWrite[] = [];
  #pendingDone = 0;
  #waitingCount = 0;
  #resumed: ClientConnection[] = [];
  readonly #throttled = new Set<ClientConnection>();
  #lastPreparedZxid: Zxid;
  #nextConnectionId = 1;
  #now: Now;

  constructor(parts: ProcessorParts, now: Now) {
    this.#parts = parts;
    this.#now = now;
    this.#changes = new OutstandingChanges(parts.database.tree, parts.options.digestEnabled);
    this.#lastPreparedZxid = parts.database.tree.lastProcessedZxid;
    this.#connector = new SessionConnector(this, parts);
    parts.database.startWatching(this.watches);
    this.#reads = this.#createReadContext();
  }

  #createReadContext(): ReadContext {
    const { database, access, options } = this.#parts;
    const { tree } = database;
    const connection = new ClientConnection(this, {
      id: 0,
      remote: { address: '', port: 0 },
      frameBytesMax: 0,
      nowWallMs: 0,
    });
    const context: ReadContext = {
      tree,
      access,
      watches: this.watches,
      connection,
      reader: this.#reader,
      writer: this.output.outputOf(connection),
      isAllowed(node: NodeId, perms: number): boolean {
        const aclId = tree.aclIdOf(node);
        if ((tree.acls.openPerms(aclId) & perms) !== 0 || options.skipAcl) return true;
        return access.isAllowed(tree.acls.list(aclId), perms, context.connection.authIds);
      },
    };
    this.output.takeDirty();
    return context;
  }

  // --- What the driver and the server ask ---------------------------------------------------------

  get outstanding(): number {
    return this.#pending.length - this.#pendingDone + this.#waitingCount;
  }

  get lastZxid(): Zxid {
    return this.#parts.database.tree.lastProcessedZxid;
  }

  get now(): Now {
    return this.#now;
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
    connection.closeReason ??= 'closed by client';
    this.connections.delete(connection);
    this.#throttled.delete(connection);
    this.#waitingCount -= connection.waiting.length;
    connection.waiting = [];
    if (connection.hasWatches) this.watches.removeWatcher(connection);
    this.#connector.detach(connection);
  }

  receive(connection: ClientConnection, chunk: Uint8Array): void {
    this.stats.bytesReceived += chunk.length;
    connection.frames.push(chunk);
    this.#takeFrames(connection);
  }

  /** Goes on with frames that were left because of too much output. */
  continue(connection: ClientConnection): void {
    if (connection.frames.hasUnread) this.#takeFrames(connection);
  }

  /** Everything up to this zxid is durable: apply it and answer. */
  onSynced(through: Zxid): void {
    while (this.#pendingDone < this.#pending.length) {
      const pending = this.#pending[this.#pendingDone] as PendingWrite;
      if (pending.origin.zxid > through) break;
      this.#pendingDone++;
      this.#finish(pending);
    }
    this.#pool.release(through);
    if (this.#pendingDone === this.#pending.length) {
      this.#pending = [];
      this.#pendingDone = 0;
      this.#changes.assertAgreesWithTree();
    } else if (this.#pendingDone > 4096) {
      this.#pending = this.#pending.slice(this.#pendingDone);
      this.#pendingDone = 0;
    }
    this.#resumeThrottled();
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

  /** The session's time is over: nobody asked, so nobody is answered. */
  expire(session: Session): void {
    this.stats.sessionsExpired++;
    this.submit({
      operation: closeSession,
      request: {},
      sessionId: session.id,
      authIds: [],
      cxid: 0,
      connection: null,
    });
  }

  connectionOf(sessionId: SessionId): ClientConnection | undefined {
    return this.#connector.connectionOf(sessionId);
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
    const reader = this.#reader.reset(bytes, start, end);
    if (!connection.hasConnected) {
      connection.hasConnected = true;
      this.#connector.onConnectRequest(connection, reader);
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
      this.#replyError(connection, xid, { err: ErrorCode.Unimplemented, zxid: -1 });
      return this.close(connection, 'unknown operation', String(type));
    }
    if (isEnforcedAuthMissing(connection, operation, this.#parts.options)) {
      const err = ErrorCode.SessionClosedRequireSaslAuth;
      this.#replyError(connection, xid, { err, zxid: this.lastZxid });
      return this.close(connection, 'authentication is required');
    }
    this.#dispatch(connection, operation, xid);
  }

  #dispatch(connection: ClientConnection, operation: Operation, xid: number): void {
    connection.stats.lastOperation = operation.shortName;
    switch (operation.kind) {
      case 'read':
        if (connection.hasPendingWrites) return this.#wait(connection, xid, ErrorCode.Ok);
        return this.#serve(connection, operation, { xid: operation.replyXid ?? xid, waitedMs: 0 });
      case 'write':
        return this.#accept(connection, operation, xid);
      case 'connection':
        return this.#onConnectionOperation(connection, operation, xid);
      case 'refused':
        if (!operation.closes) return this.#refuse(connection, xid, operation.err);
        this.#replyError(connection, xid, { err: operation.err, zxid: -1 });
        return this.close(connection, 'operation not allowed alone', operation.name);
    }
  }

  // --- Reads --------------------------------------------------------------------------------------

  #serve(
    connection: ClientConnection,
    operation: ReadOperation,
    { xid, waitedMs }: { xid: number; waitedMs: number },
  ): void {
    const writer = this.output.outputOf(connection);
    const context = this.#reads;
    context.connection = connection;
    context.writer = writer;
    let mark = writer.at;
    if (!operation.emitsEvents) this.#beginReply(writer, xid, this.lastZxid);
    let err: ErrorCode;
    try {
      err = operation.serve(context);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      err = ErrorCode.MarshallingError;
    }
    if (operation.emitsEvents) {
      mark = writer.at;
      this.#beginReply(writer, xid, this.lastZxid);
    }
    if (err !== ErrorCode.Ok) {
      writer.at = mark + 20;
      writer.intAt(mark + 16, err);
    }
    writer.endFrame(mark);
    this.stats.readLatency.record(waitedMs);
    this.#countReply(connection, xid, { bytes: writer.at - mark, latencyMs: waitedMs });
  }

  /** Length, xid, zxid and err 0: twenty bytes. */
  #beginReply(writer: BinaryWriter, xid: number, zxid: Zxid): void {
    writer.beginFrame();
    writer.int(xid);
    writer.longFromNumber(zxid);
    writer.int(ErrorCode.Ok);
  }

  /** Keeps a request, or the refusal of one, until the writes before it are done. */
  #wait(connection: ClientConnection, xid: number, err: ErrorCode): void {
    const { bytes, start, end } = connection.frames;
    connection.waiting.push({
      afterWrites: connection.writesSubmitted,
      frame: err === ErrorCode.Ok ? copyOf(bytes, start, end) : null,
      xid,
      err,
      receivedMs: this.#now.monotonicMs,
    });
    this.#waitingCount++;
    this.#maybeThrottle(connection);
  }

  #refuse(connection: ClientConnection, xid: number, err: ErrorCode): void {
    if (connection.hasPendingWrites) return this.#wait(connection, xid, err);
    this.#replyError(connection, xid, { err, zxid: this.lastZxid });
  }

  #serveWaiting(connection: ClientConnection): void {
    while (connection.waiting.length > 0 && !connection.isClosing) {
      const next = connection.waiting[0];
      if (next === undefined || next.afterWrites > connection.writesDone) return;
      connection.waiting.shift();
      this.#waitingCount--;
      if (next.frame === null) {
        this.#replyError(connection, next.xid, { err: next.err, zxid: this.lastZxid });
        continue;
      }
      const reader = this.#reader.reset(next.frame, 0, next.frame.length);
      const xid = reader.int();
      const operation = operationOf(reader.int());
      assert(operation?.kind === 'read');
      const waitedMs = this.#now.monotonicMs - next.receivedMs;
      this.#serve(connection, operation, { xid: operation.replyXid ?? xid, waitedMs });
    }
  }

  // --- Writes -------------------------------------------------------------------------------------

  #accept(connection: ClientConnection, operation: WriteOperation, xid: number): void {
    const { session } = connection;
    assert(session !== null);
    let request: unknown;
    // The request outlives the chunk: its txn is applied when the log says so.
    this.#pool.setTag(this.#lastPreparedZxid + 1);
    this.#reader.pool = this.#pool;
    try {
      request = operation.request.read(this.#reader);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      return this.#refuse(connection, xid, ErrorCode.MarshallingError);
    } finally {
      this.#reader.pool = null;
    }
    this.submit({
      operation,
      request,
      sessionId: session.id,
      authIds: connection.authIds,
      cxid: xid,
      connection,
    });
    this.#maybeThrottle(connection);
  }

  /** Prep: judges the request, makes its txn and logs it. */
  submit(write: WriteRequest): void {
    const { database, sessions, access, options, journal } = this.#parts;
    const zxid = ++this.#lastPreparedZxid;
    const time = this.#now.wallMs;
    const context: PrepContext = {
      changes: this.#changes,
      tree: database.tree,
      access,
      sessions,
      options,
      sessionId: write.sessionId,
      authIds: write.authIds,
      zxid,
      time,
    };
    const judged = write.operation.prep(context, write.request);
    const txn = typeof judged === 'number' ? errorTxn(judged) : judged;
    const hasDigest = options.digestEnabled && txn.type !== OpCode.error;
    const origin = { clientId: write.sessionId, cxid: write.cxid, zxid, time };
    if (write.connection !== null) write.connection.writesSubmitted++;
    this.#pending.push({ write, origin, txn, receivedMs: this.#now.monotonicMs });
    journal.append(origin, txn, hasDigest ? this.#changes.digestValue() : null);
  }

  /** Final: applies a durable txn, which fires its watches, and then answers. */
  #finish({ write, origin, txn, receivedMs }: PendingWrite): void {
    const result = this.#parts.database.apply(origin, txn);
    this.#changes.trim(origin.zxid);
    if (txn.type === OpCode.closeSession) this.#parts.sessions.remove(origin.clientId);
    const { connection } = write;
    if (connection !== null && !connection.isClosing) {
      connection.writesDone++;
      this.#reply(connection, write, { result, zxid: origin.zxid, receivedMs });
      this.#serveWaiting(connection);
    }
    if (txn.type === OpCode.closeSession) this.#connector.onSessionClosed(origin.clientId, write);
  }

  #reply(
    connection: ClientConnection,
    { operation, cxid }: WriteRequest,
    done: { result: TxnResult; zxid: Zxid; receivedMs: number },
  ): void {
    const latencyMs = this.#now.monotonicMs - done.receivedMs;
    if (done.result.type === OpCode.createSession) {
      this.#connector.sendConnectResponse(connection);
      return this.#countLatency(connection, latencyMs);
    }
    if (done.result.err !== ErrorCode.Ok) {
      this.#replyError(connection, cxid, { err: done.result.err, zxid: done.zxid });
      return this.#countLatency(connection, latencyMs);
    }
    const writer = this.output.outputOf(connection);
    const mark = writer.at;
    this.#beginReply(writer, cxid, done.zxid);
    operation.reply(writer, done.result, this.#parts.database.tree);
    writer.endFrame(mark);
    this.stats.updateLatency.record(latencyMs);
    this.#countReply(connection, cxid, { bytes: writer.at - mark, latencyMs });
  }

  // --- Operations on the connection ---------------------------------------------------------------

  #onConnectionOperation(connection: ClientConnection, operation: Operation, xid: number): void {
    if (operation.name === 'sasl') {
      const writer = this.output.outputOf(connection);
      const mark = writer.at;
      this.#beginReply(writer, xid, 0);
      writeSaslReply(writer);
      writer.endFrame(mark);
      return this.#countReply(connection, xid, { bytes: writer.at - mark, latencyMs: 0 });
    }
    const err = authenticate(connection, this.#reader, this.#parts.access);
    this.#replyError(connection, xid, { err, zxid: 0 });
    if (err !== ErrorCode.Ok) this.close(connection, 'authentication failed');
  }

  // --- Replies and figures ------------------------------------------------------------------------

  /** A reply without a body, which is what every error is. */
  #replyError(connection: ClientConnection, xid: number, reply: { err: number; zxid: Zxid }): void {
    const writer = this.output.outputOf(connection);
    writer.int(16);
    writer.int(xid);
    writer.longFromNumber(reply.zxid);
    writer.int(reply.err);
    this.#countReply(connection, xid, { bytes: 20, latencyMs: 0 });
  }

  #countReply(
    connection: ClientConnection,
    xid: number,
    { bytes, latencyMs }: { bytes: number; latencyMs: number },
  ): void {
    this.stats.countResponse(bytes - 4);
    const { stats } = connection;
    stats.sent++;
    stats.lastZxid = this.lastZxid;
    if (xid > 0) stats.lastCxid = xid;
    this.#countLatency(connection, latencyMs);
  }

  #countLatency(connection: ClientConnection, latencyMs: number): void {
    this.stats.latency.record(latencyMs);
    const { stats } = connection;
    stats.latency.record(latencyMs);
    stats.lastLatencyMs = latencyMs;
    stats.lastResponseMs = this.#now.monotonicMs;
  }

  #maybeThrottle(connection: ClientConnection): void {
    if (this.outstanding <= this.#parts.options.globalOutstandingLimit) return;
    if (!connection.hasPendingWrites) return;
    connection.isThrottled = true;
    this.#throttled.add(connection);
  }

  #resumeThrottled(): void {
    if (this.outstanding > this.#parts.options.globalOutstandingLimit) return;
    for (const connection of this.#throttled) {
      connection.isThrottled = false;
      this.#resumed.push(connection);
    }
    this.#throttled.clear();
  }
}
