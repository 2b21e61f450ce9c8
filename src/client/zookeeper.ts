/**
 * ZooKeeper: the client. One object is one session, with one connection at a time; requests are
 * pipelined, and their replies and watch events arrive in the order that the server gave them.
 *
 * Every operation returns a promise that rejects with a ZooKeeperError, or with the reason of an
 * aborted signal. Arguments that cannot be right reject with BadArguments, and nothing is sent.
 */
import { type Acl, aclOf, wireAcl } from './acl.ts';
import type { CallFacts } from './calls/client-call.ts';
import { createCall } from './calls/create-call.ts';
import { assertNotEmpty, Multi } from './calls/multi.ts';
import type {
  CreateOptions,
  DeleteOptions,
  OperationOptions,
  ReadOptions,
  SetDataOptions,
  WaitOptions,
} from './calls/operation-options.ts';
import { checkPath, checkVersion } from './calls/paths.ts';
import { type RunDefaults, runCall } from './calls/run-call.ts';
import { Chroot } from './chroot.ts';
import { authInfoOf, checkOptions, type ZooKeeperOptions } from './client-options.ts';
import { parseConnectString } from './connect-string.ts';
import { bytesOf, type Data } from './data.ts';
import type { Stat } from './machine/client-stat.ts';
import type { State, StateChange } from './machine/machine-options.ts';
import { type MultiItemResult, multi } from './machine/multi-operations.ts';
import type { WatchIntent, WatchKind } from './machine/operation.ts';
import type { CreatedNode, NodeData } from './machine/operations.ts';
import * as operations from './machine/operations.ts';
import { dialTcp } from './session/connection.ts';
import { SessionShell } from './session/session-shell.ts';
import { waitUntilConnected } from './session/wait-until-connected.ts';
import { ZooKeeperError } from './zookeeper-error.ts';

export interface Session {
  readonly id: bigint;
  /** Together with the id it lets another client object take the session up. */
  readonly password: Uint8Array;
  /** As negotiated, in milliseconds; 0 before the first connection. */
  readonly timeoutMs: number;
}

export class ZooKeeper implements AsyncDisposable {
  readonly #shell: SessionShell;
  readonly #chroot: Chroot;
  readonly #defaults: RunDefaults;
  readonly #hasDefaults: boolean;

  /**
   * Begins to connect at once. `connectString` is `host:port,host:port/chroot`. Throws BadArguments
   * for a connect string or option that cannot be right.
   */
  constructor(connectString: string, options: ZooKeeperOptions = {}) {
    const { hosts, chroot } = parseConnectString(connectString);
    const checked = checkOptions(options);
    this.#chroot = new Chroot(chroot);
    const deps = {
      nowMs: () => performance.now(),
      random: Math.random,
      dial: dialTcp,
      ...options.deps,
    };
    const { retry, requestTimeoutMs, isRenewing } = checked;
    this.#defaults = { retry, requestTimeoutMs, isRenewing, ...deps };
    this.#hasDefaults = options.retry !== undefined || requestTimeoutMs !== undefined;
    const { logger } = options;
    const parts = { hosts, chroot: this.#chroot, checked, deps, logger, sasl: null };
    this.#shell = new SessionShell({ ...parts, probe: async () => false });
    this.#shell.start();
  }

  /** A client that is connected; when that fails it is closed again. */
  static async connect(
    connectString: string,
    options: ZooKeeperOptions & WaitOptions = {},
  ): Promise<ZooKeeper> {
    const zk = new ZooKeeper(connectString, options);
    try {
      await zk.connected(options);
      return zk;
    } catch (error) {
      await zk.close();
      throw error;
    }
  }

  get state(): State {
    return this.#shell.machine.state;
  }

  /** Connected, to a server that takes writes or a read-only one. */
  get isConnected(): boolean {
    return this.#shell.machine.isUp;
  }

  get session(): Session {
    const { sessionId: id, password, timeoutMs } = this.#shell.machine;
    return { id, password: password.slice(), timeoutMs };
  }

  /** `host:port` of the server that it is connected to. */
  get server(): string | undefined {
    const host = this.#shell.machine.server;
    return host === null ? undefined : `${host.host}:${host.port}`;
  }

  /** '' or a path, under which all paths of this client lie. */
  get chroot(): string {
    return this.#chroot.path;
  }

  /** The newest change that this client has seen: no later read shows an older state. */
  get lastZxid(): bigint {
    return BigInt(this.#shell.machine.lastZxid);
  }

  /** Resolves while connected; rejects when the state is final or becomes so. */
  connected(options: WaitOptions = {}): Promise<void> {
    return waitUntilConnected(this.#shell, options);
  }

  /** Called with every change of the state, until the returned function is. */
  onState(listener: (change: StateChange) => void): () => void {
    return this.#shell.onStateChange(listener);
  }

  // -- nodes

  /** Resolves with the path of the new node: with its number, where it is sequential. */
  async create(path: string, data?: Data, options: CreateOptions = {}): Promise<string> {
    const created = await this.#create({ path, data, options, isStatWanted: false });
    return typeof created === 'string' ? created : created.path;
  }

  /** The same with the node's Stat. Needs a server from 3.5 on. */
  async createWithStat(
    path: string,
    data?: Data,
    options: CreateOptions = {},
  ): Promise<CreatedNode> {
    return (await this.#create({ path, data, options, isStatWanted: true })) as CreatedNode;
  }

  async #create(facts: Parameters<typeof createCall>[0]): Promise<string | CreatedNode> {
    const { operation, args } = createCall(facts);
    const { path, options } = facts;
    const sent = { ...args, path: this.#chroot.toServer(path) };
    const call = { operation, args: sent, watch: null, path };
    const created = await this.#run<string | CreatedNode>(call, options, false);
    if (typeof created === 'string') return this.#chroot.toClient(created);
    return { ...created, path: this.#chroot.toClient(created.path) };
  }

  async delete(path: string, options: DeleteOptions = {}): Promise<void> {
    checkPath('delete', path);
    const version = checkVersion(options.version, { operation: 'delete', path });
    const args = { path: this.#chroot.toServer(path), version };
    const call = { operation: operations.remove, args, watch: null, path };
    try {
      await this.#run(call, options, version === -1);
    } catch (error) {
      const isMissing = error instanceof ZooKeeperError && error.code === 'NoNode';
      if (!isMissing || options.quiet !== true) throw error;
    }
  }

  /** Null when there is no such node. */
  async exists(path: string, options?: ReadOptions): Promise<Stat | null> {
    try {
      return await this.#read<Stat>(operations.exists, path, { options, kind: 'exists' });
    } catch (error) {
      if (error instanceof ZooKeeperError && error.code === 'NoNode') return null;
      throw error;
    }
  }

  getData(path: string, options?: ReadOptions): Promise<NodeData> {
    return this.#read(operations.getData, path, { options, kind: 'data' });
  }

  /** Resolves with the node's new Stat. */
  async setData(path: string, data: Data, options: SetDataOptions = {}): Promise<Stat> {
    checkPath('setData', path);
    const where = { operation: 'setData', path } as const;
    const version = checkVersion(options.version, where);
    const args = { path: this.#chroot.toServer(path), data: bytesOf(data, where), version };
    const call = { operation: operations.setData, args, watch: null, path };
    return this.#run(call, options, version === -1);
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

  async getAcl(path: string, options?: OperationOptions): Promise<{ acl: Acl[]; stat: Stat }> {
    type Reply = Awaited<ReturnType<typeof operations.getAcl.read>>;
    const { acl, stat } = await this.#read<Reply>(operations.getAcl, path, { options });
    return { acl: aclOf(acl), stat };
  }

  /** `aclVersion` is the `aversion` that the node must have; -1 (default) for any. */
  async setAcl(
    path: string,
    acl: readonly Acl[],
    options: OperationOptions & { readonly aclVersion?: number } = {},
  ): Promise<Stat> {
    checkPath('setAcl', path);
    const where = { operation: 'setAcl', path } as const;
    const version = checkVersion(options.aclVersion, where);
    const args = { path: this.#chroot.toServer(path), acl: wireAcl(acl, where), version };
    const call = { operation: operations.setAcl, args, watch: null, path };
    return this.#run(call, options, version === -1);
  }

  /** Several writes that happen all or not at all. */
  multi(): Multi<[]> {
    return new Multi(this.#chroot, (entries, options) => {
      assertNotEmpty(entries);
      const call = { operation: multi, args: { items: entries }, watch: null, path: undefined };
      return this.#run<MultiItemResult[]>(call, options, false);
    });
  }

  // -- the session

  /**
   * Proves an identity to the server, now and on each later connection. A server that refuses ends
   * the client: its state is `authFailed`.
   */
  async addAuth(scheme: string, auth: Data): Promise<void> {
    await this.#shell.addAuth(authInfoOf({ scheme, auth }));
  }

  /**
   * Ends the session at the server, where it is connected to one, and the connection. The session's
   * ephemeral nodes are gone then. Requests in flight are answered first. May be called again.
   */
  async close(): Promise<void> {
    const { machine } = this.#shell;
    if (machine.state === 'closed') return;
    await new Promise<void>((resolve) => {
      const stop = this.#shell.onStateChange(({ state }) => {
        if (state !== 'closed') return;
        stop();
        resolve();
      });
      this.#shell.close();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // -- how a call is made

  async #read<T>(
    operation: CallFacts['operation'],
    path: string,
    { options, kind }: { options: ReadOptions | undefined; kind?: WatchKind },
  ): Promise<T> {
    checkPath(operation.name, path);
    const sentPath = this.#chroot.toServer(path);
    const watch = watchOf(options, kind, sentPath);
    const args = { path: sentPath, watch: watch !== null };
    return this.#run<T>({ operation, args, watch, path }, options, true);
  }

  #run<T>(
    facts: CallFacts,
    options: OperationOptions | undefined,
    isRepeatable: boolean,
  ): Promise<T> {
    if (options === undefined && !this.#hasDefaults) return this.#shell.call(facts);
    const context = { shell: this.#shell, defaults: this.#defaults };
    return runCall(context, facts, { ...options, isRepeatable });
  }
}

function watchOf(
  options: ReadOptions | undefined,
  kind: WatchKind | undefined,
  path: string,
): WatchIntent | null {
  const listener = options?.watch;
  if (listener === undefined || kind === undefined) return null;
  return { kind, path, listener };
}
