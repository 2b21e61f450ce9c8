/**
 * Wants: which nodes must come or go before the tree gives a request the answer that its client got.
 * Where nothing that can still come before it brings that about, the search has gone wrong, and need
 * not go on to find out.
 */
import { parentPath } from '../../../base/path-rules.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import type { PartAsk } from '../../clients/client-request.ts';
import type { ReplyBody } from '../../clients/reply-body.ts';
import type { Answer, ClientOp } from './client-op.ts';

export interface Want {
  readonly path: string;
  readonly isThere: boolean;
}

/** Any number may follow. */
const ANY_NUMBER = '*';

/** What of the tree's nodes a request brings about, or may: its sequential names are not known then. */
type Giving = Pick<ClientOp, 'ask' | 'answer' | 'hasEffect'>;

export function gives({ ask, answer, hasEffect }: Giving): Want[] {
  if (!hasEffect) return [];
  if (ask.kind === 'multi') {
    const bodies = answer?.body.parts ?? [];
    return ask.parts.flatMap((part, i) => givesPart(part, bodies[i]));
  }
  if (ask.kind === 'create' || ask.kind === 'delete') return givesPart(ask, answer?.body);
  return [];
}

function givesPart(part: PartAsk, body: ReplyBody | undefined): Want[] {
  if (part.kind === 'delete') return [{ path: part.path, isThere: false }];
  if (part.kind !== 'create') return [];
  const isSequential = part.flags === 2 || part.flags === 3 || part.flags === 6;
  const nominal = isSequential ? part.path + ANY_NUMBER : part.path;
  return [{ path: body?.path ?? nominal, isThere: true }];
}

export function givesTo(op: ClientOp, want: Want): boolean {
  return op.gives.some((gift) => isGiven(want, gift));
}

function isGiven(want: Want, gift: Want): boolean {
  if (want.isThere !== gift.isThere) return false;
  if (want.path === gift.path) return true;
  return gift.path.endsWith(ANY_NUMBER) && want.path.startsWith(gift.path.slice(0, -1));
}

/** Only what is certain: there may be more. */
export function wantsOf({ ask, answer }: ClientOp, judged: Answer): Want[] {
  if (answer === null) return [];
  switch (ask.kind) {
    case 'multiRead':
      return ask.items.flatMap(({ path }, i) => ofPart(path, answer, { judged, i }));
    case 'multi':
      return ask.parts.flatMap((part, i) => {
        if (part.kind === 'create')
          return ofNumber(part.path, partOf(answer, i), partOf(judged, i));
        return part.kind === 'setData'
          ? ofStat(part.path, partOf(answer, i), partOf(judged, i))
          : [];
      });
    case 'delete':
      // What the parent's ACL forbids says nothing of the node.
      if (answer.err === ErrorCode.NoAuth || answer.err === ErrorCode.NoNode) return [];
      return existence(ask.path, answer, judged);
    case 'create':
      return [...ofCreate(ask.path, answer, judged), ...ofNumber(ask.path, answer, judged)];
    case 'sync':
    case 'closeSession':
    case 'getEphemerals':
      return [];
    default:
      return ofNode(ask.path, answer, judged);
  }
}

function partOf({ body }: Answer, i: number): Answer {
  const part = body.parts?.[i];
  return { err: part?.err ?? 0, body: part ?? {} };
}

function ofPart(path: string, answer: Answer, of: { judged: Answer; i: number }): Want[] {
  return ofNode(path, partOf(answer, of.i), partOf(of.judged, of.i));
}

function ofNode(path: string, answer: Answer, judged: Answer): Want[] {
  return [
    ...existence(path, answer, judged),
    ...children(path, answer, judged),
    ...ofStat(path, answer, judged),
  ];
}

/** What counts up is too far already: the node must go, and come again. */
function ofStat(path: string, answer: Answer, judged: Answer): Want[] {
  const [wanted, there] = [answer.body.stat, judged.body.stat];
  if (wanted === undefined || there === undefined) return [];
  const isTooFar =
    there.version > wanted.version ||
    there.aversion > wanted.aversion ||
    there.cversion + there.numChildren > wanted.cversion + wanted.numChildren;
  return isTooFar ? [{ path, isThere: false }] : [];
}

/** The same of the number in a sequential name, which its parent counts. */
function ofNumber(path: string, answer: Answer, judged: Answer): Want[] {
  const [wanted, there] = [answer.body.path, judged.body.path];
  if (typeof wanted !== 'string' || typeof there !== 'string' || there <= wanted) return [];
  return [{ path: parentPath(path), isThere: false }];
}

function existence(path: string, answer: Answer, judged: Answer): Want[] {
  const isWanted = answer.err !== ErrorCode.NoNode;
  const isThere = judged.err !== ErrorCode.NoNode;
  return isWanted === isThere ? [] : [{ path, isThere: isWanted }];
}

function children(path: string, answer: Answer, judged: Answer): Want[] {
  const [wanted, there] = [answer.body.names, judged.body.names];
  if (wanted === undefined || there === undefined) return [];
  const child = (name: string | null) => (path === '/' ? `/${name}` : `${path}/${name}`);
  return [
    ...wanted
      .filter((name) => !there.includes(name))
      .map((name) => ({ path: child(name), isThere: true })),
    ...there
      .filter((name) => !wanted.includes(name))
      .map((name) => ({ path: child(name), isThere: false })),
  ];
}

function ofCreate(path: string, answer: Answer, judged: Answer): Want[] {
  const isParentThere = judged.err !== ErrorCode.NoNode;
  if (answer.err === 0 && !isParentThere) return [{ path: parentPath(path), isThere: true }];
  if (answer.err === 0 && judged.err === ErrorCode.NodeExists) {
    return answer.body.path === path ? [{ path, isThere: false }] : [];
  }
  if (answer.err === ErrorCode.NodeExists && judged.err === 0) {
    return judged.body.path === path ? [{ path, isThere: true }] : [];
  }
  return [];
}
