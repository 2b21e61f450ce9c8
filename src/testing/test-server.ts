/**
 * TestServer: a real server for a test, and everything that can happen to one. It has one address for
 * as long as it is there, whatever happens to the server behind.
 */
import type { ServerMode, ServingChange } from '../server/index.ts';
import { Changes, type WaitOptions } from './changes.ts';
import type { ServerHost } from './hosts/server-host.ts';
import { SESSION } from './net/first-bytes.ts';
import type { MemberNetwork } from './net/member-network.ts';
import { Relay } from './net/relay.ts';
import { type ConfigEntries, ServerFolder, TemporaryFolder } from './server-folder.ts';
import { configEntries, type HostParts, hostParts, type TestOptions } from './test-options.ts';

export interface TestServerOptions extends TestOptions {
  /** A directory of your own, which stays. A temporary one when absent. */
  readonly dataDir?: string;
}

/** A client's session, or its id. */
export type SessionLike = bigint | { readonly id: bigint };

export type ServerStatus = 'running' | 'paused' | 'ended';

/** What is in a server's tree: equal digests at equal zxids are equal trees. */
export interface Digest {
  readonly zxid: bigint;
  readonly digest: bigint;
}

interface TestServerParts {
  readonly id: number;
  readonly host: HostParts;
  readonly folder: ServerFolder;
  readonly clients: Relay;
  /** Null for a server that is alone. */
  readonly network: MemberNetwork | null;
  readonly changes: Changes;
  /** Takes away what belongs to this server alone; the server has ended. */
  onClose(): Promise<void>;
}

const NOT_SERVING: ServingChange = { mode: null, epoch: 0 };

export class TestServer implements AsyncDisposable {
  /** `myid`; 1 for a server that is alone. */
  readonly id: number;
  readonly #parts: TestServerParts;
  #host: ServerHost | null = null;
  #status: ServerStatus = 'ended';
  #serving: ServingChange = NOT_SERVING;
  #failure: string | null = null;
  #isDiskFull = false;
  #areClientsCutOff = false;
  #starting: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  /** Of the server behind: what an earlier one still says is of no interest. */
  #generation = 0;

  /** A server that is alone (ZooKeeper's standalone); it serves clients. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const host = hostParts(options);
    const clients = await TestServer.openClients();
    const root = new TemporaryFolder();
    const folder = new ServerFolder({ root: root.path, id: 1, dataDir: options.dataDir });
    const { standaloneEnabled: _, ...entries } = configEntries(options, clients.port);
    const config: ConfigEntries = { ...entries, ...options.config };
    folder.writeConfig(config);
    const server = new TestServer({
      ...{ id: 1, host, folder, clients },
      network: null,
      changes: new Changes(),
      onClose: async () => root.remove(),
    });
    options.after?.(() => server.close());
    try {
      await server.restart();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** @internal The address for clients, before there is a server. */
  static openClients(): Promise<Relay> {
    return Relay.open({ session: SESSION });
  }

  /** @internal Use `TestServer.start` or `TestEnsemble.start`. */
  constructor(parts: TestServerParts) {
    this.id = parts.id;
    this.#parts = parts;
  }

  // --- What it is ---------------------------------------------------------------------------------

  /** For any client in any language; the same as long as the server is not closed. */
  get connectString(): string {
    return `127.0.0.1:${this.port}`;
  }

  get port(): number {
    return this.#parts.clients.port;
  }

  get dataDir(): string {
    return this.#parts.folder.dataDir;
  }

  get status(): ServerStatus {
    return this.#status;
  }

  /** As `srvr` says it; null while clients are not served. */
  get mode(): ServerMode | null {
    return this.#status === 'ended' ? null : this.#serving.mode;
  }

  /** Of its leadership, or of the leader that it follows; 0 without. */
  get epoch(): number {
    return this.#status === 'ended' ? 0 : this.#serving.epoch;
  }

  /** Why it ended by itself, as with a full disk; null when it did not. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Of the clients that are connected to it. */
  get sessions(): bigint[] {
    return this.#parts.clients.sessions;
  }

  /** Rejects while it is not running. */
  async digest(): Promise<Digest> {
    const { zxid, digest } = await this.#awake('digest').applied();
    return { zxid: BigInt(zxid), digest };
  }

  // --- Its life -----------------------------------------------------------------------------------

  /** A clean stop, as by SIGTERM. The data stay. */
  async stop(): Promise<void> {
    if (this.#status === 'paused') this.resume();
    await this.#end((host) => host.stop());
  }

  /** As SIGKILL does, at any moment: nothing is finished, nobody is told. The data stay. */
  async kill(): Promise<void> {
    await this.#end((host) => host.kill());
  }

  /**
   * Starts it on the same data at the same address; stops it before if it runs. Resolves when it
   * listens: a server that is alone serves clients then, for a member see `waitForServing`.
   */
  async restart(): Promise<void> {
    if (this.#closing !== null) throw new Error(`${this.#name} is closed.`);
    await this.stop();
    this.#starting = this.#start();
    await this.#starting;
  }

  async #start(): Promise<void> {
    const { id, clients, network, changes } = this.#parts;
    const generation = ++this.#generation;
    this.#failure = null;
    clients.awaitServer();
    network?.awaitServer(id);
    try {
      this.#host = await this.#startHost(generation);
    } catch (error) {
      this.#onEnded();
      throw error;
    }
    if (this.#closing !== null) {
      await this.kill();
      throw new Error(`${this.#name} was closed while it started.`);
    }
    this.#status = 'running';
    network?.leadTo(id, this.#host.ports);
    clients.leadTo(this.#host.ports.client);
    changes.changed();
  }

  #startHost(generation: number): Promise<ServerHost> {
    const { host, folder } = this.#parts;
    const isCurrent = () => generation === this.#generation;
    return host.startHost({
      configFile: folder.configFile,
      temporaryFolder: folder.root,
      systemProperties: host.systemProperties,
      logger: host.logger,
      isDiskFull: this.#isDiskFull,
      onServing: (change) => {
        if (isCurrent()) this.#onServing(change);
      },
      onFailed: (reason) => {
        if (isCurrent()) this.#onFailed(reason);
      },
    });
  }

  /**
   * As SIGSTOP does: it does nothing at all and is still there. Clients can connect, and hear nothing.
   */
  pause(): void {
    const host = this.#running('pause');
    if (this.#status === 'paused') return;
    this.#status = 'paused';
    host.pause();
    if (host.hearsWhilePaused) this.#holdNetwork(true);
    this.#parts.changes.changed();
  }

  /** It goes on, and learns how much time has gone. */
  resume(): void {
    const host = this.#running('resume');
    if (this.#status !== 'paused') return;
    this.#status = 'running';
    host.resume();
    if (host.hearsWhilePaused) this.#holdNetwork(false);
    this.#parts.changes.changed();
  }

  /** Clients are served. */
  async waitForServing(options: WaitOptions = {}): Promise<void> {
    await this.#parts.changes.until(() => this.mode ?? undefined, {
      ...options,
      what: `${this.#name} serves clients`,
      describe: () => this.describe(),
    });
  }

  /** It has ended, by itself or because somebody ended it. Resolves with why it failed, or null. */
  async waitForEnd(options: WaitOptions = {}): Promise<string | null> {
    await this.#parts.changes.until(() => (this.#status === 'ended' ? true : undefined), {
      ...options,
      what: `${this.#name} ends`,
      describe: () => this.describe(),
    });
    return this.#failure;
  }

  /** Ends it for good: process, port and temporary data go. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.kill();
    // One that is on its way is ended when it is there; who started it is told.
    await this.#starting?.catch(() => {});
    await this.#parts.clients.close();
    await this.#parts.onClose();
    await endOfTurn();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // --- Its clients --------------------------------------------------------------------------------

  /**
   * Ends the session at once, as if its client had been silent for too long; resolves when it is
   * closed. Rejects when this server does not expire it: in an ensemble the leader does, see
   * `TestEnsemble.expireSession`.
   */
  async expireSession(session: SessionLike): Promise<void> {
    const id = sessionIdOf(session);
    if (await this.maybeExpireSession(id)) return;
    throw new Error(`${this.#name} has no session ${describeSession(id)} to expire.`);
  }

  /** @internal */
  maybeExpireSession(id: bigint): Promise<boolean> {
    return this.#awake('expireSession').expireSession(id);
  }

  /** Resets the connection of a session, or of all clients; returns how many. The sessions live on. */
  dropConnections(session?: SessionLike): number {
    const { clients } = this.#parts;
    return session === undefined ? clients.reset() : clients.reset(sessionIdOf(session));
  }

  /** What clients and server say arrives so much later, in each direction; 0 ends it. */
  delayClients(delayMs: number): void {
    this.#parts.clients.delay(delayMs);
  }

  /** Clients hear nothing of the server, nor it of them, as if packets were lost; nobody is told. */
  partitionClients(): void {
    this.#areClientsCutOff = true;
    this.#updateClients();
  }

  /** What was said in the meantime arrives, as TCP sends it again. */
  healClients(): void {
    this.#areClientsCutOff = false;
    this.#updateClients();
  }

  // --- Its disk -----------------------------------------------------------------------------------

  /**
   * From now on there is no space (ENOSPC). The server ends by itself when it next has to write, as
   * ZooKeeper's servers do: see `waitForEnd`.
   */
  async fillDisk(): Promise<void> {
    await this.#switchDisk(true);
  }

  /** There is space again. A server that has ended stays so until `restart`. */
  async freeDisk(): Promise<void> {
    await this.#switchDisk(false);
  }

  async #switchDisk(isFull: boolean): Promise<void> {
    if (this.#host !== null) await this.#awake(isFull ? 'fillDisk' : 'freeDisk').fillDisk(isFull);
    this.#isDiskFull = isFull;
  }

  /** Throws away all data. The server must have ended. */
  wipeData(): void {
    if (this.#status === 'ended') return this.#parts.folder.wipe();
    throw new Error(`${this.#name} is ${this.#status}: stop or kill it before its data are wiped.`);
  }

  // --- For the ensemble ---------------------------------------------------------------------------

  /** @internal */
  async waitUntilApplied(zxid: bigint): Promise<void> {
    await this.#awake('waitUntilApplied').waitUntilApplied(Number(zxid));
  }

  /** For errors: what it is and does. */
  describe(): string {
    const failure = this.#failure === null ? '' : ` (${this.#failure})`;
    const state = this.#status === 'running' ? (this.mode ?? 'not serving') : this.#status;
    return `Server ${this.id}: ${state}${failure}.`;
  }

  get #name(): string {
    return `Server ${this.id}`;
  }

  #running(what: string): ServerHost {
    if (this.#host !== null) return this.#host;
    throw new Error(`${this.#name} has ended: ${what} needs one that runs.`);
  }

  /** One that is paused would not answer. */
  #awake(what: string): ServerHost {
    const host = this.#running(what);
    if (this.#status !== 'paused') return host;
    throw new Error(`${this.#name} is paused: ${what} needs one that goes on.`);
  }

  async #end(action: (host: ServerHost) => Promise<void>): Promise<void> {
    const host = this.#host;
    if (host === null) return;
    // Nobody is led to it any more, and what it still says of itself is of no interest.
    this.#onEnded();
    await action(host);
    if (host.hearsWhilePaused) this.#holdNetwork(false);
  }

  #onEnded(): void {
    const { id, clients, network, changes } = this.#parts;
    this.#generation++;
    this.#host = null;
    this.#status = 'ended';
    this.#serving = NOT_SERVING;
    network?.refuse(id);
    clients.refuse();
    changes.changed();
  }

  #onServing(change: ServingChange): void {
    this.#serving = change;
    this.#parts.changes.changed();
  }

  #onFailed(reason: string): void {
    this.#failure = reason;
    this.#onEnded();
  }

  #holdNetwork(isHeld: boolean): void {
    this.#parts.network?.pause(this.id, isHeld);
    this.#updateClients();
  }

  #updateClients(): void {
    const isPaused = this.#status === 'paused' && this.#host?.hearsWhilePaused === true;
    this.#parts.clients.hold(this.#areClientsCutOff || isPaused);
  }
}

/** What was closed is gone only when the event loop has come round. */
async function endOfTurn(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function sessionIdOf(session: SessionLike): bigint {
  return typeof session === 'bigint' ? session : session.id;
}

function describeSession(id: bigint): string {
  return `0x${BigInt.asUintN(64, id).toString(16)}`;
}
