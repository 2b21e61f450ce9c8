/**
 * PeerDisk: the disk of one server, and what the simulator knows of it by itself: its epochs and how
 * far its history is durable (StableDisk), and what a recovery from stable storage alone would find.
 */

import type { Prng } from '../../base/prng.ts';
import type { ServerId } from '../../base/server-id.ts';
import { DatabaseRecovery } from '../../core/database-recovery.ts';
import { zxidOfSnapshotName } from '../../core/storage/file-names.ts';
import { type RecoveryOptions, recover } from '../../core/storage/recovery.ts';
import { DiskFaults } from '../disk/disk-faults.ts';
import { type Rot, type RotKind, rotOneFile } from '../disk/rot.ts';
import { SimDisk } from '../disk/sim-disk.ts';
import { streamOf } from '../named-streams.ts';
import { Violated } from '../violated.ts';
import type { DiskEpochs } from './checkers/epochs.ts';
import type { StableDisk } from './checkers/promises.ts';
import type { EnsembleConfig } from './ensemble-config.ts';
import { stableEpochs } from './stable-epochs.ts';
import type { Surroundings } from './surroundings.ts';

const SLOW_US_MAX = 400_000;
const ROTS: readonly RotKind[] = ['flip', 'flip', 'zeroPage', 'garbage', 'cut'];

export class PeerDisk implements StableDisk {
  readonly sid: ServerId;
  readonly faults: DiskFaults;
  readonly sim: SimDisk;
  readonly #config: EnsembleConfig;
  #rot: Rot | null = null;

  constructor({ clock, queue, config }: Surroundings, sid: ServerId, generation: number) {
    const { seed, faults } = config;
    const name = `${sid}/${generation}`;
    this.sid = sid;
    this.#config = config;
    this.faults = new DiskFaults(streamOf(seed, `disk faults ${name}`), {
      eio: faults.eio ? 0.001 : 0,
      syncError: faults.syncError ? 0.001 : 0,
      slow: faults.slowDisk ? 0.05 : 0,
      slowUsMax: SLOW_US_MAX,
    });
    this.sim = new SimDisk({
      clock,
      queue,
      faults: this.faults,
      prng: streamOf(seed, `disk ${name}`),
      hasSeparateLogDirectory: config.hasSeparateLogDirectory,
      forceSync: true,
    });
  }

  /** Of what was durable here at any time: an old vote for this server may still be about. */
  highest = { zxid: 0, epoch: 0 };

  /** A file is damaged, and still there. */
  get isRotten(): boolean {
    return this.#rot?.isThere() === true;
  }

  /** Says what was damaged, or null where there is nothing to damage. */
  rot(prng: Prng): string | null {
    this.#rot = rotOneFile(this.sim, prng, ROTS);
    return this.#rot?.text ?? null;
  }

  /** There is a snapshot to begin with if the history is to end there, and no damage. */
  canCut(zxid: number): boolean {
    if (this.isRotten) return false;
    return this.sim.list('snapshot').some((name) => (zxidOfSnapshotName(name) ?? zxid + 1) <= zxid);
  }

  /** A recovery, or the server itself, has found that the history on it ends there now. */
  rebase(zxid: number): void {
    this.sim.journal.rebase(zxid);
    this.noteDurable();
  }

  noteDurable(): void {
    const { through, highest } = this;
    if (through > highest.zxid) highest.zxid = through;
  }

  noteEpochs({ current }: DiskEpochs): void {
    if (current > this.highest.epoch) this.highest.epoch = current;
  }

  get epochs(): DiskEpochs {
    return stableEpochs(this.sim.stableImage());
  }

  get through(): number {
    return this.sim.journal.stableThrough();
  }

  /** Since the history was cut or replaced the server's own word has been taken. */
  isUnproven = false;

  recoveredThrough(): number {
    if (!this.isUnproven) return this.through;
    this.isUnproven = false;
    return this.recoverStable()?.lastZxid ?? this.through;
  }

  get recoveryOptions(): RecoveryOptions {
    const { hasSeparateLogDirectory } = this.#config;
    return { trustEmptySnapshot: false, dbAutocreate: true, hasSeparateLogDirectory };
  }

  /**
   * What would be there if the power failed now and nothing un-synced had got to the disk. Null when
   * a damaged file forbids to say.
   */
  recoverStable(): { readonly lastZxid: number; readonly recovery: DatabaseRecovery } | null {
    const recovery = new DatabaseRecovery(this.#config.server.requests);
    const result = recover(this.sim.stableImage(), this.recoveryOptions, recovery);
    if (result.ok) return { lastZxid: Math.max(0, result.lastZxid), recovery };
    if (this.isRotten) return null;
    const { file, offset, reason } = result;
    const message = `server ${this.sid}: stable storage is not readable: ${file} at ${offset}: ${reason}`;
    throw Violated.of('L6', message);
  }
}
