// An ensemble of real server processes on this machine, each member Java or Zooid. It writes the
// configuration, starts and ends processes, and waits for what an operator would look at: who
// serves, who leads. Nothing here knows which kind does what.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../free-ports.ts';
import { quickJvmFlags } from '../java-server.ts';
import { clientTestProperties } from '../side-by-side.ts';
import { EnsembleMember, type MemberMode, type MemberPorts } from './ensemble-member.ts';
import { type MemberKind, type ProgramOptions, programOf } from './member-kinds.ts';

export interface EnsembleOptions {
  /** The voters, server.1 first. */
  readonly kinds: readonly MemberKind[];
  /** Observers, with the ids after the voters'. */
  readonly observers?: readonly MemberKind[];
  /** More lines of zoo.cfg; they win over the defaults. */
  readonly config?: Record<string, string>;
  /** More lines of one member's; they win over all. */
  readonly configOf?: (id: number, folder: string) => Record<string, string>;
  readonly program?: Partial<ProgramOptions>;
  /** Followers feed observers. Server N listens for servers at 127.0.0.N, as all have one port. */
  readonly hasObserverMasters?: boolean;
  /** Where the members' folders are made; a new one when absent. */
  readonly folder?: string;
}

const TICK_TIME_MS = 500;
const SYNC_LIMIT_TICKS = 4;
/** Longer than any pause of a busy machine: no session of a story may expire. */
export const SESSION_TIMEOUT_MS = 40_000;
const INIT_LIMIT_TICKS = 20;
const WAIT_MS = 30_000;
const POLL_MS = 15;

const defaultProgram: ProgramOptions = {
  systemProperties: { ...clientTestProperties, 'zookeeper.preAllocSize': '1024' },
  jvmFlags: quickJvmFlags,
};

const findPorts = async (members: number): Promise<[MemberPorts[], extra: number]> => {
  const found = new Set<number>();
  while (found.size < members * 3 + 1) found.add(await findFreePort());
  const [extra = 0, ...ports] = found;
  const ofMembers = Array.from({ length: members }, (_, index) => {
    const [client = 0, quorum = 0, election = 0] = ports.slice(index * 3);
    return { client, quorum, election };
  });
  return [ofMembers, extra];
};

const serverLines = (
  ports: readonly MemberPorts[],
  { kinds, hasObserverMasters = false }: EnsembleOptions,
): Record<string, string> =>
  Object.fromEntries(
    ports.map(({ quorum, election }, index) => {
      const role = index < kinds.length ? 'participant' : 'observer';
      const host = `127.0.0.${hasObserverMasters ? index + 1 : 1}`;
      return [`server.${index + 1}`, `${host}:${quorum}:${election}:${role}`];
    }),
  );

const describeState = (member: EnsembleMember): string => {
  if (member.hasCrashed) return 'ended by itself';
  if (member.isFrozen) return 'frozen';
  return member.isUp ? 'up' : 'down';
};

export class TestEnsemble {
  readonly members: readonly EnsembleMember[];
  readonly folder: string;

  private constructor(members: readonly EnsembleMember[], folder: string) {
    this.members = members;
    this.folder = folder;
  }

  /** Writes nothing and starts nothing yet. */
  static async create(options: EnsembleOptions): Promise<TestEnsemble> {
    const { kinds, observers = [] } = options;
    const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'zooid-ensemble-'));
    const program = { ...defaultProgram, ...options.program };
    const [ports, extraPort] = await findPorts(kinds.length + observers.length);
    const shared = {
      tickTime: String(TICK_TIME_MS),
      initLimit: String(INIT_LIMIT_TICKS),
      syncLimit: String(SYNC_LIMIT_TICKS),
      maxSessionTimeout: String(SESSION_TIMEOUT_MS),
      maxClientCnxns: '0',
      ...serverLines(ports, options),
      ...(options.hasObserverMasters ? { observerMasterPort: String(extraPort) } : {}),
      ...options.config,
    };
    const members = [...kinds, ...observers].map((kind, index) => {
      const own = ports[index];
      assert.ok(own !== undefined);
      const id = index + 1;
      const isObserver = index >= kinds.length;
      const role: Record<string, string> = isObserver ? { peerType: 'observer' } : {};
      return new EnsembleMember({
        id,
        kind,
        isObserver,
        ports: own,
        dataDir: path.join(folder, `server.${id}`),
        config: { ...shared, ...role, ...options.configOf?.(id, folder) },
        findProgram: (wanted) => programOf(wanted, program),
      });
    });
    return new TestEnsemble(members, folder);
  }

  get ports(): number[] {
    return this.members.map(({ port }) => port);
  }

  member(id: number): EnsembleMember {
    const found = this.members[id - 1];
    assert.ok(found !== undefined, `There is no server.${id}.`);
    return found;
  }

  /**
   * Starts all, and sees to it that the voter with the highest id leads: of fresh servers, that is
   * the one with the highest id of the first majority.
   */
  async start(): Promise<void> {
    const voters = this.members.filter(({ isObserver }) => !isObserver);
    const quorum = Math.floor(voters.length / 2) + 1;
    const first = voters.slice(voters.length - quorum);
    await Promise.all(first.map((member) => member.start()));
    await this.untilLeader();
    await this.startRest();
  }

  /** Starts those that do not run and waits until every member serves. */
  async startRest(): Promise<void> {
    const rest = this.members.filter((member) => !member.isUp);
    await Promise.all(rest.map((member) => member.start()));
    await this.untilServing();
  }

  /** Until each of these, or every member, serves clients. */
  async untilServing(members: readonly EnsembleMember[] = this.members): Promise<void> {
    await Promise.all(members.map((member) => member.untilServing()));
  }

  async modes(): Promise<(MemberMode | undefined)[]> {
    return Promise.all(this.members.map((member) => member.mode()));
  }

  /** The one that leads now, or the first to say so within the time. */
  async untilLeader(): Promise<EnsembleMember> {
    return this.until('leader', async () => {
      const modes = await this.modes();
      return this.members.find((_, index) => modes[index] === 'leader');
    });
  }

  async followers(): Promise<EnsembleMember[]> {
    const modes = await this.modes();
    return this.members.filter((_, index) => modes[index] === 'follower');
  }

  /** Asks again and again, as nobody says when it has come; rejects with the state of all. */
  async until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
    const deadline = performance.now() + WAIT_MS;
    for (;;) {
      const found = await find();
      if (found !== undefined) return found;
      if (performance.now() > deadline || this.members.some(({ hasCrashed }) => hasCrashed)) break;
      await delay(POLL_MS);
    }
    throw new Error(`No ${what}: a member ended, or ${WAIT_MS} ms. ${await this.describe()}`);
  }

  async describe(): Promise<string> {
    const modes = await this.modes();
    return this.members
      .map((member, index) => {
        const state = describeState(member);
        return `${member.describe()}: ${state}, ${modes[index] ?? 'not serving'}. ${member.output}`;
      })
      .join('\n');
  }

  /** Ends every process at once and removes the folders, which ZOOID_KEEP=1 leaves to be looked at. */
  async end(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    if (process.env['ZOOID_KEEP'] === '1') return;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
