/** H7, H14 and H15 for reads: each reply is exactly what the state that it names says. */
import { isWrite } from '../clients/client-request.ts';
import type { AskRecord, History, Reply, Violation } from '../history.ts';
import type { ModelTree } from '../model/model-tree.ts';
import { judgeRead } from '../model/read-judge.ts';
import { describeValue, sameValue } from '../model/same-value.ts';

const UNIMPLEMENTED = -6;

export function checkReads({ connections }: History, tree: ModelTree): Violation[] {
  return connections.flatMap(({ stream, sessionId }) =>
    stream.flatMap((entry): Violation[] => {
      if (entry.kind !== 'reply' || isWrite(entry.asked.ask)) return [];
      return checkRead(entry.asked, entry.reply, { tree, sessionId });
    }),
  );
}

function checkRead(
  { ask, ids }: AskRecord,
  { xid, zxid, err, body }: Reply,
  { tree, sessionId }: { tree: ModelTree; sessionId: bigint },
): Violation[] {
  if (ask.kind === 'garbage') {
    return err === UNIMPLEMENTED
      ? []
      : [{ invariant: 'H7', message: `garbage is answered ${err}` }];
  }
  const node = (path: string) => tree.at(path, zxid);
  const expected = judgeRead(ask, { sessionId, ids, node });
  if (expected === null) return [];
  if (zxid > tree.lastZxid) {
    return [{ invariant: 'H7', message: `xid ${xid} names zxid ${zxid}, which never was` }];
  }
  if (err === expected.err && sameValue(body, expected.body)) return [];
  const message =
    `${describeValue(ask)} (xid ${xid}) at ${zxid} is answered with ${err} ` +
    `${describeValue(body)}, not ${expected.err} ${describeValue(expected.body)}`;
  return [{ invariant: expected.err === -102 || err === -102 ? 'H15' : 'H7', message }];
}
