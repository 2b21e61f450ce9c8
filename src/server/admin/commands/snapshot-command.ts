/**
 * `snapshot`: takes a snapshot into the data directory and sends its file: what `zooid backup` and
 * the tools of ZooKeeper 3.9 ask for. The file is the tree at one zxid, whatever is written meanwhile.
 */
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Zxid } from '../../../base/zxid.ts';
import type { ServerStats } from '../../../core/requests/connection-stats.ts';
import { snapshotName } from '../../../core/storage/file-names.ts';
import { directoryPaths, filePath } from '../../../io/disk/directory-paths.ts';
import type { ServerConfig } from '../../config/server-config.ts';
import { formatHex } from '../../four-letter-words/java-format.ts';
import type { Logger } from '../../logging/logger.ts';
import { snapshotCompressionOf } from '../../standalone-options.ts';
import { RateLimiter } from '../rate-limiter.ts';
import type { CommandParameters, PrivilegedAnswer, PrivilegedCommand } from './command.ts';

export interface SnapshotCommandParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly stats: ServerStats;
  /** Resolves with the zxid of a snapshot that begins now, when it is on the disk. */
  takeSnapshot(): Promise<Zxid>;
}

const UNITS_PER_MS = 1000;

export function snapshotCommand(parts: SnapshotCommandParts): PrivilegedCommand {
  const { config, logger, stats } = parts;
  const { admin, storage } = config;
  // Compat: Java takes the number, which it documents as milliseconds, for microseconds.
  const limiter = new RateLimiter(Math.floor(admin.rateLimiterInterval / UNITS_PER_MS));
  return {
    kind: 'privileged',
    method: 'GET',
    names: ['snapshot', 'snap'],
    async answer(parameters) {
      if (!admin.isSnapshotEnabled) return refusal(503, 'admin.snapshot.enabled is false');
      if (!storage.serializeLastProcessedZxidEnabled) {
        return refusal(500, 'serializeLastProcessedZxid.enabled is false');
      }
      if (!limiter.allow()) {
        stats.snapshotCommandsLimited++;
        return refusal(429, 'too soon after the last one');
      }
      try {
        return await takeSnapshot(parts, parameters);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        stats.snapshotCommandErrors++;
        logger.warn('the snapshot that was asked for cannot be had', { reason });
        return refusal(500, 'the snapshot cannot be taken');
      }
    },
  };
}

function refusal(status: 429 | 500 | 503, error: string): PrivilegedAnswer {
  return { status, error };
}

async function takeSnapshot(
  { config, takeSnapshot: take }: SnapshotCommandParts,
  parameters: CommandParameters,
): Promise<PrivilegedAnswer> {
  const zxid = await take();
  const name = snapshotName(zxid, snapshotCompressionOf(config));
  const paths = directoryPaths(config.dataDir, config.dataLogDir);
  // Open from here on: a purge may remove its name.
  const file = await open(filePath(paths, 'snapshot', name));
  const { size } = await file.stat();
  const headers = { last_zxid: `0x${formatHex(zxid)}`, snapshot_size: String(size) };
  const isStreamed = (parameters.get('streaming') ?? 'true').toLowerCase() === 'true';
  if (!isStreamed) {
    await file.close();
    return { status: 200, headers };
  }
  const stream = file.createReadStream({ start: 0, end: size - 1 });
  return {
    status: 200,
    headers: { ...headers, 'Content-Length': String(size) },
    body: Readable.toWeb(stream) as ReadableStream<Uint8Array>,
  };
}
