/**
 * ReadPath: reads are answered straight from the tree into the connection's output. A read waits
 * only for earlier writes of its own connection; while there are such, its frame is kept as a copy.
 */
import { assert } from '../../base/assert.ts';
import { copyOf } from '../../base/byte-pool.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import type { NodeId } from '../tree/node-store.ts';
import { ClientConnection, type WaitingReply } from './client-connection.ts';
import type { ConnectionOutput } from './connection-output.ts';
import { operationOf } from './op-table.ts';
import type { ReadContext, ReadOperation } from './operation.ts';
import type { ReplyWriter } from './reply-writer.ts';
import type { ProcessorParts, RequestProcessor } from './request-processor.ts';

export class ReadPath {
  readonly #processor: RequestProcessor;
  readonly #parts: ProcessorParts;
  readonly #reader: BinaryReader;
  readonly #output: ConnectionOutput;
  readonly #replies: ReplyWriter;
  readonly #context: ReadContext;
  #waitingCount = 0;

  constructor(processor: RequestProcessor, parts: ProcessorParts) {
    this.#processor = processor;
    this.#parts = parts;
    this.#reader = processor.reader;
    this.#output = processor.output;
    this.#replies = processor.replies;
    this.#context = this.#createContext();
  }

  #createContext(): ReadContext {
    const { database, access, options } = this.#parts;
    const { tree } = database;
    const output = this.#output;
    const connection = new ClientConnection(this.#processor, {
      id: 0,
      remote: { address: '', port: 0 },
      frameBytesMax: 0,
      nowWallMs: 0,
    });
    const context: ReadContext = {
      tree,
      access,
      watches: this.#processor.watches,
      connection,
      reader: this.#reader,
      writer: output.outputOf(connection),
      isAllowed(node: NodeId, perms: number): boolean {
        const aclId = tree.aclIdOf(node);
        if ((tree.acls.openPerms(aclId) & perms) !== 0 || options.skipAcl) return true;
        return access.isAllowed(tree.acls.list(aclId), perms, context.connection.authIds);
      },
    };
    output.takeDirty();
    return context;
  }

  /** Reads and refusals that wait for writes. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** A read whose body is next in the processor's reader: answered now, or in its turn. */
  take(connection: ClientConnection, operation: ReadOperation, xid: number): void {
    if (connection.hasPendingWrites) return this.wait(connection, xid, ErrorCode.Ok);
    return this.serve(connection, operation, { xid: operation.replyXid ?? xid, waitedMs: 0 });
  }

  serve(
    connection: ClientConnection,
    operation: ReadOperation,
    { xid, waitedMs }: { xid: number; waitedMs: number },
  ): void {
    const writer = this.#output.outputOf(connection);
    const context = this.#context;
    context.connection = connection;
    context.writer = writer;
    let mark = writer.at;
    if (!operation.emitsEvents) this.#replies.begin(writer, xid, this.#processor.lastZxid);
    let err: ErrorCode;
    try {
      err = operation.serve(context);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      err = ErrorCode.MarshallingError;
    }
    if (operation.emitsEvents) {
      mark = writer.at;
      this.#replies.begin(writer, xid, this.#processor.lastZxid);
    }
    if (err !== ErrorCode.Ok) {
      writer.at = mark + 20;
      writer.intAt(mark + 16, err);
    }
    writer.endFrame(mark);
    this.#processor.stats.readLatency.record(waitedMs);
    this.#replies.count(connection, xid, { bytes: writer.at - mark, latencyMs: waitedMs });
  }

  /** Keeps a request, or the refusal of one, until the writes before it are done. */
  wait(connection: ClientConnection, xid: number, err: ErrorCode): void {
    const { bytes, start, end } = connection.frames;
    const frame = err === ErrorCode.Ok ? copyOf(bytes, start, end) : null;
    this.#wait(connection, { frame, xid, err, closeReason: null });
  }

  #wait(
    connection: ClientConnection,
    reply: Pick<WaitingReply, 'frame' | 'xid' | 'err' | 'closeReason'>,
  ): void {
    const afterWrites = connection.writesSubmitted;
    const receivedMs = this.#processor.now.monotonicMs;
    connection.waiting.push({ ...reply, afterWrites, receivedMs });
    this.#waitingCount++;
    this.#processor.maybeThrottle(connection);
  }

  /** An error reply, in its turn. */
  refuse(connection: ClientConnection, xid: number, err: ErrorCode): void {
    if (connection.hasPendingWrites) return this.wait(connection, xid, err);
    this.#replies.error(connection, xid, { err, zxid: this.#processor.lastZxid });
  }

  /** A good reply without a body, in its turn, and with it the end of the connection. */
  answerLast(connection: ClientConnection, xid: number, closeReason: string): void {
    const err = ErrorCode.Ok;
    if (connection.hasPendingWrites) {
      return this.#wait(connection, { frame: null, xid, err, closeReason });
    }
    this.#replies.error(connection, xid, { err, zxid: this.#processor.lastZxid });
    this.#processor.close(connection, closeReason);
  }

  serveWaiting(connection: ClientConnection): void {
    while (connection.waiting.length > 0 && !connection.isClosing) {
      const next = connection.waiting[0];
      if (next === undefined || next.afterWrites > connection.writesDone) return;
      connection.waiting.shift();
      this.#waitingCount--;
      if (next.frame === null) {
        this.#replies.error(connection, next.xid, {
          err: next.err,
          zxid: this.#processor.lastZxid,
        });
        if (next.closeReason !== null) this.#processor.close(connection, next.closeReason);
        continue;
      }
      const reader = this.#reader.reset(next.frame, 0, next.frame.length);
      const xid = reader.int();
      const operation = operationOf(reader.int());
      assert(operation?.kind === 'read' || operation?.kind === 'sync');
      const waitedMs = this.#processor.now.monotonicMs - next.receivedMs;
      this.#processor.countIfSlow(connection, operation, waitedMs);
      this.serve(connection, operation, { xid: operation.replyXid ?? xid, waitedMs });
    }
  }

  /** The connection is gone: nobody waits any more. */
  forget(connection: ClientConnection): void {
    this.#waitingCount -= connection.waiting.length;
    connection.waiting = [];
  }
}
