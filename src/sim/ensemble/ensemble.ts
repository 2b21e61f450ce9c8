/**
 * Ensemble: all servers of a simulated ensemble, the network between them and their clients, under
 * one virtual clock. It decides nothing by itself: a run, or a scenario, says what happens, and
 * lets time go on event by event.
 */
import { assert } from '../../base/assert.ts';
import type { Prng } from '../../base/prng.ts';
import type { ServerId } from '../../base/server-id.ts';
import type { EnsembleConfig as Members } from '../../core/zab/members/ensemble-config.ts';
import type { QuorumLink } from '../../core/zab/quorum-link.ts';
import { MachineClient } from '../clients/machine-client.ts';
import { newConnectionHistory, SimClient } from '../clients/sim-client.ts';
import { Workload } from '../clients/workload.ts';
import { Decisions } from '../decisions/decisions.ts';
import type { CrashKind } from '../disk/sim-disk.ts';
import { EventQueue } from '../event-queue.ts';
import type { ConnectAttempt, History } from '../history.ts';
import { streamOf } from '../named-streams.ts';
import { SimClock } from '../sim-clock.ts';
import { type ConnectionOwner, SimConnection } from '../sim-connection.ts';
import type { Trace } from '../trace.ts';
import { checkActivated, checkCommitted, checkLeading, isSafeWithout } from './checkers/commits.ts';
import { EpochChecker } from './checkers/epochs.ts';
import { Timeline } from './checkers/syncs.ts';
import { VoteChecker } from './checkers/votes.ts';
import type { EnsembleConfig } from './ensemble-config.ts';
import { newEnsembleHistory } from './ensemble-history.ts';
import type { EnsembleHooks } from './ensemble-hooks.ts';
import type { EnsembleWatcher } from './ensemble-watcher.ts';
import { firstMembers } from './members/member-lists.ts';
import { ElectionNet } from './net/election-net.ts';
import { type DialTarget, QuorumDialer } from './net/quorum-dialer.ts';
import { SimNetwork } from './net/sim-network.ts';
import { SimPeer } from './sim-peer.ts';
import type { Surroundings } from './surroundings.ts';
import { Witness } from './witness.ts';

export interface EnsembleParts {
  readonly config: EnsembleConfig;
  readonly trace: Trace;
  readonly hooks: EnsembleHooks;
  readonly decisions?: Decisions;
  readonly watcher?: EnsembleWatcher;
  /** A server's process has ended by itself. */
  onPeerEnd(peer: SimPeer, reason: 'failed' | 'closed'): void;
  /** A server begins to vote with what it has. */
  onVoting?(peer: SimPeer): void;
}

/** Behind all others, so that there may be as many of those as a run wants. */
const FIRST_MACHINE_CLIENT = 100;

export class Ensemble implements Surroundings {
  readonly config: EnsembleConfig;
  readonly clock = new SimClock();
  readonly queue: EventQueue;
  readonly trace: Trace;
  readonly hooks: EnsembleHooks;
  readonly watcher: EnsembleWatcher;
  readonly decisions: Decisions;
  readonly history: History;
  readonly witness: Witness;
  readonly epochs = new EpochChecker();
  readonly votes = new VoteChecker();
  readonly timeline = new Timeline();
  readonly network: SimNetwork;
  readonly members: Members;
  readonly peers: ReadonlyMap<ServerId, SimPeer>;
  readonly electionNet: ElectionNet;
  readonly dialer: QuorumDialer;
  readonly clients: SimClient[] = [];
  readonly machineClients: MachineClient[] = [];
  readonly workload: Workload;
  readonly counts: Record<string, number> = {};
  readonly onPeerEnd: EnsembleParts['onPeerEnd'];
  readonly onVoting: (peer: SimPeer) => void;
  readonly #clientPrng: Prng;
  #at = 0;

  constructor(parts: EnsembleParts) {
    const { config, trace, hooks, onPeerEnd, onVoting, decisions } = parts;
    const { seed, faults, windowBytes, voters, observers, spares } = config;
    this.config = config;
    this.trace = trace;
    this.hooks = hooks;
    this.watcher = parts.watcher ?? {};
    this.decisions = decisions ?? new Decisions();
    this.onPeerEnd = onPeerEnd;
    this.onVoting = onVoting ?? (() => {});
    const noise = [streamOf(seed, 'ties'), streamOf(seed, 'net')] as const;
    this.decisions.setNoise(noise);
    this.queue = new EventQueue(noise[0]);
    this.history = newEnsembleHistory(config);
    // Not those of its servers: a mutant may have changed them.
    this.witness = new Witness(config.server.requests, firstMembers(config));
    this.workload = new Workload(streamOf(seed, 'workload'));
    this.#clientPrng = streamOf(seed, 'client net');
    this.network = new SimNetwork({
      clock: this.clock,
      queue: this.queue,
      prng: noise[1],
      delayUsMax: faults.slowNet ? 20_000 : 800,
      rechunks: faults.rechunk,
    });
    const members = firstMembers(config);
    this.members = hooks.members?.(members) ?? members;
    const sids = [...voters, ...observers, ...spares];
    this.peers = new Map(sids.map((sid) => [sid, new SimPeer(this, sid)]));
    const slowStartUs = faults.slowStart ? 1_000_000 : 1000;
    this.electionNet = new ElectionNet(this.network, [...this.peers.values()], {
      slowStartUs,
      hasLateMessages: faults.lateVotes,
      onSent: (way, bytes) => this.watcher.onVote?.(way, bytes),
    });
    this.dialer = new QuorumDialer({
      network: this.network,
      prng: streamOf(seed, 'dials'),
      windowBytes,
      peerOf: (sid) => this.peers.get(sid),
    });
    if (faults.refusals) this.dialer.refusalRate = 0.2;
  }

  readonly at = (): number => this.#at;

  readonly count = (name: string, by = 1): void => {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  };

  /** The next thing happens; false when there is nothing left. */
  step(): boolean {
    const event = this.queue.take();
    if (event === undefined) return false;
    this.#at++;
    this.clock.moveTo(event.timeUs);
    event.action();
    return true;
  }

  /** Lets time go on until the condition holds; false when it does not within `us`. */
  runUntil(condition: () => boolean, us: number): boolean {
    const endUs = this.clock.nowUs + us;
    while (!condition()) {
      if (this.clock.nowUs > endUs || !this.step()) return false;
    }
    return true;
  }

  peer(sid: ServerId): SimPeer {
    const peer = this.peers.get(sid);
    assert(peer !== undefined, 'no such server');
    return peer;
  }

  get leader(): SimPeer | undefined {
    const leaders = [...this.peers.values()].filter(({ mode }) => mode === 'leader');
    return leaders.length === 1 ? leaders[0] : undefined;
  }

  crash(peer: SimPeer, kind: CrashKind): void {
    this.count(kind);
    this.decisions.note(`crash ${peer.sid} (${kind})`);
    this.trace.add(this.clock.nowUs, `${peer.sid} crash ${kind}`);
    peer.stop(kind);
  }

  // --- Surroundings -------------------------------------------------------------------------------

  dial(from: SimPeer, link: QuorumLink, to: DialTarget): void {
    this.dialer.dial(from, link, to);
  }

  onCommitted(peer: SimPeer, zxid: number): void {
    checkCommitted(this, peer, zxid);
    this.timeline.onCommitted(this.#at, this.witness.lastCommitted);
  }

  onLeading(peer: SimPeer, epoch: number): void {
    checkLeading(this, peer, epoch);
    this.timeline.onLeading(peer.sid, this.#at);
    this.timeline.onCommitted(this.#at, this.witness.lastCommitted);
  }

  onConfigActivated(peer: SimPeer, version: number): void {
    checkActivated(this, peer, version);
  }

  isSafeWithout(peer: SimPeer, zxid: number): boolean {
    return isSafeWithout(this, peer, zxid);
  }

  // --- Clients ------------------------------------------------------------------------------------

  /** One that goes to any server, or only to the one it is for. */
  addClient(pinnedTo: SimPeer | null = null): SimClient {
    const index = this.clients.length;
    const { seed } = this.config;
    const all = [...this.peers.values()];
    const client = new SimClient({
      index,
      clock: this.clock,
      queue: this.queue,
      prng: streamOf(seed, `client ${index}`),
      config: this.config,
      workload: this.workload,
      decisions: this.decisions,
      netPrng: this.#clientPrng,
      at: this.at,
      open: (attempt, each) => this.open(pinnedTo ?? this.#clientPrng.pick(all), attempt, each),
      connectRequest: (bytes) => this.hooks.connectRequest?.(bytes) ?? bytes,
    });
    this.clients.push(client);
    return client;
  }

  get allClients(): readonly (SimClient | MachineClient)[] {
    return [...this.clients, ...this.machineClients];
  }

  /** One whose session the real client's machine keeps. */
  addMachineClient(): MachineClient {
    const index = FIRST_MACHINE_CLIENT + this.machineClients.length;
    const { config } = this;
    const client = new MachineClient({
      ...{ index, config, clock: this.clock, queue: this.queue, at: this.at },
      prng: streamOf(config.seed, `client ${index}`),
      servers: [...this.peers.keys()],
      open: (sid, attempt, each) => this.open(this.peer(sid), attempt, each),
      connectRequest: (bytes) => this.hooks.connectRequest?.(bytes) ?? bytes,
    });
    this.machineClients.push(client);
    return client;
  }

  askSyncs({ sid }: SimPeer): void {
    for (const client of this.clients) {
      if (client.server === sid) client.ask({ kind: 'sync', path: '/' });
    }
  }

  /** A connection of a client to a server; null when nobody listens there. */
  open(server: SimPeer, attempt: ConnectAttempt, client: ConnectionOwner): SimConnection | null {
    const { peer } = server;
    if (peer === null || peer.mode === null) return null;
    const id = this.history.connections.length;
    const facts = { attempt, server: server.sid, life: server.life };
    const record = newConnectionHistory(id, client.index, facts);
    const { faults } = this.config;
    const connection = new SimConnection({
      clock: this.clock,
      queue: this.queue,
      prng: this.#clientPrng.fork(),
      shape: {
        delayUsMin: 20,
        delayUsMax: faults.slowNet ? 20_000 : 800,
        rechunks: faults.rechunk,
      },
      ends: {
        onBytes: (from, bytes) => server.clients.receive(from, bytes),
        onServerSideEnd: (from) => server.clients.onClosedByClient(from),
        onFrame: (from, frame) => client.onFrame(from, frame),
        onClientSideEnd: (from) => client.onEnd(from),
      },
      record,
    });
    if (!server.clients.accept(peer, connection)) return null;
    this.history.connections.push(record);
    this.count('connections');
    return connection;
  }
}
