/**
 * Operator: starts servers, and starts them again. What befalls the disks of machines that are off
 * happens here, too: they are lost, or files on them are damaged; and an operator makes good what a
 * server cannot, by removing a damaged data directory.
 *
 * No vote, no promise and no entry ever hangs on the disk alone to which that happens: then
 * everything must hold all the same.
 */
import type { Prng } from '../../base/prng.ts';
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

  #restart(peer: SimPeer): void {
    if (peer.isListening) return;
    if (this.#parts.isChaos()) this.#damage(peer);
    this.boot(peer);
  }

  #damage(peer: SimPeer): void {
    const { world, prng } = this.#parts;
    const { faults } = world.config;
    if (faults.wipe && prng.chance(0.3) && this.#isDispensable(peer)) {
      world.count('wipes');
      peer.wipe();
    } else if (faults.rot && prng.chance(0.4) && !this.#isAnyRotten && this.#isDispensable(peer)) {
      const what = peer.disk.rot(prng);
      if (what === null) return;
      world.count('rot');
      world.trace.add(world.clock.nowUs, `${peer.sid} rot: ${what}`);
    }
  }

  /** It refuses to start with damaged files. They are removed as soon as all others have it all. */
  #repair(peer: SimPeer): void {
    const { world } = this.#parts;
    if (!this.#isDispensable(peer)) return this.bootAfter(peer, REPAIR_US);
    world.count('repairs');
    peer.wipe();
    this.boot(peer);
  }

  get #isAnyRotten(): boolean {
    return [...this.#parts.world.peers.values()].some(({ disk }) => disk.isRotten);
  }

  /** All others are there, and have what this disk has and what is committed. */
  #isDispensable(peer: SimPeer): boolean {
    if (!peer.isVoter) return true;
    const { peers, witness } = this.#parts.world;
    const { epochs, through } = peer.disk;
    const others = [...peers.values()].filter((each) => each !== peer && each.isVoter);
    return (
      others.length > 1 &&
      others.every(({ disk, mode, wasWiped, lastZxid }) => {
        if (mode === null || wasWiped) return false;
        const { accepted, current } = disk.epochs;
        const hasEpochs = accepted >= epochs.accepted && current >= epochs.current;
        const last = Math.max(through, witness.lastCommitted);
        return hasEpochs && disk.through >= last && lastZxid >= last;
      })
    );
  }
}
