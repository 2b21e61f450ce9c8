/**
 * Forensics: what an operator asks afterwards: why did this session end, why was this request slow,
 * when did the server stand still. Told to the log as it happens, and kept for a while.
 */
import { describeSessionId } from '../../base/session-id.ts';
import type { ServerStats } from '../../core/requests/connection-stats.ts';
import type { SessionEnding } from '../../core/requests/stats/session-endings.ts';
import type { SlowRequestReport } from '../../core/requests/stats/slow-requests.ts';
import type { Stall } from '../../core/requests/stats/stalls.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { Logger } from '../logging/logger.ts';
import { endingFacts } from './describe-ending.ts';
import { StallWatch } from './stall-watch.ts';

/** At most one line about slow requests in this time. */
const REPORT_MS = 1000;
/** When a room loses its power ten thousand lines would hold up those who are left. */
const ENDINGS_TOLD_MAX = 100;

export interface ForensicsParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly stats: ServerStats;
}

export class Forensics {
  readonly #parts: ForensicsParts;
  readonly #watch: StallWatch;
  readonly #timer: NodeJS.Timeout;
  /** Since the last report. */
  #endingCount = 0;

  constructor(parts: ForensicsParts) {
    const { config, stats } = parts;
    this.#parts = parts;
    stats.slowRequests.thresholdMs = config.storage.fsyncWarningThresholdMs;
    stats.sessionEndings.onEnding = (ending) => this.#logEnding(ending);
    this.#watch = new StallWatch({
      onStall: (stall) => stats.onStall(stall),
      onSettled: (stall) => this.#logStall(stall),
    });
    this.#timer = setInterval(() => this.#report(), REPORT_MS);
    this.#timer.unref();
  }

  /** Before sessions are expired. */
  look(): void {
    this.#watch.look();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watch.close();
  }

  #report(): void {
    const { logger, stats } = this.#parts;
    const report = stats.slowRequests.takeReport();
    if (report !== null) this.#logSlowRequests(report);
    const untold = this.#endingCount - ENDINGS_TOLD_MAX;
    this.#endingCount = 0;
    if (untold > 0) logger.info('more sessions ended than are told one by one', { untold });
  }

  /** Who closes a session as it should be does not fill the log. */
  #logEnding(ending: SessionEnding): void {
    const { logger } = this.#parts;
    const level = ending.cause === 'clientClosed' ? 'debug' : 'info';
    if (!logger.isEnabled(level) || ++this.#endingCount > ENDINGS_TOLD_MAX) return;
    logger[level]('session ended', endingFacts(ending));
  }

  #logStall({ durationMs, cause }: Stall): void {
    const { config, logger } = this.#parts;
    const level = this.#levelOf(durationMs, config);
    logger[level]('the server stood still', { durationMs: Math.round(durationMs), cause });
  }

  /** By ZooKeeper's keys for pauses of the JVM. */
  #levelOf(durationMs: number, config: ServerConfig): 'debug' | 'info' | 'warn' {
    if (durationMs > config.jvmPauseWarnThresholdMs) return 'warn';
    return durationMs > config.jvmPauseInfoThresholdMs ? 'info' : 'debug';
  }

  #logSlowRequests({ count, slowest }: SlowRequestReport): void {
    const { operation, latencyMs, cause, sessionId } = slowest;
    this.#parts.logger.warn('requests were slow', {
      count,
      slowestMs: Math.round(latencyMs),
      operation,
      cause,
      session: describeSessionId(sessionId),
      thresholdMs: this.#parts.stats.slowRequests.thresholdMs,
    });
  }
}
