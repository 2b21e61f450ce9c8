/** ReplyWriter: how a reply begins and what is counted when it has ended, whoever answers. */
import type { Now } from '../../base/now.ts';
import type { Zxid } from '../../base/zxid.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { ClientConnection } from './client-connection.ts';
import type { ConnectionOutput } from './connection-output.ts';
import type { ServerStats } from './connection-stats.ts';

/** Where replies go, and what they are counted by. */
export interface ReplyHost {
  readonly now: Now;
  readonly lastZxid: Zxid;
  readonly output: ConnectionOutput;
  readonly stats: ServerStats;
}

export class ReplyWriter {
  readonly #host: ReplyHost;

  constructor(host: ReplyHost) {
    this.#host = host;
  }

  /** Length, xid, zxid and err 0: twenty bytes. */
  begin(writer: BinaryWriter, xid: number, zxid: Zxid): void {
    writer.beginFrame();
    writer.int(xid);
    writer.longFromNumber(zxid);
    writer.int(ErrorCode.Ok);
  }

  /** A reply without a body, which is what every error is. */
  error(connection: ClientConnection, xid: number, reply: { err: number; zxid: Zxid }): void {
    const writer = this.#host.output.outputOf(connection);
    writer.int(16);
    writer.int(xid);
    writer.longFromNumber(reply.zxid);
    writer.int(reply.err);
    this.count(connection, xid, { bytes: 20, latencyMs: 0 });
  }

  count(
    connection: ClientConnection,
    xid: number,
    { bytes, latencyMs }: { bytes: number; latencyMs: number },
  ): void {
    this.#host.stats.countResponse(bytes - 4);
    const { stats } = connection;
    stats.sent++;
    stats.lastZxid = this.#host.lastZxid;
    if (xid > 0) stats.lastCxid = xid;
    this.countLatency(connection, latencyMs);
  }

  countLatency(connection: ClientConnection, latencyMs: number): void {
    this.#host.stats.latency.record(latencyMs);
    const { stats } = connection;
    stats.latency.record(latencyMs);
    stats.lastLatencyMs = latencyMs;
    stats.lastResponseMs = this.#host.now.monotonicMs;
  }
}
