/** What a read must answer, from the request, the identities and the state that it names. */
import { ErrorCode } from '../../protocol/error-code.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { AclList } from '../../protocol/records/acl.ts';
import type { Ask } from '../clients/client-request.ts';
import { type PartBody, type ReplyBody, sorted } from '../clients/reply-body.ts';
import { isEphemeral, type ModelNode, mayDo, shownStat } from './model-node.ts';

export interface ReadContext {
  readonly sessionId: bigint;
  readonly ids: readonly string[];
  /** The state after the txn that the reply names. */
  node(path: string): ModelNode | null;
}

export interface ReadVerdict {
  readonly err: number;
  readonly body: ReplyBody;
}

const READ = 1;
const ADMIN = 16;
const failed = (err: number): ReadVerdict => ({ err, body: {} });
const good = (body: ReplyBody): ReadVerdict => ({ err: 0, body });

/** Null for what is no read of the tree: its reply is judged elsewhere. */
export function judgeRead(ask: Ask, context: ReadContext): ReadVerdict | null {
  switch (ask.kind) {
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
      return judgeNodeRead(ask.kind, ask.path, context);
    case 'getAcl':
      return judgeGetAcl(ask.path, context);
    case 'getAllChildrenNumber': {
      const node = readable(ask.path, context);
      if (typeof node === 'number') return failed(node);
      return good({ count: descendants(node, context).length });
    }
    case 'getEphemerals':
      return judgeGetEphemerals(ask.path, context);
    case 'multiRead':
      return good({
        parts: ask.items.map(({ kind, path }) => multiReadPart(kind, path, context)),
      });
    case 'sync':
      return good({ path: ask.path });
    case 'ping':
      return good({});
    case 'whoAmI':
      return good({ users: context.ids.map((id) => id.split(':').slice(0, 2).join(':')) });
    default:
      return null;
  }
}

function readable(path: string, { node, ids }: ReadContext): ModelNode | number {
  const found = node(path);
  if (found === null) return ErrorCode.NoNode;
  return mayDo(found.acl, READ, ids) ? found : ErrorCode.NoAuth;
}

function judgeNodeRead(
  kind: 'exists' | 'getData' | 'getChildren' | 'getChildren2',
  path: string,
  context: ReadContext,
): ReadVerdict {
  const node = readable(path, context);
  if (typeof node === 'number') return failed(node);
  const stat = shownStat(node);
  switch (kind) {
    case 'exists':
      return good({ stat });
    case 'getData':
      return good({ data: node.data, stat });
    case 'getChildren':
      return good({ names: sorted([...node.children]) });
    case 'getChildren2':
      return good({ names: sorted([...node.children]), stat });
  }
}

function judgeGetAcl(path: string, { node, ids }: ReadContext): ReadVerdict {
  const found = node(path);
  if (found === null) return failed(ErrorCode.NoNode);
  const isAdmin = mayDo(found.acl, ADMIN, ids);
  if (!isAdmin && !mayDo(found.acl, READ, ids)) return failed(ErrorCode.NoAuth);
  return good({ acl: isAdmin ? found.acl : found.acl.map(hidden), stat: shownStat(found) });
}

/** Who may only read an ACL does not see the digests in it. */
function hidden(entry: AclList[number]): AclList[number] {
  if (entry.id.scheme !== 'digest') return entry;
  const user = (entry.id.id ?? '').split(':')[0] ?? '';
  return { perms: entry.perms, id: { scheme: 'digest', id: `${user}:x` } };
}

function descendants(top: ModelNode, context: ReadContext): ModelNode[] {
  const found: ModelNode[] = [];
  for (const name of top.children) {
    const child = context.node(top.path === '/' ? `/${name}` : `${top.path}/${name}`);
    if (child !== null) found.push(child, ...descendants(child, context));
  }
  return found;
}

function judgeGetEphemerals(prefix: string, context: ReadContext): ReadVerdict {
  const root = context.node('/');
  const all = root === null ? [] : descendants(root, context);
  const own = all.filter(({ owner, path }) => {
    return isEphemeral(owner) && owner === context.sessionId && path.startsWith(prefix);
  });
  return good({ names: sorted(own.map(({ path }) => path)) });
}

function multiReadPart(
  kind: 'getData' | 'getChildren',
  path: string,
  context: ReadContext,
): PartBody {
  const node = readable(path, context);
  if (typeof node === 'number') return { type: OpCode.error, err: node, count: node };
  if (kind === 'getChildren') {
    return { type: OpCode.getChildren, err: 0, names: sorted([...node.children]) };
  }
  return { type: OpCode.getData, err: 0, data: node.data, stat: shownStat(node) };
}
