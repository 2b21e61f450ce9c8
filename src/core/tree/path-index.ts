/**
 * PathIndex: from a path's bytes to its node, without making a string of the path.
 *
 * Linear hashing over the nodes' own rows: each insertion may split one bucket, so there is never
 * a moment when a whole table is rebuilt (one Map of a million paths stalls for 350–700 ms when it
 * does). The hash of a path continues the hash of its parent's path, and a node stores only its
 * own name, so a match is checked name by name towards the root.
 */
import type { BlobArena } from './blob-arena.ts';
import { IntField, NO_NODE, type NodeId, type NodeStore } from './node-store.ts';

const SLASH = 0x2f;
const FNV_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 16777619;
const SEGMENT_SHIFT = 14;
const SEGMENT_BUCKETS = 1 << SEGMENT_SHIFT;
const SEGMENT_MASK = SEGMENT_BUCKETS - 1;
const BUCKETS_FIRST = 1024;

export const ROOT_HASH = FNV_BASIS;

/** FNV-1a over `bytes[start, end)`, going on from `hash`. */
export function hashBytes(hash: number, bytes: Uint8Array, start: number, end: number): number {
  let h = hash;
  for (let at = start; at < end; at++) h = Math.imul(h ^ (bytes[at] as number), FNV_PRIME);
  return h;
}

/** The hash of a child's path from its parent's hash and its name. */
export function hashChild(parent: number, name: Uint8Array, start: number, end: number): number {
  return hashBytes(Math.imul(parent ^ SLASH, FNV_PRIME), name, start, end);
}

export class PathIndex {
  readonly #nodes: NodeStore;
  readonly #blobs: BlobArena;
  readonly #root: NodeId;
  readonly #segments: Int32Array[] = [new Int32Array(SEGMENT_BUCKETS)];
  #bucketCount = BUCKETS_FIRST;
  /** The largest power of two that is at most `#bucketCount`, less one. */
  #lowMask = BUCKETS_FIRST - 1;
  #size = 0;

  constructor(nodes: NodeStore, blobs: BlobArena, root: NodeId) {
    this.#nodes = nodes;
    this.#blobs = blobs;
    this.#root = root;
  }

  get size(): number {
    return this.#size;
  }

  /** The node of the path `bytes[start, end)`, which is not the root's, or NO_NODE. */
  find(bytes: Uint8Array, start: number, end: number): NodeId {
    const hash = hashBytes(ROOT_HASH, bytes, start, end);
    const nodes = this.#nodes;
    let id = this.#head(this.#bucketOf(hash));
    while (id !== NO_NODE) {
      if (nodes.int(id, IntField.hash) === hash && this.#isPath(id, bytes, start, end)) return id;
      id = nodes.int(id, IntField.bucketNext);
    }
    return NO_NODE;
  }

  /** The child of this parent by the name `bytes[start, end)`, or NO_NODE. */
  findChild(parent: NodeId, name: { bytes: Uint8Array; start: number; end: number }): NodeId {
    const nodes = this.#nodes;
    const { bytes, start, end } = name;
    const hash = hashChild(nodes.int(parent, IntField.hash), bytes, start, end);
    let id = this.#head(this.#bucketOf(hash));
    while (id !== NO_NODE) {
      const isHere =
        nodes.int(id, IntField.hash) === hash && nodes.int(id, IntField.parent) === parent;
      if (isHere && this.#isName(id, bytes, start, end)) return id;
      id = nodes.int(id, IntField.bucketNext);
    }
    return NO_NODE;
  }

  /** Adds a node whose `hash` field is set and whose path is not in the index. */
  insert(id: NodeId): void {
    this.#push(this.#bucketOf(this.#nodes.int(id, IntField.hash)), id);
    this.#size++;
    if (this.#size > this.#bucketCount) this.#split();
  }

  remove(id: NodeId): void {
    const nodes = this.#nodes;
    const bucket = this.#bucketOf(nodes.int(id, IntField.hash));
    const next = nodes.int(id, IntField.bucketNext);
    let at = this.#head(bucket);
    if (at === id) {
      this.#setHead(bucket, next);
    } else {
      while (nodes.int(at, IntField.bucketNext) !== id) at = nodes.int(at, IntField.bucketNext);
      nodes.setInt(at, IntField.bucketNext, next);
    }
    this.#size--;
  }

  #bucketOf(hash: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const spread = mixed ^ (mixed >>> 13);
    const wide = spread & (this.#lowMask * 2 + 1);
    return wide < this.#bucketCount ? wide : spread & this.#lowMask;
  }

  #head(bucket: number): NodeId {
    const segment = this.#segments[bucket >>> SEGMENT_SHIFT] as Int32Array;
    return segment[bucket & SEGMENT_MASK] as number;
  }

  #setHead(bucket: number, id: NodeId): void {
    const segment = this.#segments[bucket >>> SEGMENT_SHIFT] as Int32Array;
    segment[bucket & SEGMENT_MASK] = id;
  }

  #push(bucket: number, id: NodeId): void {
    this.#nodes.setInt(id, IntField.bucketNext, this.#head(bucket));
    this.#setHead(bucket, id);
  }

  /** Adds one bucket and moves to it what belongs there from the one bucket that it splits. */
  #split(): void {
    const source = this.#bucketCount & this.#lowMask;
    let id = this.#head(source);
    this.#setHead(source, NO_NODE);
    if (this.#bucketCount >>> SEGMENT_SHIFT >= this.#segments.length) {
      this.#segments.push(new Int32Array(SEGMENT_BUCKETS));
    }
    this.#bucketCount++;
    if (this.#bucketCount > this.#lowMask * 2 + 1) this.#lowMask = this.#lowMask * 2 + 1;
    while (id !== NO_NODE) {
      const next = this.#nodes.int(id, IntField.bucketNext);
      this.#push(this.#bucketOf(this.#nodes.int(id, IntField.hash)), id);
      id = next;
    }
  }

  #isPath(id: NodeId, bytes: Uint8Array, start: number, end: number): boolean {
    const nodes = this.#nodes;
    let node = id;
    let tail = end;
    while (node !== this.#root) {
      const length = nodes.int(node, IntField.nameLength);
      const nameStart = tail - length;
      if (nameStart <= start || bytes[nameStart - 1] !== SLASH) return false;
      if (!this.#isName(node, bytes, nameStart, tail)) return false;
      tail = nameStart - 1;
      node = nodes.int(node, IntField.parent);
    }
    return tail === start;
  }

  #isName(id: NodeId, bytes: Uint8Array, start: number, end: number): boolean {
    const length = this.#nodes.int(id, IntField.nameLength);
    if (end - start !== length) return false;
    const address = this.#nodes.int(id, IntField.nameAddress);
    const page = this.#blobs.page(address);
    const offset = this.#blobs.offset(address);
    for (let i = 0; i < length; i++) {
      if (page[offset + i] !== bytes[start + i]) return false;
    }
    return true;
  }
}
