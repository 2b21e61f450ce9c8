/**
 * TestEnsemble: a real ensemble for a test. What can happen to one server is TestServer's; what can
 * happen between servers, and what can be asked of all together, is here.
 */
import { Changes, type WaitOptions } from './changes.ts';
import { MemberNetwork } from './net/member-network.ts';
import { type ConfigEntries, ServerFolder, TemporaryFolder } from './server-folder.ts';
import { configEntries, hostParts, type TestOptions } from './test-options.ts';
import { type Digest, type SessionLike, TestServer } from './test-server.ts';

export interface TestEnsembleOptions extends TestOptions {
  /** Servers that vote. 3 when absent. */
  readonly size?: number;
  /** Servers that follow and do not vote. None when absent. */
  readonly observers?: number;
  /** How long it may take until all serve clients. 30 000 when absent. */
  readonly startTimeoutMs?: number;
}

const SIZE_MAX = 20;
const START_TIMEOUT_MS = 30_000;
/** How often `digest` looks again when writes go on. */
const DIGEST_TRIES_MAX = 100;

/** With these a member does not say first who it is, or not for others to read. */
const UNREADABLE_KEYS = ['quorum.auth.learnerRequireSasl', 'sslQuorum'];

interface TestEnsembleParts {
  readonly voters: number;
  readonly servers: readonly TestServer[];
  readonly network: MemberNetwork;
  readonly root: TemporaryFolder;
  readonly changes: Changes;
}

export class TestEnsemble implements AsyncDisposable {
  /** By id, those that vote first. */
  readonly servers: readonly TestServer[];
  readonly #parts: TestEnsembleParts;
  #closing: Promise<void> | null = null;

  /** Resolves when every server serves clients. */
  static async start(options: TestEnsembleOptions = {}): Promise<TestEnsemble> {
    const ensemble = await makeEnsemble(options);
    options.after?.(() => ensemble.close());
    try {
      await Promise.all(ensemble.servers.map((server) => server.restart()));
      await ensemble.waitForServing({ timeoutMs: options.startTimeoutMs ?? START_TIMEOUT_MS });
    } catch (error) {
      await ensemble.close();
      throw error;
    }
    return ensemble;
  }

  /** @internal Use `TestEnsemble.start`. */
  constructor(parts: TestEnsembleParts) {
    this.#parts = parts;
    this.servers = parts.servers;
  }

  /** All servers, for any client in any language; those that are down, too. */
  get connectString(): string {
    return this.servers.map(({ connectString }) => connectString).join(',');
  }

  server(id: number): TestServer {
    const server = this.servers.find((each) => each.id === id);
    if (server === undefined) throw new Error(`There is no server ${id}.`);
    return server;
  }

  // --- Who is what --------------------------------------------------------------------------------

  /**
   * The leader. One that is paused or cut off from the others does not count, although it may not
   * know yet. Throws when there is none: see `waitForLeader`.
   */
  leader(): TestServer {
    const leader = this.#findLeader();
    if (leader === undefined) throw new Error(`Nobody leads. ${this.#describe()}`);
    return leader;
  }

  /** Those that serve clients. */
  followers(): TestServer[] {
    return this.servers.filter(({ mode }) => mode === 'follower');
  }

  /** Those that serve clients. */
  observers(): TestServer[] {
    return this.servers.filter(({ mode }) => mode === 'observer');
  }

  /** There is a leader, and a quorum that it can reach. */
  waitForLeader(options: WaitOptions = {}): Promise<TestServer> {
    const find = () => this.#findLeader();
    return this.#parts.changes.until(find, { ...options, ...this.#wait('a server leads') });
  }

  /** Every server that runs serves clients, and under the same leader as far as it is reached. */
  async waitForServing(options: WaitOptions = {}): Promise<void> {
    const find = () => {
      const leader = this.#findLeader();
      if (leader === undefined) return undefined;
      const running = this.servers.filter(({ status }) => status === 'running');
      const isServed = (server: TestServer) =>
        server.mode !== null && (server.epoch === leader.epoch || !this.#canReach(server, leader));
      return running.every(isServed) ? leader : undefined;
    };
    await this.#parts.changes.until(find, { ...options, ...this.#wait('all servers serve') });
  }

  #wait(what: string) {
    return { what, describe: () => this.#describe() };
  }

  #describe(): string {
    return this.servers.map((server) => server.describe()).join(' ');
  }

  #findLeader(): TestServer | undefined {
    const leaders = this.servers.filter(
      (server) =>
        server.mode === 'leader' && server.status === 'running' && this.#hasQuorum(server),
    );
    return leaders.sort((older, newer) => newer.epoch - older.epoch)[0];
  }

  #hasQuorum(server: TestServer): boolean {
    const voters = this.servers.slice(0, this.#parts.voters);
    const reached = voters.filter(
      (other) => other.status === 'running' && this.#canReach(server, other),
    );
    return reached.length > this.#parts.voters / 2;
  }

  #canReach(one: TestServer, other: TestServer): boolean {
    return this.#parts.network.canReach(one.id, other.id);
  }

  // --- What happens to it -------------------------------------------------------------------------

  /**
   * Splits the network between the servers: each group reaches only itself, and whoever is in no
   * group only those others that are in none. As if packets were lost: nobody is told. Clients reach
   * all servers as before. Another partition replaces this one.
   */
  partition(...groups: readonly (TestServer | readonly TestServer[])[]): void {
    const ids = groups.map((group) =>
      (group instanceof TestServer ? [group] : group).map(({ id }) => id),
    );
    this.#parts.network.partition(ids);
    this.#parts.changes.changed();
  }

  /** Everybody reaches everybody: ends partitions, also those between clients and servers. */
  heal(): void {
    this.partition();
    for (const server of this.servers) server.healClients();
  }

  /**
   * Ends the session at once, as if its client had been silent for too long; resolves when all
   * servers know that run and can be reached.
   */
  async expireSession(session: SessionLike): Promise<void> {
    const id = typeof session === 'bigint' ? session : session.id;
    const leader = this.leader();
    // Only the server that has a local session can expire it.
    const others = this.servers.filter((each) => each !== leader && each.status === 'running');
    for (const server of [leader, ...others]) {
      if (await server.maybeExpireSession(id)) return void (await this.#applyEverywhere(leader));
    }
    await leader.expireSession(id);
  }

  /** Resets the connection of a session, or of all clients; returns how many. The sessions live on. */
  dropConnections(session?: SessionLike): number {
    return this.servers.reduce((sum, server) => sum + server.dropConnections(session), 0);
  }

  /** What clients and servers say arrives so much later, in each direction; 0 ends it. */
  delayClients(delayMs: number): void {
    for (const server of this.servers) server.delayClients(delayMs);
  }

  /**
   * Waits until all servers that run and can be reached have what the leader has, and compares their
   * trees. Rejects when they differ, or when writes go on.
   */
  async digest(): Promise<Digest> {
    const leader = this.leader();
    for (let tries = 0; tries < DIGEST_TRIES_MAX; tries++) {
      const servers = await this.#applyEverywhere(leader);
      const digests = await Promise.all(servers.map((server) => server.digest()));
      const [first] = digests;
      if (first === undefined || digests.some((each) => each.zxid !== first.zxid)) continue;
      if (digests.every(({ digest }) => digest === first.digest)) return first;
      const found = servers.map(({ id }, at) => `server ${id}: ${digests[at]?.digest}`).join(', ');
      throw new Error(`The trees differ at zxid 0x${first.zxid.toString(16)}: ${found}.`);
    }
    throw new Error('The trees cannot be compared: they are being written to.');
  }

  /** Until everybody who can be reached has what the leader has now. */
  async #applyEverywhere(leader: TestServer): Promise<TestServer[]> {
    const servers = this.servers.filter(
      (server) => server.status === 'running' && this.#canReach(server, leader),
    );
    const { zxid } = await leader.digest();
    await Promise.all(servers.map((server) => server.waitUntilApplied(zxid)));
    return servers;
  }

  /** Ends everything for good: servers, ports and data. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#parts.network.close();
    await Promise.all(this.servers.map((server) => server.close()));
    this.#parts.root.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function makeEnsemble(options: TestEnsembleOptions): Promise<TestEnsemble> {
  const { size: voters = 3, observers = 0 } = options;
  checkCount('size', voters, 1);
  checkCount('observers', observers, 0);
  for (const key of UNREADABLE_KEYS) {
    if (String(options.config?.[key]).toLowerCase() !== 'true') continue;
    throw new TypeError(`${key}: who connects must be readable for the network of a TestEnsemble.`);
  }
  const ids = Array.from({ length: voters + observers }, (_, index) => index + 1);
  const host = hostParts(options);
  const network = await MemberNetwork.open(ids);
  const allClients = await Promise.all(ids.map(() => TestServer.openClients()));
  const root = new TemporaryFolder();
  const changes = new Changes();
  const members: ConfigEntries = Object.fromEntries(
    ids.map((id) => {
      const { quorum, election } = network.portsOf(id);
      const role = id > voters ? 'observer' : 'participant';
      return [`server.${id}`, `127.0.0.1:${quorum}:${election}:${role}`];
    }),
  );
  const servers = allClients.map((clients, index) => {
    const id = index + 1;
    const folder = new ServerFolder({ root: root.path, id });
    folder.writeConfig({ ...members, ...configEntries(options, clients.port) });
    return new TestServer({ id, host, folder, clients, network, changes, onClose: async () => {} });
  });
  return new TestEnsemble({ voters, servers, network, root, changes });
}

function checkCount(name: string, count: number, min: number): void {
  if (Number.isInteger(count) && count >= min && count <= SIZE_MAX) return;
  throw new RangeError(`${name}: ${count}; a whole number from ${min} to ${SIZE_MAX} is wanted.`);
}
