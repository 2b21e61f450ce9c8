/**
 * ZooKeeper: the client. One object is one session, with one connection at a time; requests are
 * pipelined, and their replies and watch events arrive in the order that the server gave them.
 *
 * Every operation returns a promise that rejects with a ZooKeeperError, or with the reason of an
 * aborted signal. Arguments that cannot be right reject with BadArguments, and nothing is sent.
 *
 * The guarantees are ZooKeeper's: writes are linearizable; reads are answered by the server that the
 * client is connected to and may be old, but never older than what this client has seen (`sync`
 * first for more); requests of one client take effect in their order.
 */
import { type Acl, aclOf, wireAcl } from './acl.ts';
import type { CallFacts } from './calls/client-call.ts';
import type { ClientContext } from './calls/client-context.ts';
import { createNode } from './calls/create-node.ts';
import { deleteRecursive } from './calls/delete-recursive.ts';
import { ensurePath } from './calls/ensure-path.ts';
import { Multi, type MultiEntry } from './calls/multi.ts';
import { MultiRead } from './calls/multi-read.ts';
import type {
  CreateOptions,
  DeleteOptions,
  EnsurePathOptions,
  OperationOptions,
  ReadOptions,
  SetAclOptions,
  SetDataOptions,
  WaitOptions,
} from './calls/operation-options.ts';
import { checkPath, checkVersion } from './calls/paths.ts';
import { type ConfigChange, reconfigArgs } from './calls/reconfig-call.ts';
import {
  type AddWatchOptions,
  addPersistentWatch,
  checkListener,
  type RemoveWatchesOptions,
  removeWatchesOf,
  type WatchOptions,
  watchIterator,
} from './calls/watch-calls.ts';
import {
  authInfoOf,
  CONNECTION_TIMEOUT_MS,
  SESSION_TIMEOUT_MS,
  type ZooKeeperOptions,
} from './client-options.ts';
import { bytesOf, type Data } from './data.ts';
import type { Stat } from './machine/client-stat.ts';
import type { State, StateChange } from './machine/machine-options.ts';
import { type MultiItemResult, multi, multiRead } from './machine/multi-operations.ts';
import type { WatchIntent, WatchKind } from './machine/operation.ts';
import type { ClientIdentity, CreatedNode, NodeData } from './machine/operations.ts';
import * as operations from './machine/operations.ts';
import type { WatchEvent, WatchListener } from './machine/watch-event.ts';
import type { Serializer } from './serializer.ts';
import { openClient } from './session/open-client.ts';
import { type ConnectedOptions, waitUntilConnected } from './session/wait-until-connected.ts';
import { statesIterator } from './states-iterator.ts';
import { badArguments, isZooKeeperError } from './zookeeper-error.ts';

/** Of the server, not of the chroot. */
const CONFIG_NODE = '/zookeeper/config';

interface Serializing {
  readonly serializer?: Serializer<unknown>;
}

export interface Session {
  readonly id: bigint;
  /** Together with the id it lets another client object take the session up. */
  readonly password: Uint8Array;
  /** As negotiated, in milliseconds; 0 before the first connection. */
  readonly timeoutMs: number;
}

export class ZooKeeper implements AsyncDisposable {
  readonly #context: ClientContext;

  /**
   * Begins to connect at once. `connectString` is `host:port,host:port/chroot`. Throws BadArguments
   * for a connect string or option that cannot be right.
   */
  constructor(connectString: string, options: ZooKeeperOptions = {}) {
    this.#context = openClient(connectString, options);
  }

  /**
   * A client that is connected. When that fails, or takes longer than `timeoutMs`, the client is
   * closed again and the promise rejects. By default that is the session time-out that is asked for,
   * or what one attempt may take, if that is longer.
   */
  static async connect(
    connectString: string,
    options: ZooKeeperOptions & WaitOptions = {},
  ): Promise<ZooKeeper> {
    const zk = new ZooKeeper(connectString, options);
    const { sessionTimeoutMs = SESSION_TIMEOUT_MS, connectionTimeoutMs = CONNECTION_TIMEOUT_MS } =
      options;
    const { signal, timeoutMs = Math.max(sessionTimeoutMs, connectionTimeoutMs) } = options;
    try {
      await zk.connected({ signal, timeoutMs });
      return zk;
    } catch (error) {
      await zk.close();
      throw error;
    }
  }

  get state(): State {
    return this.#context.shell.machine.state;
  }

  /** Connected, to a server that takes writes or a read-only one. */
  get isConnected(): boolean {
    return this.#context.shell.machine.isUp;
  }

  get session(): Session {
    const { sessionId: id, password, timeoutMs } = this.#context.shell.machine;
    return { id, password: password.slice(), timeoutMs };
  }

  /** `host:port` of the server that it is connected to. */
  get server(): string | undefined {
    const server = this.#context.shell.server;
    return server === null ? undefined : `${server.host}:${server.port}`;
  }

  /** '' or a path, under which all paths of this client lie. */
  get chroot(): string {
    return this.#context.chroot.path;
  }

  /** The newest change that this client has seen: no later read shows an older state. */
  get lastZxid(): bigint {
    return BigInt(this.#context.shell.machine.lastZxid);
  }

  /**
   * Resolves while connected; rejects when the state is final or becomes so. Without `timeoutMs` it
   * waits for as long as servers are tried, which is for ever; with `roundsMax` it rejects with
   * ConnectionLoss when all have been tried so many times in vain.
   */
  connected(options: ConnectedOptions = {}): Promise<void> {
    return waitUntilConnected(this.#context.shell, options);
  }

  /** Called with every change of the state, until the returned function is. */
  onState(listener: (change: StateChange) => void): () => void {
    return this.#context.shell.onStateChange(listener);
  }

  /** Every change of the state from now on; ends behind a final one. */
  states(options: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<StateChange> {
    return statesIterator(this.#context.shell, options.signal);
  }

  // -- nodes

  /**
   * Resolves with the path of the new node: with its number, where it is sequential. Bytes are not
   * copied: leave them alone until then. With null the node has no data at all (`isNull`).
   */
  create(path: string, data?: Data | null, options?: CreateOptions): Promise<string>;
  create<T>(
    path: string,
    data: T,
    options: CreateOptions & { readonly serializer: Serializer<T> },
  ): Promise<string>;
  async create(
    path: string,
    data?: unknown,
    options: CreateOptions & Serializing = {},
  ): Promise<string> {
    const bytes = serialized(data, options);
    const facts = { path, data: bytes, options, isStatWanted: false };
    const created = await createNode(this.#context, facts);
    return typeof created === 'string' ? created : created.path;
  }

  /** The same with the node's Stat. Needs a server from 3.5 on. */
  createWithStat(path: string, data?: Data | null, options?: CreateOptions): Promise<CreatedNode>;
  createWithStat<T>(
    path: string,
    data: T,
    options: CreateOptions & { readonly serializer: Serializer<T> },
  ): Promise<CreatedNode>;
  async createWithStat(
    path: string,
    data?: unknown,
    options: CreateOptions & Serializing = {},
  ): Promise<CreatedNode> {
    const bytes = serialized(data, options);
    const facts = { path, data: bytes, options, isStatWanted: true };
    return (await createNode(this.#context, facts)) as CreatedNode;
  }

  /** Makes the node and all that are missing above it, the chroot's levels too; what is there is fine. */
  async ensurePath(path: string, options: EnsurePathOptions = {}): Promise<void> {
    checkPath('create', path);
    const acl = wireAcl(options.acl, { operation: 'create', path });
    const serverPath = this.#context.chroot.toServer(path);
    await ensurePath(this.#context, { serverPath, path, acl, isContainer: false }, options);
  }

  /**
   * Deletes a node without children. With `recursive` everything below it first, which others see in
   * parts. Repeated by a retry policy, a deletion that had happened already rejects with NoNode
   * unless it is `quiet`.
   */
  async delete(path: string, options: DeleteOptions = {}): Promise<void> {
    checkPath('delete', path);
    const version = checkVersion(options.version, { operation: 'delete', path });
    const serverPath = this.#context.chroot.toServer(path);
    try {
      if (options.recursive === true) {
        await deleteRecursive(this.#context, { serverPath, path, version }, options);
        return;
      }
      const args = { path: serverPath, version };
      const call = { operation: operations.remove, args, watch: null, path };
      await this.#context.run(call, options, version === -1);
    } catch (error) {
      if (options.quiet !== true || !isZooKeeperError(error, 'NoNode')) throw error;
    }
  }

  /** Null when there is no such node. */
  async exists(path: string, options?: ReadOptions): Promise<Stat | null> {
    try {
      return await this.#read<Stat>(operations.exists, path, { options, kind: 'exists' });
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return null;
      throw error;
    }
  }

  /** The data is the caller's own; null is read as no bytes. */
  getData<T>(
    path: string,
    options: ReadOptions & { readonly serializer: Serializer<T> },
  ): Promise<{ data: T; stat: Stat }>;
  getData(path: string, options?: ReadOptions): Promise<NodeData>;
  getData(
    path: string,
    options?: ReadOptions & Serializing,
  ): Promise<{ data: unknown; stat: Stat }> {
    const reading = this.#read<NodeData>(operations.getData, path, { options, kind: 'data' });
    const serializer = options?.serializer;
    if (serializer === undefined) return reading;
    return reading.then(({ data, stat }) => ({ data: serializer.deserialize(data), stat }));
  }

  /** Resolves with the node's new Stat. Bytes are not copied: leave them alone until then. */
  setData(path: string, data: Data, options?: SetDataOptions): Promise<Stat>;
  setData<T>(
    path: string,
    data: T,
    options: SetDataOptions & { readonly serializer: Serializer<T> },
  ): Promise<Stat>;
  async setData(
    path: string,
    data: unknown,
    options: SetDataOptions & Serializing = {},
  ): Promise<Stat> {
    checkPath('setData', path);
    const where = { operation: 'setData', path } as const;
    if (data === undefined) throw badArguments('setData', 'there is no data', path);
    const version = checkVersion(options.version, where);
    const bytes = bytesOf(serialized(data, options), where);
    const args = { path: this.#context.chroot.toServer(path), data: bytes, version };
    const call = { operation: operations.setData, args, watch: null, path };
    return this.#context.run(call, options, version === -1);
  }

  /** The names of the children, in the order in which the server gave them, which means nothing. */
  getChildren(path: string, options?: ReadOptions): Promise<string[]> {
    return this.#read(operations.getChildren, path, { options, kind: 'children' });
  }

  getChildrenWithStat(
    path: string,
    options?: ReadOptions,
  ): Promise<{ children: string[]; stat: Stat }> {
    return this.#read(operations.getChildren2, path, { options, kind: 'children' });
  }

  /** How many nodes there are below, at every depth. Needs a server from 3.6 on. */
  getAllChildrenNumber(path: string, options?: OperationOptions): Promise<number> {
    return this.#read(operations.getAllChildrenNumber, path, { options });
  }

  /** The paths of this session's ephemerals that begin with the prefix. From 3.6 on. */
  async getEphemerals(prefix = '/', options?: OperationOptions): Promise<string[]> {
    const { chroot } = this.#context;
    const paths = await this.#read<string[]>(operations.getEphemerals, prefix, { options });
    const isOurs = (path: string) => path === chroot.path || path.startsWith(`${chroot.path}/`);
    return paths.filter(isOurs).map((path) => chroot.toClient(path));
  }

  async getAcl(path: string, options?: OperationOptions): Promise<{ acl: Acl[]; stat: Stat }> {
    type Reply = ReturnType<typeof operations.getAcl.read>;
    const { acl, stat } = await this.#read<Reply>(operations.getAcl, path, { options });
    return { acl: aclOf(acl), stat };
  }

  async setAcl(path: string, acl: readonly Acl[], options: SetAclOptions = {}): Promise<Stat> {
    checkPath('setAcl', path);
    const where = { operation: 'setAcl', path } as const;
    const version = checkVersion(options.aclVersion, where);
    const sentPath = this.#context.chroot.toServer(path);
    const args = { path: sentPath, acl: wireAcl(acl, where), version };
    const call = { operation: operations.setAcl, args, watch: null, path };
    return this.#context.run(call, options, version === -1);
  }

  /**
   * Brings the server up to the leader: what is read afterwards is at least as new as what was
   * committed when this was called.
   */
  async sync(path = '/', options?: OperationOptions): Promise<void> {
    await this.#read(operations.sync, path, { options });
  }

  // -- many in one

  /** Several writes that happen all or not at all. */
  multi(): Multi<[]> {
    return new Multi(this.#context.chroot, (entries, options) =>
      this.#sendMulti({ operation: multi, entries }, options),
    );
  }

  /** Several reads in one request, of which each succeeds or fails alone. From 3.6 on. */
  multiRead(): MultiRead<[]> {
    return new MultiRead(this.#context.chroot, (entries, options) =>
      this.#sendMulti({ operation: multiRead, entries }, options),
    );
  }

  async #sendMulti(
    { operation, entries }: { operation: typeof multi; entries: readonly MultiEntry[] },
    options: OperationOptions,
  ): Promise<MultiItemResult[]> {
    if (entries.length === 0) {
      throw badArguments(operation.name, `a ${operation.name} has at least one operation`);
    }
    const call = { operation, args: { items: entries }, watch: null, path: undefined };
    return this.#context.run<MultiItemResult[]>(call, options, operation.isRead);
  }

  // -- watches

  /**
   * A watch that stays until it is removed (3.6 and later), over reconnects, too; the listener hears
   * `continuityBroken` then. Resolves with what removes it, which may be called at any time.
   */
  addWatch(
    path: string,
    listener: WatchListener,
    options: AddWatchOptions = {},
  ): Promise<() => Promise<void>> {
    return addPersistentWatch(this.#context, { path, listener }, options);
  }

  /** Rejects with NoWatcher when there is none. Its listeners hear `watchRemoved`. From 3.5 on. */
  removeWatches(path: string, options: RemoveWatchesOptions = {}): Promise<void> {
    return removeWatchesOf(this.#context, path, options);
  }

  /**
   * The events of a persistent watch, to be read in a loop. The watch is asked for at once: whatever
   * is read after this call, and changes later, has its event here. Leaving the loop removes it.
   */
  watch(path: string, options: WatchOptions = {}): AsyncIterableIterator<WatchEvent> {
    return watchIterator(this.#context, path, options);
  }

  // -- the session

  /**
   * Proves an identity to the server, now and on each later connection. A server that refuses ends
   * the client: its state is `authFailed`.
   */
  async addAuth(scheme: string, auth: Data, options: WaitOptions = {}): Promise<void> {
    await this.#context.shell.addAuth(authInfoOf({ scheme, auth }), options);
  }

  /** The identities that the server has of this connection. From 3.7 on. */
  whoAmI(options?: OperationOptions): Promise<ClientIdentity[]> {
    const call = { operation: operations.whoAmI, args: null, watch: null, path: undefined };
    return this.#context.run(call, options, true);
  }

  /** The members of the ensemble, as text (3.5 and later). The chroot does not count. */
  async getConfig(options?: ReadOptions): Promise<NodeData> {
    const watch = watchOf(options, 'data', CONFIG_NODE);
    const args = { path: CONFIG_NODE, watch: watch !== null };
    const operation = operations.getData;
    const call = { operation, args, watch, path: CONFIG_NODE, name: 'getConfig' } as const;
    return this.#context.run(call, options, true);
  }

  /** Other members for the ensemble; resolves with the new configuration. */
  async reconfig(change: ConfigChange, options?: OperationOptions): Promise<NodeData> {
    const args = reconfigArgs(change);
    const call = { operation: operations.reconfig, args, watch: null, path: undefined };
    return this.#context.run(call, options, false);
  }

  /**
   * Ends the session at the server, where it is connected to one, and the connection. The session's
   * ephemeral nodes are gone then. Requests in flight are answered first. May be called again.
   */
  close(): Promise<void> {
    return this.#context.shell.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read<T>(
    operation: CallFacts['operation'],
    path: string,
    { options, kind }: { options: ReadOptions | undefined; kind?: WatchKind },
  ): Promise<T> {
    checkPath(operation.name, path);
    const sentPath = this.#context.chroot.toServer(path);
    const watch = watchOf(options, kind, sentPath);
    const args = { path: sentPath, watch: watch !== null };
    return this.#context.run<T>({ operation, args, watch, path }, options, true);
  }
}

function watchOf(
  options: ReadOptions | undefined,
  kind: WatchKind | undefined,
  path: string,
): WatchIntent | null {
  const listener = options?.watch;
  if (listener === undefined || kind === undefined) return null;
  checkListener(listener, path);
  return { kind, path, listener };
}

function serialized(value: unknown, { serializer }: Serializing): unknown {
  return serializer === undefined ? value : serializer.serialize(value);
}
