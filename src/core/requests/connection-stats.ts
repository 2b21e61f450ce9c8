/** What `cons` and `stat` show of a connection, and `srvr` and `mntr` of all of them. */
import type { Now } from '../../base/now.ts';
import type { Zxid } from '../../base/zxid.ts';
import { counterOf } from '../../base/zxid.ts';
import { EnsembleStats } from './stats/ensemble-stats.ts';
import { LatencyStats } from './stats/latency-stats.ts';
import { SessionEndings } from './stats/session-endings.ts';
import { type SlowRequest, type SlowRequestCause, SlowRequests } from './stats/slow-requests.ts';
import { type Stall, Stalls } from './stats/stalls.ts';
import { Summary } from './stats/summary.ts';
import { WatchStats } from './stats/watch-stats.ts';

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
  /** How many txns it wrote. */
  readonly syncBatchSize = new Summary();
  /** From the start of a snapshot until it is on the disk. */
  readonly snapshotTime = new Summary();
  /** Of loading snapshot and log, and how many txns of the log. */
  readonly databaseInitTime = new Summary();
  readonly startupTxnsLoaded = new Summary();
  readonly watches = new WatchStats();
  readonly stalls = new Stalls();
  readonly pauseTime = new Summary();
  readonly sessionEndings = new SessionEndings(this.stalls);
  readonly slowRequests = new SlowRequests();
  readonly ensemble = new EnsembleStats();
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
  /** Whose client, or the network, ended them without a word. */
  connectionsLost = 0;
  /** Connections that came with a session. */
  sessionsTakenUp = 0;
  /** Txns after which the tree had not the digest that the log says. */
  digestMismatches = 0;
  sessionsExpired = 0;
  snapshotCount = 0;
  /** Of those that were ordered: failed, or asked for too soon. */
  snapshotCommandErrors = 0;
  snapshotCommandsLimited = 0;
  syncCount = 0;
  slowSyncCount = 0;
  readonly operations = new Map<string, number>();
  /** Closed connections by reason, the numbers in it replaced by N. */
  readonly closeReasons = new Map<string, number>();
  #syncedThrough: Zxid = -1;
  #lastSyncMs = 0;
  /** The last that was begun here, until it is done. */
  #snapshot: { readonly zxid: Zxid; readonly startMs: number } | null = null;

  /** Numbers in a reason are the client's choice: without them the reasons are few. */
  countClose(reason: string): void {
    const kind = reason.replace(/-?\d+/g, 'N');
    this.closeReasons.set(kind, (this.closeReasons.get(kind) ?? 0) + 1);
  }

  /** The log was written and synced. */
  countSync(through: Zxid, durationMs: number): void {
    this.syncCount++;
    this.syncTime.record(durationMs);
    this.#lastSyncMs = durationMs;
    const before = this.#syncedThrough;
    this.#syncedThrough = through;
    // The first may have anything before it, and an epoch begins with a gap.
    if (before >= 0 && through > before) {
      this.syncBatchSize.record(Math.min(through - before, counterOf(through)));
    }
  }

  snapshotStarted(zxid: Zxid, startMs: number): void {
    this.snapshotCount++;
    this.#snapshot = { zxid, startMs };
  }

  /** Nobody was heard and nobody answered for so long. */
  onStall(stall: Stall): void {
    this.stalls.record(stall);
    this.pauseTime.record(stall.durationMs);
  }

  onSlowRequest(
    request: Pick<SlowRequest, 'operation' | 'sessionId' | 'latencyMs'>,
    { monotonicMs, wallMs }: Now,
  ): void {
    const cause = this.#causeOfSlowness(request.latencyMs, monotonicMs);
    this.slowRequests.record({ ...request, cause, answeredMs: wallMs });
  }

  /** What most of the time went to. */
  #causeOfSlowness(latencyMs: number, nowMs: number): SlowRequestCause {
    const mostMs = latencyMs / 2;
    if (this.stalls.within(nowMs - latencyMs, nowMs) >= mostMs) return 'stall';
    if (this.#lastSyncMs >= mostMs) return 'log';
    return this.ensemble.isMember ? 'quorum' : 'queue';
  }

  /** Also of one that came from a leader, which was not begun here and has no time. */
  snapshotDone(zxid: Zxid, monotonicMs: number): void {
    if (this.#snapshot?.zxid !== zxid) return;
    this.snapshotTime.record(monotonicMs - this.#snapshot.startMs);
    this.#snapshot = null;
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
    this.syncBatchSize.reset();
    this.snapshotTime.reset();
    this.watches.reset();
    this.stalls.reset();
    this.pauseTime.reset();
    this.sessionEndings.reset();
    this.slowRequests.reset();
    this.ensemble.reset();
    this.packetsReceived = 0;
    this.packetsSent = 0;
    this.bytesReceived = 0;
    this.bytesSent = 0;
    this.lastResponseBytes = -1;
    this.minResponseBytes = -1;
    this.maxResponseBytes = -1;
    this.connectRequests = 0;
    this.connectionsDropped = 0;
    this.connectionsLost = 0;
    this.sessionsTakenUp = 0;
    this.sessionsExpired = 0;
    this.operations.clear();
    this.closeReasons.clear();
  }
}
