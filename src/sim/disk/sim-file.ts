/**
 * SimFile: what programs read from a file (`bytes`), and what of it would be there after a power
 * failure. Kept by sectors: a sector is written as a whole or not at all.
 *
 * Invariant: a sector in neither `dirty` nor `evicted` is the same in both.
 */
import type { Prng } from '../../base/prng.ts';

export const SECTOR_BYTES = 512;

export class SimFile {
  size = 0;
  #bytes = new Uint8Array(0);
  #stable = new Uint8Array(0);
  #stableSize = 0;
  readonly #dirty = new Set<number>();
  /** The system gave these up after a failed sync: it forgets them with the next restart. */
  readonly #evicted = new Set<number>();

  static of(bytes: Uint8Array): SimFile {
    const file = new SimFile();
    file.write(0, bytes);
    file.sync();
    return file;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  /** What a power failure leaves at least. */
  get stableBytes(): Uint8Array {
    return this.#stable.subarray(0, this.#stableSize);
  }

  write(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    this.#reserve(end);
    this.#bytes.set(bytes, position);
    if (bytes.length > 0) this.#markDirty(position, end);
    this.size = Math.max(this.size, end);
  }

  /** Grows the file, or cuts it. */
  resize(size: number): void {
    this.#reserve(size);
    if (size < this.size) {
      this.#bytes.fill(0, size, this.size);
      this.#markDirty(size, this.size);
    }
    this.size = size;
  }

  /** All of it is on the disk now, but for what the system gave up before. */
  sync(): void {
    this.#stableSize = this.size;
    for (const sector of this.#dirty) this.#settle(sector);
    this.#dirty.clear();
  }

  /** Only these bytes, and the size to reach them: what a write with O_DSYNC promises. */
  syncRange(start: number, end: number): void {
    this.#stableSize = Math.max(this.#stableSize, end);
    for (let sector = sectorOf(start); sector * SECTOR_BYTES < end; sector++) {
      if (this.#dirty.delete(sector)) this.#settle(sector);
    }
  }

  /** A sync failed, and the system will not try these sectors again. */
  evict(): void {
    for (const sector of this.#dirty) this.#evicted.add(sector);
    this.#dirty.clear();
  }

  isStable(start: number, end: number): boolean {
    if (this.#stableSize < end) return false;
    for (let sector = sectorOf(start); sector * SECTOR_BYTES < end; sector++) {
      if (this.#dirty.has(sector) || this.#evicted.has(sector)) return false;
    }
    return true;
  }

  /** The process has gone, the system has not. */
  survivesKill(): void {
    for (const sector of this.#evicted) this.#revert(sector);
    this.#evicted.clear();
  }

  /** Of what no sync covered any sectors may be there; what remains is on the disk. */
  survivesPowerLoss(prng: Prng): void {
    this.survivesKill();
    const keeps = prng.pick([0, 0.5, 0.5, 0.9, 1]);
    if (this.size !== this.#stableSize) this.#survivesResize(prng, keeps);
    for (const sector of [...this.#dirty].sort((a, b) => a - b)) {
      if (prng.chance(keeps)) this.#settle(sector);
      else this.#revert(sector);
    }
    this.#dirty.clear();
    this.#stableSize = this.size;
  }

  #survivesResize(prng: Prng, keeps: number): void {
    if (prng.chance(keeps)) return;
    const low = Math.min(this.size, this.#stableSize);
    const high = Math.max(this.size, this.#stableSize);
    const between = low + prng.below(high - low + 1);
    const size = prng.chance(0.7) ? this.#stableSize : between;
    if (size > this.size) this.#reserve(size);
    else this.#bytes.fill(0, size, this.size);
    this.size = size;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#bytes.length) return;
    const rounded = Math.ceil(Math.max(capacity, this.#bytes.length * 2) / SECTOR_BYTES);
    this.#bytes = resized(this.#bytes, rounded * SECTOR_BYTES);
    this.#stable = resized(this.#stable, rounded * SECTOR_BYTES);
  }

  #markDirty(start: number, end: number): void {
    for (let sector = sectorOf(start); sector * SECTOR_BYTES < end; sector++) {
      this.#dirty.add(sector);
      this.#evicted.delete(sector);
    }
  }

  #settle(sector: number): void {
    const start = sector * SECTOR_BYTES;
    this.#stable.set(this.#bytes.subarray(start, start + SECTOR_BYTES), start);
  }

  #revert(sector: number): void {
    const start = sector * SECTOR_BYTES;
    this.#bytes.set(this.#stable.subarray(start, start + SECTOR_BYTES), start);
    if (start + SECTOR_BYTES > this.size) this.#bytes.fill(0, this.size, start + SECTOR_BYTES);
  }
}

function sectorOf(position: number): number {
  return Math.floor(position / SECTOR_BYTES);
}

function resized(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(size);
  grown.set(bytes);
  return grown;
}
