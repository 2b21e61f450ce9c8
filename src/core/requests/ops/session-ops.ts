/**
 * createSession and closeSession as txns. The first is asked for by a ConnectRequest, the second by
 * a client or by the expiry of its session; the session goes with its ephemerals in one txn.
 */

import { parentPath } from '../../../base/path-rules.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import { int, record } from '../../../protocol/jute/schema.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { type PrepContext, type WriteOperation, writeOperation } from '../operation.ts';

export const createSession = writeOperation({
  kind: 'write',
  name: 'createSession',
  shortName: 'SESS',
  request: record('CreateSessionRequest', { timeOut: int }),
  prep: (_context, { timeOut }) => ({ type: OpCode.createSession, body: { timeOut } }),
  reply() {},
});

function deleteEphemeral(context: PrepContext, path: string): void {
  const { changes, zxid } = context;
  const node = changes.get(path);
  const parent = changes.get(parentPath(path));
  if (node === null || parent === null) return;
  const after = changes.begin(parent, zxid);
  after.childCount--;
  after.pzxid = zxid;
  changes.commit(after);
  changes.delete(node, zxid);
}

export const closeSession = writeOperation({
  kind: 'write',
  name: 'closeSession',
  shortName: 'CLOS',
  request: record('CloseSessionRequest', {}),
  prep(context) {
    const session = context.sessions.get(context.sessionId);
    if (session === undefined || session.isLocal) return ErrorCode.UnknownSession;
    const paths = context.changes.ephemeralsOf(context.sessionId);
    for (const path of paths) deleteEphemeral(context, path);
    context.sessions.setClosing(session);
    const paths2Delete = context.options.closeSessionTxnEnabled ? paths : undefined;
    return { type: OpCode.closeSession, body: { paths2Delete } };
  },
  reply() {},
});

/** Judged whoever asks: the one makes its session, the other is the last that is asked of it. */
export function isOfSession(operation: WriteOperation): boolean {
  return operation === createSession || operation === closeSession;
}
