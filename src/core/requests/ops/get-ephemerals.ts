/** getEphemerals: the paths of the session's own ephemerals that begin with a prefix. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { GetEphemeralsRequest, GetEphemeralsResponse } from '../../../protocol/records/node-ops.ts';
import type { ReadOperation } from '../operation.ts';

export const getEphemerals: ReadOperation = {
  kind: 'read',
  name: 'getEphemerals',
  shortName: 'GETE',
  serve({ reader, writer, tree, connection }) {
    const prefix = GetEphemeralsRequest.read(reader).prefixPath ?? '';
    const all = connection.session ? tree.ephemeralsOf(connection.session.id) : [];
    const isAll = isEmptyOrRoot(prefix);
    const ephemerals = isAll ? all : all.filter((path) => path.startsWith(prefix));
    GetEphemeralsResponse.write(writer, { ephemerals });
    return ErrorCode.Ok;
  },
};

/** Compat: it is trimmed for this question only, and as Java trims: of control characters, too. */
function isEmptyOrRoot(prefix: string): boolean {
  let start = 0;
  let end = prefix.length;
  while (start < end && prefix.charCodeAt(start) <= 0x20) start++;
  while (end > start && prefix.charCodeAt(end - 1) <= 0x20) end--;
  return prefix.slice(start, end) === '' || prefix.slice(start, end) === '/';
}
