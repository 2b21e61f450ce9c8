/** ping: keeps the session alive, which every request does. The reply's xid is always -2. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { Xid } from '../../../protocol/records/connect.ts';
import type { ReadOperation } from '../operation.ts';

export const ping: ReadOperation = {
  kind: 'read',
  name: 'ping',
  shortName: 'PING',
  replyXid: Xid.ping,
  serve: () => ErrorCode.Ok,
};
