/** What happens to a server's data, told to the log. */
import { describeZxid } from '../base/zxid.ts';
import type { ServerEvent } from '../core/standalone-server.ts';
import type { ClientServer } from './client-server.ts';
import type { ServerConfig } from './config/server-config.ts';
import type { Logger } from './logging/logger.ts';

export interface ServerLogParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly server: ClientServer;
}

export function logServerEvent(event: ServerEvent, parts: ServerLogParts): void {
  const { logger } = parts;
  switch (event.kind) {
    case 'synced':
      return logSlowSync(event.durationMs, parts);
    case 'snapshotStarted':
      return logger.info('snapshot started', { zxid: describeZxid(event.zxid) });
    case 'snapshotDone':
      return logger.info('snapshot done', { zxid: describeZxid(event.zxid), bytes: event.bytes });
    case 'purged':
      return logger.info('purged', { files: event.names.join(' ') });
    case 'purgeFailed':
      return logger.warn('purge failed', { file: event.file, reason: event.reason });
    case 'failed':
      return logger.error('the disk failed: the server stops', {
        file: event.file,
        reason: event.reason,
      });
    case 'ready':
    case 'closed':
      return;
  }
}

function logSlowSync(durationMs: number, { config, logger, server }: ServerLogParts): void {
  const thresholdMs = config.storage.fsyncWarningThresholdMs;
  if (durationMs < thresholdMs) return;
  const { stats } = server;
  stats.slowSyncCount++;
  logger.warn('fsync-ing the write ahead log took long', {
    durationMs: Math.round(durationMs),
    thresholdMs,
    cause: causeOf(durationMs, server),
  });
}

/** What else happened in that time. */
function causeOf(durationMs: number, { stats, storage }: ClientServer): string {
  const nowMs = performance.now();
  if (stats.stalls.within(nowMs - durationMs, nowMs) >= durationMs / 2) {
    return 'the server stood still';
  }
  return storage.isSnapshotting ? 'a snapshot is being written' : 'the disk';
}
