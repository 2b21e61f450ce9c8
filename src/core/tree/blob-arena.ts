/**
 * BlobArena: names and data of all nodes, outside the collected heap.
 *
 * A million small Uint8Arrays would cost 100 bytes of header each and make every full collection
 * slow; here a blob is a number. Small blobs share pages of 1 MiB, cut into blocks of a few sizes,
 * each with its own list of free blocks; a large blob has memory of its own. An arena does not
 * know a blob's length: who holds the address holds the length too.
 */
import { assert } from '../../base/assert.ts';
import { viewOf } from '../../base/view-of.ts';

const PAGE_SHIFT = 17;
const PAGE_UNITS = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_UNITS - 1;
const FIRST_PAGE_UNITS = PAGE_UNITS >> 4;
const UNIT_SHIFT = 3;
const SMALL_BYTES_MAX = 16384;
/** Shorter blobs are copied byte by byte: a view to copy from costs more than the copying. */
const LOOPED_BYTES_MAX = 128;
const ADDRESS_MAX = 2 ** 31 - PAGE_UNITS;

/** Block sizes in units of 8 bytes: each 8 bytes up to 128, then steps of about a tenth. */
const CLASS_UNITS: readonly number[] = classSizes();
/** The size class of a length, by its number of units. */
const CLASS_BY_UNITS: Uint8Array = classByUnits();

function classSizes(): number[] {
  const sizes: number[] = [0];
  for (let units = 1; units <= SMALL_BYTES_MAX >> UNIT_SHIFT; ) {
    sizes.push(units);
    units = units < 16 ? units + 1 : Math.ceil(units * 1.1);
  }
  const last = SMALL_BYTES_MAX >> UNIT_SHIFT;
  if (sizes[sizes.length - 1] !== last) sizes.push(last);
  return sizes;
}

function classByUnits(): Uint8Array {
  const classes = new Uint8Array((SMALL_BYTES_MAX >> UNIT_SHIFT) + 1);
  let sizeClass = 0;
  for (let units = 0; units < classes.length; units++) {
    if (units > (CLASS_UNITS[sizeClass] as number)) sizeClass++;
    classes[units] = sizeClass;
  }
  return classes;
}

/** A blob's address. 0 is the empty blob; negative ones have memory of their own. */
export type BlobAddress = number;

export class BlobArena {
  readonly #pages: Uint8Array[] = [];
  readonly #freeByClass: BlobAddress[][] = CLASS_UNITS.map(() => []);
  readonly #large: Uint8Array[] = [];
  readonly #freeLarge: number[] = [];
  #bump = 0;
  #bumpEnd = 0;
  #blobBytes = 0;

  /** The sum of the lengths of all blobs. */
  get blobBytes(): number {
    return this.#blobBytes;
  }

  /** A new blob with a copy of `source[start, end)`. */
  put(source: Uint8Array, start: number, end: number): BlobAddress {
    const length = end - start;
    if (length === 0) return 0;
    const address = this.#allocate(length);
    const page = this.page(address);
    const offset = this.offset(address);
    if (length < LOOPED_BYTES_MAX) {
      for (let i = 0; i < length; i++) page[offset + i] = source[start + i] as number;
    } else {
      page.set(viewOf(source, start, end), offset);
    }
    return address;
  }

  /** Gives a blob back. `length` is the one it was put with. */
  free(address: BlobAddress, length: number): void {
    if (address === 0) return;
    this.#blobBytes -= length;
    if (address < 0) {
      this.#large[-address - 1] = EMPTY;
      this.#freeLarge.push(-address - 1);
      return;
    }
    const sizeClass = CLASS_BY_UNITS[unitsOf(length)] as number;
    (this.#freeByClass[sizeClass] as BlobAddress[]).push(address);
  }

  /** The memory that holds the blob, which begins there at `offset(address)`. */
  page(address: BlobAddress): Uint8Array {
    return (
      address < 0 ? this.#large[-address - 1] : this.#pages[address >>> PAGE_SHIFT]
    ) as Uint8Array;
  }

  offset(address: BlobAddress): number {
    return address < 0 ? 0 : (address & PAGE_MASK) << UNIT_SHIFT;
  }

  #allocate(length: number): BlobAddress {
    this.#blobBytes += length;
    if (length > SMALL_BYTES_MAX) return this.#allocateLarge(length);
    const sizeClass = CLASS_BY_UNITS[unitsOf(length)] as number;
    const reused = (this.#freeByClass[sizeClass] as BlobAddress[]).pop();
    if (reused !== undefined) return reused;
    const units = CLASS_UNITS[sizeClass] as number;
    if (this.#bump + units > this.#bumpEnd) this.#addPage();
    const address = this.#bump;
    this.#bump += units;
    return address;
  }

  #allocateLarge(length: number): BlobAddress {
    const index = this.#freeLarge.pop() ?? this.#large.length;
    this.#large[index] = new Uint8Array(length);
    return -index - 1;
  }

  #addPage(): void {
    const first = this.#pages.length * PAGE_UNITS;
    assert(first <= ADDRESS_MAX, 'blob arena is full');
    // The first is short: many trees, of tests and of the simulator, never need more.
    const units = first === 0 ? FIRST_PAGE_UNITS : PAGE_UNITS;
    this.#pages.push(new Uint8Array(units << UNIT_SHIFT));
    // Address 0 is the empty blob, so the first unit of the first page stays unused.
    this.#bump = first === 0 ? 1 : first;
    this.#bumpEnd = first + units;
  }
}

const EMPTY = new Uint8Array(0);

function unitsOf(length: number): number {
  return (length + 7) >>> UNIT_SHIFT;
}
