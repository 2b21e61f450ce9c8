/** A node and its children as /api shows them, to who may see them. */

import { describeSessionId } from '../../../base/session-id.ts';
import { withoutDigest } from '../../../core/requests/ops/get-acl.ts';
import { ephemeralTypeOf } from '../../../core/tree/ephemeral-type.ts';
import { NO_NODE, type NodeId } from '../../../core/tree/node-store.ts';
import type {
  AclEntry,
  ChildrenPage,
  ChildView,
  NodeData,
  NodeKind,
  NodeStat,
  NodeView,
} from '../../../protocol/admin.ts';
import type { Acl, Id } from '../../../protocol/records/acl.ts';
import { Permission, permissionLetters } from '../../../protocol/records/acl.ts';
import type { ServingContext } from '../../four-letter-words/word-context.ts';
import type { Window } from './paging.ts';

export interface NodeQuestion {
  readonly path: string;
  /** Of who asks. */
  readonly ids: readonly Id[];
}

type Refusal = 'noNode' | 'noAuth';

/** More than that are not sorted: it would take too long for those who wait meanwhile. */
const SORTED_MAX = 10_000;

export function viewNode(context: ServingContext, question: NodeQuestion): NodeView | Refusal {
  const found = findReadable(context, question);
  if (typeof found === 'string') return found;
  const { tree } = context.server.database;
  const acl = tree.aclOf(found);
  const isAdmin = isAllowed(context, found, { ...question, permission: Permission.admin });
  return {
    path: question.path,
    kind: kindOf(context, found),
    data: describeData(tree.dataOf(found)),
    stat: describeStat(context, found),
    acl: (isAdmin ? acl : acl.map(withoutDigest)).map(describeAcl),
  };
}

export function viewChildren(
  context: ServingContext,
  question: NodeQuestion,
  { offset, limit }: Window,
): ChildrenPage | Refusal {
  const found = findReadable(context, question);
  if (typeof found === 'string') return found;
  const { tree } = context.server.database;
  const children = tree.childrenOf(found);
  const isSorted = children.length <= SORTED_MAX;
  const named = (isSorted ? children : children.slice(offset, offset + limit)).map(
    (id) => [tree.nameOf(id), id] as const,
  );
  if (isSorted) named.sort(([one], [other]) => (one < other ? -1 : 1));
  const page = isSorted ? named.slice(offset, offset + limit) : named;
  return {
    path: question.path,
    isSorted,
    offset,
    total: children.length,
    items: page.map(([name, id]) => viewChild(context, { name, id, ids: question.ids })),
  };
}

interface Child {
  readonly name: string;
  readonly id: NodeId;
  readonly ids: readonly Id[];
}

function viewChild(context: ServingContext, { name, id, ids }: Child): ChildView {
  if (!isAllowed(context, id, { ids, permission: Permission.read })) {
    return { name, kind: null, numChildren: null, dataLength: null };
  }
  const { tree } = context.server.database;
  return {
    name,
    kind: kindOf(context, id),
    numChildren: tree.childCountOf(id),
    dataLength: tree.dataLengthOf(id),
  };
}

function findReadable(context: ServingContext, { path, ids }: NodeQuestion): NodeId | Refusal {
  const id = context.server.database.tree.findPath(path);
  if (id === NO_NODE) return 'noNode';
  return isAllowed(context, id, { ids, permission: Permission.read }) ? id : 'noAuth';
}

interface Wish {
  readonly ids: readonly Id[];
  readonly permission: number;
}

function isAllowed({ server, processor }: ServingContext, id: NodeId, wish: Wish): boolean {
  const acl = server.database.tree.aclOf(id);
  return processor.access.isAllowed(acl, wish.permission, wish.ids);
}

function kindOf({ server, config }: ServingContext, id: NodeId): NodeKind {
  const type = ephemeralTypeOf(server.database.tree.ownerOf(id), config.requests);
  if (type === 'void') return 'persistent';
  return type === 'normal' ? 'ephemeral' : type;
}

function describeStat({ server }: ServingContext, id: NodeId): NodeStat {
  const { ephemeralOwner, ...stat } = server.database.tree.stat(id);
  return {
    ...stat,
    ephemeralOwner: ephemeralOwner === 0n ? null : describeSessionId(ephemeralOwner),
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function describeData(bytes: Uint8Array | null): NodeData | null {
  if (bytes === null) return null;
  try {
    return { encoding: 'utf8', value: utf8.decode(bytes) };
  } catch {
    // It is no text.
    return { encoding: 'base64', value: Buffer.from(bytes).toString('base64') };
  }
}

function describeAcl({ perms, id }: Acl): AclEntry {
  return {
    perms: permissionLetters(perms),
    scheme: id.scheme ?? '',
    id: id.id ?? '',
  };
}
