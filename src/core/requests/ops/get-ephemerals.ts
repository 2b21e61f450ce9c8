/** getEphemerals: the paths of the session's own ephemerals that begin with a prefix. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { GetEphemeralsRequest, GetEphemeralsResponse } from '../../../protocol/records/node-ops.ts';
import type { ReadOperation } from '../operation.ts';

export const getEphemerals: ReadOperation = {
  kind: 'read',
  name: 'getEphemerals',
  shortName: 'GETE',
  serve({ reader, writer, tree, connection }) {
    const prefix = GetEphemeralsRequest.read(reader).prefixPath?.trim() ?? '';
    const all = connection.session ? tree.ephemeralsOf(connection.session.id) : [];
    const isAll = prefix === '' || prefix === '/';
    const ephemerals = isAll ? all : all.filter((path) => path.startsWith(prefix));
    GetEphemeralsResponse.write(writer, { ephemerals });
    return ErrorCode.Ok;
  },
};
