/**
 * Operator: starts servers, and starts them again. What befalls the disks of machines that are off
 * happens here, too: they are lost, or files on them are damaged; and an operator makes good what a
 * server cannot, by removing a damaged data directory.
 *
 * No vote, no promise and no entry ever hangs on the disk alone to which that happens: then
 * everything must hold all the same.
 */
import type { Prng } from '../../base/prng.ts';
import type { ServerId } from '../../base/server-id.ts';
import type { QuorumVerifier } from '../../core/zab/members/quorum-verifier.ts';
import type { CrashKind } from '../disk/sim-disk.ts';
import type { SimPeer } from './sim-peer.ts';
import type { Surroundings } from './surroundings.ts';

export interface OperatorParts {
  readonly world: Surroundings;
  readonly prng: Prng;
  crash(peer: SimPeer, kind: CrashKind): void;
  isChaos(): boolean;
  onBoot(peer: SimPeer): void;
}

const REPAIR_US = 500_000;

export class Operator {
  readonly #parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  boot(peer: SimPeer): void {
    if (peer.isListening) return;
    if (peer.boot()) this.#parts.onBoot(peer);
    else this.#repair(peer);
  }

  bootAfter(peer: SimPeer, us: number): void {
    const { clock, queue } = this.#parts.world;
    queue.add(clock.nowUs + us, 'boot', () => this.boot(peer));
  }

  crash(peer: SimPeer, kind: CrashKind, downUs: number): void {
    const { clock, queue } = this.#parts.world;
    this.#parts.crash(peer, kind);
    queue.add(clock.nowUs + downUs, 'restart', () => this.#restart(peer));
  }

  /** The machines that have to run, for all that is agreed or may yet be. */
  get needed(): ReadonlySet<ServerId> {
    const { members, configs } = this.#parts.world.witness;
    const all = [members, ...configs.laterThan(members.version)];
    return new Set(all.flatMap(({ servers }) => [...servers.keys()]));
  }

  /**
   * Whoever is needed by what was agreed in the meantime is started. A member that was away while all that it knows of left finds nobody. An operator tells it who
   * the others are.
   */
  helpLost(): void {
    const { peers, witness } = this.#parts.world;
    for (const sid of this.needed) {
      const peer = peers.get(sid);
      if (peer !== undefined && !peer.isListening) this.bootAfter(peer, REPAIR_US);
    }
    const { members } = witness;
    for (const peer of peers.values()) {
      if (!members.servers.has(peer.sid) || peer.isServing || peer.peer === null) continue;
      const { current } = peer.peer.configs;
      const known = [...current.servers.keys()].filter((sid) => sid !== peer.sid);
      const isKnown = known.some((sid) => members.servers.has(sid) && peers.get(sid)?.isListening);
      if (current.version >= members.version || isKnown) continue;
      this.#parts.world.count('lost members');
      this.#parts.crash(peer, 'kill');
      peer.files.replace(members);
      this.boot(peer);
    }
  }

  #restart(peer: SimPeer): void {
    if (peer.isListening) return;
    if (this.#parts.isChaos()) this.#damage(peer);
    this.#parts.world.decisions.end();
    this.boot(peer);
  }

  #damage(peer: SimPeer): void {
    const { world, prng } = this.#parts;
    const { faults } = world.config;
    const { decisions, clock } = world;
    if (!faults.wipe && !faults.rot) return;
    if (!decisions.begin(`restart ${peer.sid}.${peer.life}`, clock.nowUs, [prng])) return;
    if (faults.wipe && prng.chance(0.3) && this.mayWipe(peer)) {
      world.count('wipes');
      decisions.note(`wipe ${peer.sid}`);
      this.wipe(peer);
    } else if (
      faults.rot &&
      prng.chance(0.4) &&
      !this.#isAnyRotten &&
      this.#isDispensable(peer, this.#configs)
    ) {
      const what = peer.disk.rot(prng);
      if (what === null) return;
      world.count('rot');
      decisions.note(`rot at ${peer.sid}: ${what}`);
      world.trace.add(world.clock.nowUs, `${peer.sid} rot: ${what}`);
    }
  }

  /** It refuses to start with damaged files. They are removed as soon as all others have it all. */
  #repair(peer: SimPeer): void {
    const { world } = this.#parts;
    if (!this.#isDispensable(peer, this.#configs)) return this.bootAfter(peer, REPAIR_US);
    world.count('repairs');
    this.wipe(peer);
    this.boot(peer);
  }

  /** With the configuration of now: an old one, told by a late message, could make it a quorum. */
  wipe(peer: SimPeer): void {
    peer.wipe();
    peer.files.replace(this.#parts.world.witness.members);
  }

  get #isAnyRotten(): boolean {
    return [...this.#parts.world.peers.values()].some(({ disk }) => disk.isRotten);
  }

  /**
   * Also by configurations that some server, on or off, takes for the last one: by such a one a server
   * without its disk, and so without what it promised, could find a quorum, or be it.
   */
  mayWipe(peer: SimPeer): boolean {
    const files = [...this.#parts.world.peers.values()].flatMap(({ files: each }) => {
      return each.lastSeen === null ? [each.current] : [each.current, each.lastSeen];
    });
    return this.#isDispensable(peer, [...this.#configs, ...files]);
  }

  /** Those that count somewhere, or may come to. */
  get #configs(): readonly QuorumVerifier[] {
    const { peers, witness } = this.#parts.world;
    const { members, configs } = witness;
    const others = [...peers.values()].flatMap(({ peer }) => peer?.configs.quorums ?? []);
    return [members, ...configs.laterThan(members.version), ...others];
  }

  /** All others are there, and have what this disk has and what is committed. */
  #isDispensable(peer: SimPeer, configs: readonly QuorumVerifier[]): boolean {
    const { peers, witness } = this.#parts.world;
    const voters = new Set(configs.flatMap((config) => [...config.voters]));
    if (!voters.has(peer.sid)) return true;
    const { epochs, through } = peer.disk;
    const others = [...peers.values()].filter((each) => each !== peer && voters.has(each.sid));
    return (
      others.length > 1 &&
      others.every(({ disk, isServing, wasWiped, lastZxid }) => {
        if (!isServing || wasWiped) return false;
        const { accepted, current } = disk.epochs;
        const hasEpochs = accepted >= epochs.accepted && current >= epochs.current;
        const last = Math.max(through, witness.lastCommitted);
        return hasEpochs && disk.through >= last && lastZxid >= last;
      })
    );
  }
}
