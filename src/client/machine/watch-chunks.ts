/**
 * The frames that set all watches again on a new connection: SetWatches where there are only
 * one-shot ones, which every server knows, else SetWatches2 (3.6 and later). Each frame is bounded,
 * as in Java, so that a client with many watches does not exceed the server's jute.maxbuffer.
 */
import { OpCode } from '../../protocol/op-code.ts';
import { WATCH_TABLES, type WatchRegistry, type WatchTableName } from './watch-registry.ts';

/** Java's limit: 128 KiB of paths. */
const CHUNK_BYTES_MAX = 131_072;

export interface WatchChunk {
  readonly opCode: number;
  /** In the order of SetWatches2's fields; SetWatches has the first three. */
  readonly paths: readonly (readonly string[])[];
}

export function watchChunks(
  registry: WatchRegistry,
  chunkBytesMax: number = CHUNK_BYTES_MAX,
): WatchChunk[] {
  const hasPersistent = (['persistent', 'persistentRecursive'] as const).some(
    (name) => !registry.paths(name).next().done,
  );
  const names = hasPersistent ? WATCH_TABLES : WATCH_TABLES.slice(0, 3);
  const opCode = hasPersistent ? OpCode.setWatches2 : OpCode.setWatches;
  const chunks: WatchChunk[] = [];
  let paths = names.map((): string[] => []);
  let bytes = 0;
  const end = () => {
    if (bytes > 0) chunks.push({ opCode, paths });
    paths = names.map(() => []);
    bytes = 0;
  };
  names.forEach((name: WatchTableName, at) => {
    for (const path of registry.paths(name)) {
      // As many as UTF-8 can need.
      const pathBytes = 4 + path.length * 3;
      if (bytes > 0 && bytes + pathBytes > chunkBytesMax) end();
      paths[at]?.push(path);
      bytes += pathBytes;
    }
  });
  end();
  return chunks;
}
