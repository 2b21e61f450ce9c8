/** What `cons` and `stat` show of a connection, and `srvr` and `mntr` of all of them. */
import type { Zxid } from '../../base/zxid.ts';
import { LatencyStats } from './stats/latency-stats.ts';
import { Summary } from './stats/summary.ts';

export class ConnectionStats {
  readonly latency = new LatencyStats();
  /** Wall-clock milliseconds. */
  readonly establishedMs: number;
  received = 0;
  sent = 0;
  /** The operation's short name, as `cons` shows it. */
  lastOperation = 'NA';
  /** -1 before the first request. */
  lastCxid = -1;
  lastZxid: Zxid = -1;
  /** Monotonic milliseconds. */
  lastResponseMs = 0;
  lastLatencyMs = 0;

  constructor(establishedMs: number) {
    this.establishedMs = establishedMs;
  }

  reset(): void {
    this.latency.reset();
    this.received = 0;
    this.sent = 0;
    this.lastOperation = 'NA';
    this.lastCxid = -1;
    this.lastZxid = -1;
    this.lastResponseMs = 0;
    this.lastLatencyMs = 0;
  }
}

/** Plain counters: the hot path only adds to them; whoever shows them reads. */
export class ServerStats {
  readonly latency = new LatencyStats();
  readonly readLatency = new Summary();
  readonly updateLatency = new Summary();
  /** Of each write of the log. */
  readonly syncTime = new Summary();
  packetsReceived = 0;
  packetsSent = 0;
  bytesReceived = 0;
  bytesSent = 0;
  lastResponseBytes = -1;
  minResponseBytes = -1;
  maxResponseBytes = -1;
  connectionsMade = 0;
  /** Connections that asked for a session, new or old. */
  connectRequests = 0;
  connectionsDropped = 0;
  sessionsExpired = 0;
  snapshotCount = 0;
  syncCount = 0;
  slowSyncCount = 0;
  readonly operations = new Map<string, number>();
  /** Closed connections by reason, the numbers in it replaced by N. */
  readonly closeReasons = new Map<string, number>();

  /** Numbers in a reason are the client's choice: without them the reasons are few. */
  countClose(reason: string): void {
    const kind = reason.replace(/-?\d+/g, 'N');
    this.closeReasons.set(kind, (this.closeReasons.get(kind) ?? 0) + 1);
  }

  countResponse(bytes: number): void {
    this.packetsSent++;
    this.bytesSent += bytes;
    this.lastResponseBytes = bytes;
    if (bytes > this.maxResponseBytes) this.maxResponseBytes = bytes;
    if (this.minResponseBytes < 0 || bytes < this.minResponseBytes) this.minResponseBytes = bytes;
  }

  reset(): void {
    this.latency.reset();
    this.readLatency.reset();
    this.updateLatency.reset();
    this.syncTime.reset();
    this.packetsReceived = 0;
    this.packetsSent = 0;
    this.bytesReceived = 0;
    this.bytesSent = 0;
    this.lastResponseBytes = -1;
    this.minResponseBytes = -1;
    this.maxResponseBytes = -1;
    this.connectRequests = 0;
    this.connectionsDropped = 0;
    this.sessionsExpired = 0;
    this.operations.clear();
    this.closeReasons.clear();
  }
}
