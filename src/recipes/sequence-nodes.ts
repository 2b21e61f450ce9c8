/**
 * Sequence nodes: the queue of clients that most recipes are. Each client makes one ephemeral
 * sequential node under a path, the lowest is first, and each waits for the deletion of one node
 * before its own, so that a release wakes one client and not all (no herd).
 *
 *   /locks/a                                   container, goes when nobody is left
 *     _c_2f1c…-lock-0000000007                 ephemeral sequential: the first
 *     _c_90ab…-lock-0000000008                 waits for the deletion of 7
 *
 * What was learned the hard way elsewhere, and is built in here:
 * - The reply of a create can get lost while the node is there. The GUID in front of the name lets
 *   the client find it again (`protect`); without it the client would queue behind itself.
 * - A create is never given up half way. Who stops waiting lets it end and deletes the node then.
 * - The predecessor is watched by a read of its data, never by `exists`: on a node that is already
 *   gone, `exists` would leave a watch that nothing ever takes away.
 * - A deleted predecessor does not mean that it is our turn: it may have given up while others
 *   before it still hold. The children are read again each time.
 * - The own node can be missing from the children (the session expired, or somebody deleted it), or
 *   still be there when the session has ended. Both are told by 'gone': a new node must be made.
 * - The session that made the node is read from the node (`ephemeralOwner`), not from the client,
 *   which may have a new session by now.
 */
import {
  type Acl,
  type CreateModeName,
  type Data,
  isZooKeeperError,
  type ZooKeeper,
} from '../client/index.ts';
import { abortable, RIDE_OUT, type WatchedRead, waitUntil } from './waiting.ts';

export interface SequenceName {
  readonly name: string;
  readonly sequence: number;
}

/** A node that this client made. */
export interface OwnNode {
  readonly path: string;
  readonly name: string;
  /** Of the creation: the fencing token. Later nodes of one path have greater ones. */
  readonly czxid: bigint;
  /** The session that owns the node; 0n if it is not ephemeral. */
  readonly sessionId: bigint;
}

export interface CreateSequenceOptions {
  /** The name before the digits, such as `lock-`. */
  readonly prefix: string;
  readonly data?: Data | undefined;
  readonly acl?: readonly Acl[] | undefined;
  /** Ephemeral sequential when absent. */
  readonly mode?: CreateModeName | undefined;
}

const SEQUENCE = /-?\d{10}$/;

/**
 * The name with its number, or undefined when it has none or no prefix stands in front of it.
 * Whatever stands before the prefix (a GUID) does not matter, as with Curator and kazoo.
 */
export function parseSequenceName(
  name: string,
  prefixes: readonly string[],
): SequenceName | undefined {
  // A negative number (after 2^31 creations) takes its sign from the name only if a prefix fits.
  for (const digits of [name.match(SEQUENCE)?.[0], name.match(/\d{10}$/)?.[0]]) {
    if (digits === undefined) return undefined;
    const before = name.slice(0, name.length - digits.length);
    const isOurs = prefixes.some((prefix) => before.endsWith(prefix));
    if (isOurs) return { name, sequence: Number(digits) };
  }
  return undefined;
}

/**
 * The order in which the nodes were made. The server counts in 32 bits and wraps around, so the
 * difference counts and not the values.
 */
export function compareSequence(a: SequenceName, b: SequenceName): number {
  return (a.sequence - b.sequence) | 0;
}

/** The children with a prefix and a number, oldest first. Others are not part of the queue. */
export function sortSequenceNames(
  children: readonly string[],
  prefixes: readonly string[],
): SequenceName[] {
  return children
    .map((name) => parseSequenceName(name, prefixes))
    .filter((each) => each !== undefined)
    .sort(compareSequence);
}

/** The sorted children of a path; none if the path does not exist. */
export async function listSequenceNodes(
  zk: ZooKeeper,
  directory: string,
  { prefixes, signal }: { readonly prefixes: readonly string[]; readonly signal?: AbortSignal },
): Promise<SequenceName[]> {
  const children = await childrenOf(zk, directory, signal);
  return sortSequenceNames(children, prefixes);
}

/** The children; none if the path does not exist. Rides out lost connections. */
export async function childrenOf(
  zk: ZooKeeper,
  directory: string,
  signal?: AbortSignal,
): Promise<string[]> {
  try {
    const options = { retry: RIDE_OUT, signal };
    return await zk.getChildren(directory, options);
  } catch (error) {
    if (isZooKeeperError(error, 'NoNode')) return [];
    throw error;
  }
}

/**
 * Makes a protected sequential node under `directory`, and the directory (as a container) if it is
 * missing. When the signal aborts meanwhile, the create still ends, and then its node is deleted.
 */
export function createSequenceNode(
  zk: ZooKeeper,
  { directory, ...options }: CreateSequenceOptions & { readonly directory: string },
  signal: AbortSignal,
): Promise<OwnNode> {
  const created = makeNode(zk, `${directory}/${options.prefix}`, options);
  return abortable(created, signal, (node) => abandonNode(zk, node.path));
}

async function makeNode(
  zk: ZooKeeper,
  path: string,
  { data = '', acl, mode = 'ephemeralSequential' }: CreateSequenceOptions,
): Promise<OwnNode> {
  const created = await zk.createWithStat(path, data, {
    mode,
    protect: true,
    createParents: 'container',
    retry: RIDE_OUT,
    acl,
  });
  return ownNodeOf(created.path, created.stat);
}

export function ownNodeOf(
  path: string,
  stat: { readonly czxid: bigint; readonly ephemeralOwner: bigint },
): OwnNode {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { path, name, czxid: stat.czxid, sessionId: stat.ephemeralOwner };
}

export type Blocker = (queue: readonly SequenceName[], ownAt: number) => SequenceName | undefined;

export interface TurnOptions {
  /** Names that belong to the queue. */
  readonly prefixes: readonly string[];
  /**
   * Which node must go before it is our turn; undefined if it is. The one just before us when
   * absent, which makes the lowest the only one whose turn it is.
   */
  readonly blocker?: Blocker | undefined;
  readonly signal: AbortSignal;
  /** Do not wait: answer 'blocked' instead. */
  readonly isTry?: boolean | undefined;
}

export type Turn = 'first' | 'blocked' | 'gone';

const justBefore: Blocker = (queue, ownAt) => queue[ownAt - 1];

/**
 * Waits until nothing stands before the own node. Rejects when the signal aborts or the session
 * ends for good; the own node is then still there, and the caller abandons it.
 */
export async function waitForTurn(
  zk: ZooKeeper,
  node: OwnNode,
  { prefixes, blocker = justBefore, signal, isTry = false }: TurnOptions,
): Promise<Turn> {
  const directory = node.path.slice(0, node.path.length - node.name.length - 1);
  for (;;) {
    const queue = await listSequenceNodes(zk, directory, { prefixes, signal });
    const ownAt = queue.findIndex(({ name }) => name === node.name);
    if (ownAt < 0 || isOfEndedSession(zk, node)) return 'gone';
    const found = blocker(queue, ownAt);
    if (found === undefined) return 'first';
    if (isTry) return 'blocked';
    await waitForDeletion(zk, `${directory}/${found.name}`, {
      signal,
      // In a renewed session the own node is gone: there is nothing to wait for in this place.
      isOver: () => isOfEndedSession(zk, node),
    });
  }
}

/** A client may hear of the end of its session a moment before its nodes are gone. */
function isOfEndedSession(zk: ZooKeeper, { sessionId }: OwnNode): boolean {
  return sessionId !== 0n && sessionId !== zk.session.id;
}

export interface DeletionOptions {
  readonly signal: AbortSignal;
  /** Asked after each reconnect and each change of the node: true ends the wait as well. */
  isOver?(): boolean;
}

/** Resolves when the node does not exist. Leaves no watch on a node that is already gone. */
export async function waitForDeletion(
  zk: ZooKeeper,
  path: string,
  { signal, isOver = () => false }: DeletionOptions,
): Promise<void> {
  const condition = {
    path,
    kind: 'data' as const,
    read: (options: WatchedRead) => existsByData(() => zk.getData(path, options)),
    isMet: (doesExist: boolean) => !doesExist || isOver(),
    isUnwatched: (doesExist: boolean) => !doesExist,
  };
  await waitUntil(zk, condition, signal);
}

async function existsByData(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (isZooKeeperError(error, 'NoNode')) return false;
    throw error;
  }
}

/**
 * Deletes a node in the background and does not give up while the session lives: a node that is
 * left behind blocks everybody else. Nothing is done about other errors, as nobody waits for them.
 */
export function abandonNode(zk: ZooKeeper, path: string): void {
  deleteNode(zk, path).catch(() => {});
}

/**
 * Deletes an ephemeral node of our own, through lost connections. A session that has ended took
 * the node along, as has a client that was closed: that counts as done.
 */
export async function deleteNode(zk: ZooKeeper, path: string, signal?: AbortSignal): Promise<void> {
  try {
    const options = { quiet: true, retry: RIDE_OUT, signal };
    await zk.delete(path, options);
  } catch (error) {
    if (isZooKeeperError(error, 'SessionExpired', 'InvalidState')) return;
    throw error;
  }
}

/**
 * The same for a node whose name others may use too: it is deleted only if it is still the one that
 * this client made.
 */
export async function deleteIfOwn(
  zk: ZooKeeper,
  { path, czxid }: Pick<OwnNode, 'path' | 'czxid'>,
): Promise<void> {
  try {
    const stat = await zk.exists(path, { retry: RIDE_OUT });
    if (stat?.czxid === czxid) await deleteNode(zk, path);
  } catch (error) {
    if (!isZooKeeperError(error, 'SessionExpired', 'InvalidState')) throw error;
  }
}
