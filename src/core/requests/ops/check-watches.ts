/** checkWatches and removeWatches: is there such a watch, and away with it. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { WatcherTypeRequest } from '../../../protocol/records/watches.ts';
import { WatcherType } from '../../../protocol/watch-event.ts';
import type { ReadContext, ReadOperation } from '../operation.ts';

const types = new Set<number>(Object.values(WatcherType));

function readRequest({ reader }: ReadContext): { path: string; type: number } | null {
  const { path, type } = WatcherTypeRequest.read(reader);
  // Compat: nobody watches a null path, so there is none to be found.
  return types.has(type) ? { path: path ?? '\0', type } : null;
}

export const checkWatches: ReadOperation = {
  kind: 'read',
  name: 'checkWatches',
  shortName: 'CHKW',
  serve(context) {
    const request = readRequest(context);
    if (request === null) return ErrorCode.MarshallingError;
    const has = context.watches.has(context.connection, request.path, request.type);
    return has ? ErrorCode.Ok : ErrorCode.NoWatcher;
  },
};

export const removeWatches: ReadOperation = {
  kind: 'read',
  name: 'removeWatches',
  shortName: 'REMW',
  serve(context) {
    const request = readRequest(context);
    if (request === null) return ErrorCode.MarshallingError;
    const had = context.watches.remove(context.connection, request.path, request.type);
    return had ? ErrorCode.Ok : ErrorCode.NoWatcher;
  },
};
