/** addWatch: a persistent or persistent recursive watch, also where there is no node. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { ErrorResponse } from '../../../protocol/records/node-ops.ts';
import { AddWatchRequest } from '../../../protocol/records/watches.ts';
import { AddWatchMode } from '../../../protocol/watch-event.ts';
import { WatchMode } from '../../tree/watch-manager.ts';
import type { ReadOperation } from '../operation.ts';

export const addWatch: ReadOperation = {
  kind: 'read',
  name: 'addWatch',
  shortName: 'ADDW',
  serve({ reader, writer, watches, connection }) {
    const { path, mode } = AddWatchRequest.read(reader);
    const isRecursive = mode === AddWatchMode.persistentRecursive;
    if (mode !== AddWatchMode.persistent && !isRecursive) return ErrorCode.MarshallingError;
    watches.add(
      connection,
      // Compat: a null path is taken; no event ever has it.
      path ?? '',
      isRecursive ? WatchMode.persistentRecursive : WatchMode.persistent,
    );
    ErrorResponse.write(writer, { err: ErrorCode.Ok });
    return ErrorCode.Ok;
  },
};
