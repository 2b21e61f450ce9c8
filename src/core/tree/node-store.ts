/**
 * NodeStore: the fixed-size part of every node, 112 bytes each, in pages of 4,096 nodes outside the
 * collected heap. A node is a small number, its id; 0 is no node. Ids are reused.
 *
 * Rows instead of columns: one request touches most fields of one node, which are two cache lines
 * here. Pages instead of one array: growing never copies what is there, so it never stalls.
 */
export type NodeId = number;
export const NO_NODE: NodeId = 0;

/** Fields kept as float64: zxids and times are whole numbers below 2^53. */
export const NumberField = { czxid: 0, mzxid: 1, pzxid: 2, ctime: 3, mtime: 4 } as const;
type NumberField = (typeof NumberField)[keyof typeof NumberField];

/** Fields kept as int32, behind the float64 ones. */
export const IntField = {
  parent: 10,
  firstChild: 11,
  nextSibling: 12,
  previousSibling: 13,
  /** Of the whole path; see PathIndex. */
  hash: 14,
  /** The next node in the same bucket of PathIndex. */
  bucketNext: 15,
  nameAddress: 16,
  nameLength: 17,
  dataAddress: 18,
  /** -1 for null data. */
  dataLength: 19,
  version: 20,
  /** As stored: counts child creates only. */
  cversion: 21,
  aversion: 22,
  aclId: 23,
  ownerHigh: 24,
  ownerLow: 25,
  childCount: 26,
  /** CRC-32 of path and data, from which the node's digest goes on over its stat. */
  contentCrc: 27,
} as const;
type IntField = (typeof IntField)[keyof typeof IntField];

export const NODE_INTS = 28;
const NODE_NUMBERS = NODE_INTS / 2;
const PAGE_SHIFT = 12;
const PAGE_NODES = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_NODES - 1;

export class NodeStore {
  readonly #ints: Int32Array[] = [];
  readonly #numbers: Float64Array[] = [];
  readonly #free: NodeId[] = [];
  #next: NodeId = 1;

  /** Rows in use. */
  get count(): number {
    return this.#next - 1 - this.#free.length;
  }

  /** A node with all fields 0. */
  allocate(): NodeId {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    const id = this.#next++;
    if (id >>> PAGE_SHIFT >= this.#ints.length) {
      const page = new ArrayBuffer(PAGE_NODES * NODE_INTS * 4);
      this.#ints.push(new Int32Array(page));
      this.#numbers.push(new Float64Array(page));
    }
    return id;
  }

  free(id: NodeId): void {
    const start = (id & PAGE_MASK) * NODE_INTS;
    (this.#ints[id >>> PAGE_SHIFT] as Int32Array).fill(0, start, start + NODE_INTS);
    this.#free.push(id);
  }

  int(id: NodeId, field: IntField): number {
    const page = this.#ints[id >>> PAGE_SHIFT] as Int32Array;
    return page[(id & PAGE_MASK) * NODE_INTS + field] as number;
  }

  setInt(id: NodeId, field: IntField, value: number): void {
    const page = this.#ints[id >>> PAGE_SHIFT] as Int32Array;
    page[(id & PAGE_MASK) * NODE_INTS + field] = value;
  }

  number(id: NodeId, field: NumberField): number {
    const page = this.#numbers[id >>> PAGE_SHIFT] as Float64Array;
    return page[(id & PAGE_MASK) * NODE_NUMBERS + field] as number;
  }

  setNumber(id: NodeId, field: NumberField, value: number): void {
    const page = this.#numbers[id >>> PAGE_SHIFT] as Float64Array;
    page[(id & PAGE_MASK) * NODE_NUMBERS + field] = value;
  }

  /** Copies the node's row onto another node's row. */
  copy(source: NodeId, target: NodeId): void {
    const from = (source & PAGE_MASK) * NODE_INTS;
    const to = (target & PAGE_MASK) * NODE_INTS;
    const page = this.#ints[source >>> PAGE_SHIFT] as Int32Array;
    const row = page.subarray(from, from + NODE_INTS);
    (this.#ints[target >>> PAGE_SHIFT] as Int32Array).set(row, to);
  }
}
