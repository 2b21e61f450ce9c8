/** Does the model, at one tree, give a request the answer that its client got? */
import type { Txn } from '../../../core/requests/txn.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import type { Stat } from '../../../protocol/records/stat.ts';
import { isWrite, type WriteAsk } from '../../clients/client-request.ts';
import type { ReplyBody } from '../../clients/reply-body.ts';
import { judgeRead } from '../../model/read-judge.ts';
import { sameValue } from '../../model/same-value.ts';
import { judgeWrite } from '../../model/write-judge.ts';
import { expectedBody } from '../expected-body.ts';
import type { Answer, ClientOp } from './client-op.ts';
import type { PlainTree } from './plain-tree.ts';

export interface Judged extends Answer {
  /** What it does to the tree; empty where it fails. */
  readonly txns: readonly Txn[];
}

const NOTHING: readonly Txn[] = [];

export function judgeOp(tree: PlainTree, op: ClientOp): Judged {
  const { ask, sessionId, ids } = op;
  if (isWrite(ask)) return judgeWriteOp(tree, ask, op);
  const verdict = judgeRead(ask, { sessionId, ids, node: (path) => tree.get(path) });
  return { err: verdict?.err ?? 0, body: verdict?.body ?? {}, txns: NOTHING };
}

function judgeWriteOp(tree: PlainTree, ask: WriteAsk, { sessionId, ids }: ClientOp): Judged {
  const { txns, results } = judgeWrite(tree, ask, {
    sessionId,
    ids,
    zxid: 0,
    time: 0,
    ephemerals: tree.ephemeralsOf(sessionId),
    closeSessionTxnEnabled: true,
  });
  const err = ask.kind === 'multi' ? 0 : (results[0]?.err ?? 0);
  const body = err === 0 ? expectedBody(ask, results) : {};
  return { err, body, txns: txns.some(({ type }) => type === OpCode.error) ? NOTHING : txns };
}

export function isSameAnswer(given: Answer, judged: Answer): boolean {
  return given.err === judged.err && isSameBody(given.body, judged.body);
}

function isSameBody(a: ReplyBody, b: ReplyBody): boolean {
  return (
    a.path === b.path &&
    a.count === b.count &&
    isSameStat(a.stat, b.stat) &&
    sameValue(a.data, b.data) &&
    sameValue(a.names, b.names) &&
    sameValue(a.acl, b.acl) &&
    isSameParts(a.parts, b.parts)
  );
}

/** What is left of a Stat without zxids and times. */
function isSameStat(a: Stat | undefined, b: Stat | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.version === b.version &&
    a.cversion === b.cversion &&
    a.aversion === b.aversion &&
    a.ephemeralOwner === b.ephemeralOwner &&
    a.dataLength === b.dataLength &&
    a.numChildren === b.numChildren
  );
}

function isSameParts(a: ReplyBody['parts'], b: ReplyBody['parts']): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((part, i) => isSamePart(part, b[i]));
}

type Part = NonNullable<ReplyBody['parts']>[number];

function isSamePart(a: Part, b: Part | undefined): boolean {
  return b !== undefined && a.type === b.type && a.err === b.err && isSameBody(a, b);
}
