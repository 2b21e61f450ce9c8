/**
 * SnapshotView: the tree as it was at one zxid, while the tree goes on changing.
 *
 * A snapshot of ZooKeeper's is fuzzy: it holds some of what came after it began, and replaying the
 * log over it must undo the confusion; a family of lost nodes came from that. This one is sharp.
 * Before a row changes for the first time its old content is kept here; deleted rows stay where
 * they are until the view closes; nodes created later have a larger czxid and are passed over.
 *
 * Several views may be open, one for a file and one for each learner that is sent a snapshot. What
 * is about to change is kept once, by the newest view; an older one looks for a row among what it
 * keeps itself, then with each newer view, then in the tree. A view that closes leaves what it kept
 * to the next older one, as far as that needs it.
 *
 * Invariant: `next` gives each node that existed when the view opened, once, with the content it
 * had then, every parent before its children.
 */
import { assert, present } from '../../base/assert.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { AclList } from '../../protocol/records/acl.ts';
import type { BlobAddress } from './blob-arena.ts';
import type { DataTree } from './data-tree.ts';
import { IntField, NO_NODE, type NodeId, NumberField } from './node-store.ts';

interface Level {
  readonly children: Int32Array;
  at: number;
  /** Bytes of the path of the node whose children these are. */
  readonly pathBytes: number;
}

interface KeptBlob {
  readonly address: BlobAddress;
  readonly length: number;
}

const NO_CHILDREN = new Int32Array(0);

export class SnapshotView {
  readonly zxid: Zxid;
  readonly acls: readonly (readonly [number, AclList])[];
  readonly digest: bigint;

  readonly #tree: DataTree;
  readonly #onClose: (view: SnapshotView) => void;
  #older: SnapshotView | null;
  #newer: SnapshotView | null = null;
  /** Copies of rows, made before their first change: rows of the same store. */
  readonly #copies = new Map<NodeId, NodeId>();
  readonly #deletedByParent = new Map<NodeId, NodeId[]>();
  readonly #deleted: NodeId[] = [];
  readonly #blobs: KeptBlob[] = [];
  readonly #levels: Level[] = [];
  #path = new Uint8Array(1024);
  #isStarted = false;
  #isOpen = true;

  /** `older` is the newest of those that are open already. */
  constructor(tree: DataTree, older: SnapshotView | null, onClose: (view: SnapshotView) => void) {
    this.#tree = tree;
    this.#older = older;
    if (older !== null) older.#newer = this;
    this.#onClose = onClose;
    this.zxid = tree.lastProcessedZxid;
    this.acls = tree.acls.entries();
    this.digest = tree.digest.toBigInt();
  }

  /** Appends the next node as a snapshot holds it; false when there is none left. */
  next(writer: BinaryWriter): boolean {
    assert(this.#isOpen, 'the view is closed');
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#visit(this.#tree.root, 0, writer);
      return true;
    }
    for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
      if (level.at < level.children.length) {
        const child = level.children[level.at++] as NodeId;
        this.#visit(child, this.#appendName(child, level.pathBytes), writer);
        return true;
      }
      this.#levels.pop();
    }
    return false;
  }

  /** The newest view that is older and still open. */
  get older(): SnapshotView | null {
    return this.#older;
  }

  /** Frees what was kept for this view alone. */
  close(): void {
    assert(this.#isOpen, 'the view is closed already');
    this.#isOpen = false;
    const older = this.#older;
    if (older === null) this.#freeKept();
    else older.#takeOver(this);
    if (older !== null) older.#newer = this.#newer;
    if (this.#newer !== null) this.#newer.#older = older;
    this.#onClose(this);
  }

  #freeKept(): void {
    for (const copy of this.#copies.values()) this.#tree.nodes.free(copy);
    for (const { address, length } of this.#blobs) this.#tree.blobs.free(address, length);
    for (const id of this.#deleted) this.#tree.freeRow(id);
  }

  /** The copies first: whether a row is later than this view is seen from the row itself. */
  #takeOver(newer: SnapshotView): void {
    for (const [id, copy] of newer.#copies) {
      if (this.#isLater(id) || this.#copies.has(id)) this.#tree.nodes.free(copy);
      else this.#copies.set(id, copy);
    }
    // Whether a copy of this view's has the same data is not worth finding out.
    for (const blob of newer.#blobs) this.#blobs.push(blob);
    for (const id of newer.#deleted) if (!this.keepDeleted(id)) this.#tree.freeRow(id);
  }

  /** Before a row of the view changes: keeps its content. */
  keepChanged(id: NodeId): void {
    const { nodes } = this.#tree;
    if (this.#isLater(id) || this.#copies.has(id)) return;
    const copy = nodes.allocate();
    nodes.copy(id, copy);
    this.#copies.set(id, copy);
  }

  /** True when the view needs these data and will free them itself. */
  keepData(id: NodeId, address: BlobAddress, length: number): boolean {
    const copy = this.#copies.get(id);
    if (copy === undefined) return false;
    if (this.#tree.nodes.int(copy, IntField.dataAddress) !== address) return false;
    this.#blobs.push({ address, length });
    return true;
  }

  /** True when the view needs the deleted node, whose row it will free itself. */
  keepDeleted(id: NodeId): boolean {
    if (this.#isLater(id)) return false;
    const parent = this.#tree.nodes.int(id, IntField.parent);
    const siblings = this.#deletedByParent.get(parent);
    if (siblings) siblings.push(id);
    else this.#deletedByParent.set(parent, [id]);
    this.#deleted.push(id);
    return true;
  }

  #isLater(id: NodeId): boolean {
    return this.#tree.nodes.number(id, NumberField.czxid) > this.zxid;
  }

  #visit(id: NodeId, pathBytes: number, writer: BinaryWriter): void {
    const { nodes, blobs } = this.#tree;
    const row = this.#rowOf(id);
    writer.int(pathBytes);
    writer.raw(this.#path, 0, pathBytes);
    const dataLength = nodes.int(row, IntField.dataLength);
    writer.int(dataLength);
    if (dataLength > 0) {
      const address = nodes.int(row, IntField.dataAddress);
      const start = blobs.offset(address);
      writer.raw(blobs.page(address), start, start + dataLength);
    }
    writer.longFromNumber(nodes.int(row, IntField.aclId));
    writer.longFromNumber(nodes.number(row, NumberField.czxid));
    writer.longFromNumber(nodes.number(row, NumberField.mzxid));
    writer.longFromNumber(nodes.number(row, NumberField.ctime));
    writer.longFromNumber(nodes.number(row, NumberField.mtime));
    writer.int(nodes.int(row, IntField.version));
    writer.int(nodes.int(row, IntField.cversion));
    writer.int(nodes.int(row, IntField.aversion));
    writer.int(nodes.int(row, IntField.ownerHigh));
    writer.int(nodes.int(row, IntField.ownerLow));
    writer.longFromNumber(nodes.number(row, NumberField.pzxid));
    const children = this.#childrenOf(id);
    if (children.length > 0) this.#levels.push({ children, at: 0, pathBytes });
  }

  /** The row that has the node's content as it was. */
  #rowOf(id: NodeId): NodeId {
    for (let view: SnapshotView | null = this; view !== null; view = view.#newer) {
      const copy = view.#copies.get(id);
      if (copy !== undefined) return copy;
    }
    return id;
  }

  /** Children that the view has: those still there and those deleted since. */
  #childrenOf(id: NodeId): Int32Array {
    const { nodes } = this.#tree;
    const living = nodes.int(id, IntField.childCount);
    let deletedCount = 0;
    for (let view: SnapshotView | null = this; view !== null; view = view.#newer) {
      deletedCount += view.#deletedByParent.get(id)?.length ?? 0;
    }
    if (living === 0 && deletedCount === 0) return NO_CHILDREN;
    const children = new Int32Array(living + deletedCount);
    let count = 0;
    let child = nodes.int(id, IntField.firstChild);
    while (child !== NO_NODE) {
      if (!this.#isLater(child)) children[count++] = child;
      child = nodes.int(child, IntField.nextSibling);
    }
    for (let view: SnapshotView | null = this; view !== null; view = view.#newer) {
      for (const each of view.#deletedByParent.get(id) ?? []) {
        if (!this.#isLater(each)) children[count++] = each;
      }
    }
    return children.subarray(0, count);
  }

  /** Puts "/name" behind the first `pathBytes` of the path; the new length. */
  #appendName(id: NodeId, pathBytes: number): number {
    const { nodes, blobs } = this.#tree;
    const length = nodes.int(id, IntField.nameLength);
    const end = pathBytes + 1 + length;
    if (end > this.#path.length) {
      const grown = new Uint8Array(end * 2);
      grown.set(this.#path.subarray(0, pathBytes));
      this.#path = grown;
    }
    this.#path[pathBytes] = 0x2f;
    const address = nodes.int(id, IntField.nameAddress);
    const start = blobs.offset(address);
    this.#path.set(present(blobs.page(address)).subarray(start, start + length), pathBytes + 1);
    return end;
  }
}
