/**
 * Disturber: what goes wrong in an ensemble, by the seed: one disturbance after the other while
 * there is chaos. Each undoes itself after a while; `calm` undoes all at once.
 */
import type { Prng } from '../../base/prng.ts';
import type { CrashKind } from '../disk/sim-disk.ts';
import { streamOf } from '../named-streams.ts';
import type { EnsembleFaults } from './ensemble-config.ts';
import { depose, disturbNetwork } from './net/network-disturbance.ts';
import type { SimPeer } from './sim-peer.ts';
import type { Surroundings } from './surroundings.ts';

export interface DisturberHost {
  crash(peer: SimPeer, kind: CrashKind, downUs: number): void;
  /** Whoever is connected to the server asks it for a sync. */
  askSyncs(peer: SimPeer): void;
}

const SOURCE = 'disturber';
const SNAPSHOT_CHANCE = 0.5;

/** A server that is to crash when its disk has begun or ended so many ops. */
interface Ambush {
  readonly peer: SimPeer;
  readonly life: number;
  readonly opCount: number;
  readonly kind: CrashKind;
}

export class Disturber {
  readonly #world: Surroundings;
  readonly #host: DisturberHost;
  readonly #prng: Prng;
  readonly #syncPrng: Prng;
  readonly #snapshotPrng: Prng;
  #isOn = true;
  #ambushes: Ambush[] = [];

  constructor(world: Surroundings, host: DisturberHost) {
    this.#world = world;
    this.#host = host;
    this.#prng = streamOf(world.config.seed, 'chaos');
    this.#syncPrng = streamOf(world.config.seed, 'chaos syncs');
    this.#snapshotPrng = streamOf(world.config.seed, 'chaos snapshots');
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  begin(): void {
    this.#plan();
  }

  calm(): void {
    this.#isOn = false;
    this.#ambushes = [];
    this.#world.network.heal();
    for (const peer of this.#world.peers.values()) {
      peer.disk.faults.isOn = false;
      peer.disk.faults.isFull = false;
      peer.wake();
    }
  }

  /** After each event: who has got to where a crash waits for it? */
  checkAmbushes(): void {
    if (this.#ambushes.length === 0) return;
    const due = this.#ambushes.find(({ peer, opCount }) => peer.disk.sim.opCount >= opCount);
    if (due === undefined) return;
    this.#ambushes = this.#ambushes.filter((each) => each !== due);
    if (due.peer.life !== due.life) return;
    this.#begin(`ambush ${nameOf(due.peer)}`);
    this.#host.crash(due.peer, due.kind, this.#downUs());
    this.#world.decisions.end();
  }

  /** A life begins: it may have been chosen to end soon, between two ops of its disk. */
  onBoot(peer: SimPeer): void {
    if (!this.#isOn || !this.#begin(`boot ${nameOf(peer)}`)) return;
    if (this.#prng.chance(0.25)) this.#ambush(peer);
    this.#world.decisions.end();
  }

  /**
   * What is logged and not committed is applied before an election. A snapshot that falls due only
   * then, as the one before it took its time, has it, and a new leader may cut it off: by chance
   * that is rare.
   */
  onVoting(peer: SimPeer): void {
    const { clock, queue, decisions, witness } = this.#world;
    const zxid = peer.peer?.history.database.tree.lastProcessedZxid ?? 0;
    if (!this.#isOn || witness.isCommitted(zxid)) return;
    const { life } = peer;
    const source = `voting ${nameOf(peer)}`;
    if (decisions.isReplay && decisions.nextUs(source) === null) return;
    queue.add(clock.nowUs, 'voting', () => {
      if (!this.#isOn || peer.life !== life || !peer.isListening) return;
      if (!decisions.begin(source, clock.nowUs, [this.#snapshotPrng])) return;
      if (this.#snapshotPrng.chance(SNAPSHOT_CHANCE)) this.#snapshotUncommitted(peer);
      decisions.end();
    });
  }

  #snapshotUncommitted(peer: SimPeer): void {
    this.#world.count('uncommitted snapshots');
    this.#world.decisions.note(`snapshot at ${peer.sid}`);
    peer.step('housekeeping', (each) => each.takeSnapshot());
  }

  /** False where this is left out of what is replayed. */
  #begin(source: string): boolean {
    const { clock, decisions } = this.#world;
    return decisions.begin(source, clock.nowUs, [this.#prng, this.#syncPrng]);
  }

  #plan(): void {
    const { clock, queue, config, decisions } = this.#world;
    const us = decisions.isReplay
      ? decisions.nextUs(SOURCE)
      : clock.nowUs + this.#prng.between(1, config.calmUsMax);
    if (us === null) return;
    queue.add(Math.max(us, clock.nowUs), 'disturb', () => {
      if (!this.#isOn) return;
      this.#begin(SOURCE);
      this.#disturb();
      this.#maybeDepose();
      decisions.end();
      this.#plan();
    });
  }

  #disturb(): void {
    const { faults } = this.#world.config;
    const prng = this.#prng;
    const choices = DISTURBANCES.filter(({ needs }) => needs.some((name) => faults[name]));
    if (choices.length === 0) return this.#housekeep();
    const { name } = prng.pick(choices);
    if (prng.chance(0.15)) this.#housekeep();
    if (name === 'network') {
      const kind = disturbNetwork(this.#world, prng);
      if (kind === null) return;
      this.#world.count(kind);
      this.#world.decisions.note(kind);
      return;
    }
    this.#disturbPeer(name, this.#victim());
  }

  #disturbPeer(name: PeerDisturbance, peer: SimPeer): void {
    const { config, count } = this.#world;
    const prng = this.#prng;
    if (!peer.isListening) return;
    if (name !== 'crash') this.#world.decisions.note(`${name} ${peer.sid}`);
    switch (name) {
      case 'crash':
        return this.#crashSome(peer);
      case 'pause': {
        count('pauses');
        const { tickTimeMs, syncLimitTicks } = config.zab;
        return peer.pause(prng.below(tickTimeMs * syncLimitTicks * 2000));
      }
      case 'wallJump':
        count('wall jumps');
        return peer.clock.jumpWall(prng.pick([-3_600_000, -500, 700, 86_400_000]));
      case 'fill':
        return this.#fillDisk(peer);
      case 'stop':
        count('clean stops');
        return peer.shutdown();
    }
  }

  /** With `sync.quorum` a leader that has been deposed must not answer those who ask it then. */
  #maybeDepose(): void {
    const { clock, queue, config, peers, count } = this.#world;
    const prng = this.#syncPrng;
    const { syncQuorum, syncLimitTicks, tickTimeMs } = config.zab;
    const leader = [...peers.values()].find(({ mode }) => mode === 'leader');
    if (syncQuorum !== true || leader === undefined || !prng.chance(0.1)) return;
    count('deposed');
    this.#world.decisions.note(`depose ${leader.sid}`);
    depose(leader, prng);
    for (let times = 0; times < 8; times++) {
      const us = prng.below(syncLimitTicks * tickTimeMs * 1000);
      queue.add(clock.nowUs + us, 'syncs', () => this.#host.askSyncs(leader));
    }
  }

  #housekeep(): void {
    const peer = this.#victim();
    const isSnapshot = this.#prng.chance(0.5);
    if (peer.mode === null) return;
    this.#world.decisions.note(`${isSnapshot ? 'snapshot' : 'purge'} at ${peer.sid}`);
    peer.step('housekeeping', (each) => (isSnapshot ? each.takeSnapshot() : each.purge()));
  }

  /** The leader more often than others: there is most to lose. */
  #victim(): SimPeer {
    const peers = [...this.#world.peers.values()];
    const leader = peers.find(({ mode }) => mode === 'leader');
    return leader !== undefined && this.#prng.chance(0.4) ? leader : this.#prng.pick(peers);
  }

  #crashKind(faults: EnsembleFaults): CrashKind {
    if (!faults.powerLoss) return 'kill';
    return faults.kill && this.#prng.chance(0.4) ? 'kill' : 'powerLoss';
  }

  #crashSome(first: SimPeer): void {
    const { peers, config } = this.#world;
    const prng = this.#prng;
    if (prng.chance(0.4)) return this.#ambush(first);
    const kind = this.#crashKind(config.faults);
    const isAll = prng.chance(0.15);
    const others = [...peers.values()].filter(() => isAll || prng.chance(0.15));
    for (const peer of new Set([first, ...others])) {
      if (peer.isListening) this.#host.crash(peer, kind, this.#downUs());
    }
  }

  #ambush(peer: SimPeer): void {
    const { config } = this.#world;
    if (!config.faults.kill && !config.faults.powerLoss) return;
    const ops = this.#prng.pick([this.#prng.below(12), this.#prng.below(60)]);
    const opCount = peer.disk.sim.opCount + 1 + ops;
    this.#world.decisions.note(`crash ${peer.sid} in ${ops} ops of its disk`);
    this.#ambushes.push({ peer, life: peer.life, opCount, kind: this.#crashKind(config.faults) });
  }

  #downUs(): number {
    const { tickTimeMs } = this.#world.config.zab;
    return this.#prng.pick([1000, tickTimeMs * 500, tickTimeMs * 5000, tickTimeMs * 20_000]);
  }

  #fillDisk(peer: SimPeer): void {
    const { clock, queue, count } = this.#world;
    const { faults } = peer.disk;
    faults.isFull = true;
    count('full disks');
    const us = this.#prng.pick([1000, 100_000, 2_000_000]);
    queue.add(clock.nowUs + us, 'disk freed', () => {
      faults.isFull = false;
    });
  }
}

function nameOf({ sid, life }: SimPeer): string {
  return `${sid}.${life}`;
}

type PeerDisturbance = 'crash' | 'pause' | 'wallJump' | 'fill' | 'stop';

interface Disturbance {
  readonly name: PeerDisturbance | 'network';
  readonly needs: readonly (keyof EnsembleFaults)[];
}

const NETWORK: readonly (keyof EnsembleFaults)[] = [
  'linkCuts',
  'halfOpen',
  'partitions',
  'oneWay',
  'clogs',
  'electionCuts',
];

const DISTURBANCES: readonly Disturbance[] = [
  { name: 'crash', needs: ['kill', 'powerLoss'] },
  { name: 'crash', needs: ['kill', 'powerLoss'] },
  { name: 'network', needs: NETWORK },
  { name: 'network', needs: NETWORK },
  { name: 'pause', needs: ['pauses'] },
  { name: 'wallJump', needs: ['wallJumps'] },
  { name: 'fill', needs: ['diskFull'] },
  { name: 'stop', needs: ['cleanStops'] },
];
