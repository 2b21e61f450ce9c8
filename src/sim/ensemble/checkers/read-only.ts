/**
 * R1: in read-only mode a client is told what the server has, and that it does not write; H7 where
 * the state that a reply names was committed. A server that looks for a leader may also show what
 * never will be, as ZooKeeper's does.
 */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { isWrite } from '../../clients/client-request.ts';
import type { ConnectionHistory } from '../../history.ts';
import { judgeRead } from '../../model/read-judge.ts';
import { describeValue, sameValue } from '../../model/same-value.ts';
import { Violated } from '../../violated.ts';
import type { Witness } from '../witness.ts';

/** The frame that has just been recorded last. */
export function checkReadOnly({ stream, sessionId }: ConnectionHistory, witness: Witness): void {
  const last = stream.at(-1);
  if (last?.kind !== 'reply') return;
  const { asked, reply } = last;
  const { ask, ids } = asked;
  const refused = reply.err === ErrorCode.NotReadOnly;
  // It ends a session of its own, which nobody else knows.
  if (ask.kind === 'closeSession') return;
  if (isWrite(ask) || ask.kind === 'sync') {
    if (refused) return;
    throw Violated.of('R1', `${ask.kind} is answered with ${reply.err} in read-only mode`);
  }
  const isJudged = witness.isCommitted(reply.zxid) && reply.zxid > 0;
  const node = (path: string) => witness.model.at(path, reply.zxid);
  const expected = isJudged ? judgeRead(ask, { sessionId, ids, node }) : null;
  if (expected === null || ask.kind === 'getEphemerals') return;
  if (reply.err === expected.err && sameValue(reply.body, expected.body)) return;
  const message =
    `${describeValue(ask)} at ${reply.zxid} is answered with ${reply.err} ` +
    `${describeValue(reply.body)}, not ${expected.err} ${describeValue(expected.body)}`;
  throw Violated.of('H7', `in read-only mode: ${message}`);
}
