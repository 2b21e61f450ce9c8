/**
 * sync: answered when everything before it has been applied, which on a standalone server is when
 * its turn comes. The path is echoed and not looked at.
 */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { PathRequest, SyncResponse } from '../../../protocol/records/node-ops.ts';
import type { ReadOperation } from '../operation.ts';

export const sync: ReadOperation = {
  kind: 'sync',
  name: 'sync',
  shortName: 'SYNC',
  serve({ reader, writer }) {
    SyncResponse.write(writer, PathRequest.read(reader));
    return ErrorCode.Ok;
  },
};
