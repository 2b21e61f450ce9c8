/**
 * DiskFaults: what becomes of one disk op, by the seed: done, slow, or failed with the system's
 * error. A full disk stays full until the run frees it.
 */
import type { Prng } from '../../base/prng.ts';
import type { DiskOp } from '../../core/storage/disk.ts';

export interface DiskFaultRates {
  readonly eio: number;
  readonly syncError: number;
  readonly slow: number;
  readonly slowUsMax: number;
}

export type DiskOutcome = 'ok' | 'EIO' | 'ENOSPC' | 'syncError';

export interface DiskVerdict {
  readonly outcome: DiskOutcome;
  readonly durationUs: number;
}

const GROWING = new Set<DiskOp['kind']>([
  'createFile',
  'writeFile',
  'openSnapshot',
  'writeSnapshot',
  'patchFile',
  'renameFile',
]);

export class DiskFaults {
  isFull = false;
  /** False in quiet times: then everything succeeds. */
  isOn = true;
  readonly #prng: Prng;
  readonly #rates: DiskFaultRates;

  constructor(prng: Prng, rates: DiskFaultRates) {
    this.#prng = prng;
    this.#rates = rates;
  }

  judge(op: DiskOp): DiskVerdict {
    const prng = this.#prng;
    const { eio, syncError, slow, slowUsMax } = this.#rates;
    const isSlow = this.isOn && prng.chance(slow);
    const durationUs = isSlow ? prng.between(1000, slowUsMax) : prng.between(20, 1500);
    return { outcome: this.#outcome(op, eio, syncError), durationUs };
  }

  #outcome(op: DiskOp, eio: number, syncError: number): DiskOutcome {
    const prng = this.#prng;
    const isBroken = prng.chance(eio);
    const isUnsynced = prng.chance(syncError);
    if (!this.isOn) return 'ok';
    // Growing a file ahead of the writing takes no room; the write later does.
    if (this.isFull && GROWING.has(op.kind)) return 'ENOSPC';
    if (isBroken) return 'EIO';
    return isUnsynced && isSync(op) ? 'syncError' : 'ok';
  }
}

export function isSync(op: DiskOp): boolean {
  if (op.kind === 'syncFile' || op.kind === 'syncDirectory' || op.kind === 'truncateFile') {
    return true;
  }
  // Of a file that is opened it only says what its writes will say.
  if (op.kind === 'createFile' || op.kind === 'openSnapshot') return false;
  return 'sync' in op && op.sync;
}
