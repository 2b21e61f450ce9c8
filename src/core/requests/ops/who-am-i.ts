/** whoAmI: the connection's identities. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { WhoAmIResponse } from '../../../protocol/records/node-ops.ts';
import type { ReadOperation } from '../operation.ts';

export const whoAmI: ReadOperation = {
  kind: 'read',
  name: 'whoAmI',
  shortName: 'HOMI',
  serve({ access, connection, writer }) {
    WhoAmIResponse.write(writer, { clientInfo: access.userNames(connection.authIds) });
    return ErrorCode.Ok;
  },
};
