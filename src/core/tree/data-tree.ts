/**
 * DataTree: all znodes (ZooKeeper's DataTree), as rows outside the collected heap.
 *
 * Every change is one of `create`, `delete`, `setData` and `setAcl`, takes its zxid and time from
 * the txn, is the same on every server, and can be repeated: a log is replayed over a snapshot that
 * may already hold some of it. Reads write straight from the rows into a reply.
 *
 * Invariants: the digest is the sum over the rows; a parent's `childCount` is the length of its
 * list of children; what an open snapshot view may still need is not overwritten.
 */
import { assert } from '../../base/assert.ts';
import { crc32 } from '../../base/crc32.ts';
import { baseName, parentPath } from '../../base/path-rules.ts';
import type { SessionId } from '../../base/session-id.ts';
import type { Zxid } from '../../base/zxid.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { type AclList, Permission } from '../../protocol/records/acl.ts';
import type { Stat, StatPersisted } from '../../protocol/records/stat.ts';
import { type AclId, AclTable, OPEN_ACL_ID } from './acl-table.ts';
import { BlobArena } from './blob-arena.ts';
import { type EphemeralTypeOptions, ttlMsOf } from './ephemeral-type.ts';
import { NodeDigests } from './node-digests.ts';
import { NodeOwners } from './node-owners.ts';
import { IntField, NO_NODE, type NodeId, NodeStore, NumberField } from './node-store.ts';
import { decodeName, PathBytes } from './path-bytes.ts';
import { hashChild, PathIndex, ROOT_HASH } from './path-index.ts';
import { QuotaKeeper } from './quota-keeper.ts';
import { SnapshotView } from './snapshot-view.ts';
import type { TreeDigest } from './tree-digest.ts';

export interface DataTreeOptions extends EphemeralTypeOptions {
  readonly digestEnabled: boolean;
}

export interface CreateNode {
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: AclList;
  /** The stored ephemeralOwner: a session, a container or TTL mark, or 0n. */
  readonly owner: SessionId;
  /** The parent's stored cversion afterwards; -1 for "one more than now". */
  readonly parentCVersion: number;
  readonly zxid: Zxid;
  readonly time: number;
  /** What `contentCrc` gives for path and data, where it is known already. */
  readonly contentCrc?: number | undefined;
}

/** What a change of data sets besides the data. */
export interface SetDataFacts {
  /** The new version. */
  readonly version: number;
  readonly zxid: Zxid;
  readonly time: number;
  readonly contentCrc?: number | undefined;
}

/** Instead of a new node: the path has one already. */
export const NODE_EXISTS = -1;

export const CONFIG_PATH = '/zookeeper/config';
const CONFIG_ACL: AclList = [{ perms: Permission.read, id: { scheme: 'world', id: 'anyone' } }];
const EMPTY = new Uint8Array(0);

export class DataTree {
  readonly nodes = new NodeStore();
  readonly blobs = new BlobArena();
  readonly acls = new AclTable();
  readonly root: NodeId;
  /** The last txn whose changes are all in the tree. */
  lastProcessedZxid: Zxid = 0;

  readonly #options: DataTreeOptions;
  readonly #index: PathIndex;
  readonly #path = new PathBytes();
  readonly #quotas: QuotaKeeper;
  readonly #owners: NodeOwners;
  readonly #digests: NodeDigests;
  /** The newest of those that are open: what is about to change is kept there. */
  #view: SnapshotView | null = null;

  constructor(options: DataTreeOptions) {
    this.#options = options;
    this.root = this.nodes.allocate();
    this.nodes.setInt(this.root, IntField.hash, ROOT_HASH);
    this.nodes.setInt(this.root, IntField.aclId, OPEN_ACL_ID);
    this.#index = new PathIndex(this.nodes, this.blobs, this.root);
    this.#quotas = new QuotaKeeper(this);
    this.#owners = new NodeOwners(this.nodes, options);
    this.#digests = new NodeDigests(this.nodes, this.root, options.digestEnabled);
  }

  /** Of all nodes but those below /zookeeper. */
  get digest(): TreeDigest {
    return this.#digests.sum;
  }

  /** The nodes that a server without data begins with. */
  static fresh(options: DataTreeOptions): DataTree {
    const tree = new DataTree(options);
    tree.nodes.setInt(tree.root, IntField.dataLength, 0);
    tree.#digests.addContent(tree.root, tree.contentCrc('/', EMPTY));
    for (const path of ['/zookeeper', '/zookeeper/quota']) tree.#createReserved(path, OPEN_ACL_ID);
    const config = tree.#createReserved(CONFIG_PATH, tree.acls.add(CONFIG_ACL));
    tree.nodes.setInt(config, IntField.aversion, -1);
    return tree;
  }

  // --- Looking up -----------------------------------------------------------------------------

  /** The node of the path `bytes[start, end)`, or NO_NODE. "" is the root, as in Java. */
  find(bytes: Uint8Array, start: number, end: number): NodeId {
    const length = end - start;
    if (length === 0 || (length === 1 && bytes[start] === 0x2f)) return this.root;
    return this.#index.find(bytes, start, end);
  }

  findPath(path: string): NodeId {
    const { bytes, length } = this.#path.encode(path);
    return this.find(bytes, 0, length);
  }

  pathOf(id: NodeId): string {
    if (id === this.root) return '/';
    let path = '';
    for (let node = id; node !== this.root; node = this.nodes.int(node, IntField.parent)) {
      path = `/${this.nameOf(node)}${path}`;
    }
    return path;
  }

  nameOf(id: NodeId): string {
    const address = this.nodes.int(id, IntField.nameAddress);
    const start = this.blobs.offset(address);
    const end = start + this.nodes.int(id, IntField.nameLength);
    return end === start ? '' : decodeName(this.blobs.page(address), start, end);
  }

  /** The number of nodes, the root counted twice: under "" and "/", as Java's map has it. */
  get nodeCount(): number {
    return this.#index.size + 2;
  }

  /** Bytes of all names and data. */
  get approximateDataSize(): number {
    return this.blobs.blobBytes;
  }

  aclOf(id: NodeId): AclList {
    return this.acls.list(this.nodes.int(id, IntField.aclId));
  }

  aclIdOf(id: NodeId): AclId {
    return this.nodes.int(id, IntField.aclId);
  }

  /** The stored owner: a session, a container or TTL mark, or 0n. */
  ownerOf(id: NodeId): SessionId {
    return this.#owners.ownerOf(id);
  }

  /** A copy of the node's data, null where it has none. */
  dataOf(id: NodeId): Uint8Array | null {
    const length = this.nodes.int(id, IntField.dataLength);
    if (length < 0) return null;
    if (length === 0) return EMPTY;
    const address = this.nodes.int(id, IntField.dataAddress);
    const start = this.blobs.offset(address);
    return this.blobs.page(address).slice(start, start + length);
  }

  /** Bytes of data; 0 where there is none. */
  dataLengthOf(id: NodeId): number {
    return Math.max(0, this.nodes.int(id, IntField.dataLength));
  }

  childCountOf(id: NodeId): number {
    return this.nodes.int(id, IntField.childCount);
  }

  persistedStat(id: NodeId): StatPersisted {
    const { nodes } = this;
    return {
      czxid: nodes.number(id, NumberField.czxid),
      mzxid: nodes.number(id, NumberField.mzxid),
      ctime: nodes.number(id, NumberField.ctime),
      mtime: nodes.number(id, NumberField.mtime),
      version: nodes.int(id, IntField.version),
      cversion: nodes.int(id, IntField.cversion),
      aversion: nodes.int(id, IntField.aversion),
      ephemeralOwner: this.ownerOf(id),
      pzxid: nodes.number(id, NumberField.pzxid),
    };
  }

  stat(id: NodeId): Stat {
    const persisted = this.persistedStat(id);
    const childCount = this.childCountOf(id);
    return {
      czxid: persisted.czxid,
      mzxid: persisted.mzxid,
      ctime: persisted.ctime,
      mtime: persisted.mtime,
      version: persisted.version,
      cversion: (persisted.cversion * 2 - childCount) | 0,
      aversion: persisted.aversion,
      ephemeralOwner: this.#owners.isSession(persisted.ephemeralOwner)
        ? persisted.ephemeralOwner
        : 0n,
      dataLength: Math.max(0, this.nodes.int(id, IntField.dataLength)),
      numChildren: childCount,
      pzxid: persisted.pzxid,
    };
  }

  /** The CRC-32 over path and data that the node's digest begins with, as a signed int. */
  contentCrcOf(id: NodeId): number {
    return this.nodes.int(id, IntField.contentCrc);
  }

  contentCrc(path: string, data: Uint8Array | null): number {
    if (!this.#options.digestEnabled) return 0;
    const { bytes, length } = this.#path.encode(path === '/' ? '' : path);
    const crc = crc32(bytes, 0, length);
    // Signed: half of all unsigned ones would be objects, wherever they are kept.
    return (data === null ? crc : crc32(data, 0, data.length, crc)) | 0;
  }

  // --- Replies ----------------------------------------------------------------------------------

  writeStat(id: NodeId, writer: BinaryWriter): void {
    const { nodes } = this;
    const childCount = nodes.int(id, IntField.childCount);
    const high = nodes.int(id, IntField.ownerHigh);
    const low = nodes.int(id, IntField.ownerLow);
    const hasOwner = (high !== 0 || low !== 0) && this.#owners.isSession(this.ownerOf(id));
    writer.longFromNumber(nodes.number(id, NumberField.czxid));
    writer.longFromNumber(nodes.number(id, NumberField.mzxid));
    writer.longFromNumber(nodes.number(id, NumberField.ctime));
    writer.longFromNumber(nodes.number(id, NumberField.mtime));
    writer.int(nodes.int(id, IntField.version));
    writer.int(nodes.int(id, IntField.cversion) * 2 - childCount);
    writer.int(nodes.int(id, IntField.aversion));
    writer.int(hasOwner ? high : 0);
    writer.int(hasOwner ? low : 0);
    writer.int(Math.max(0, nodes.int(id, IntField.dataLength)));
    writer.int(childCount);
    writer.longFromNumber(nodes.number(id, NumberField.pzxid));
  }

  writeData(id: NodeId, writer: BinaryWriter): void {
    const length = this.nodes.int(id, IntField.dataLength);
    writer.int(length);
    if (length <= 0) return;
    const address = this.nodes.int(id, IntField.dataAddress);
    const start = this.blobs.offset(address);
    writer.raw(this.blobs.page(address), start, start + length);
  }

  /** The children's names as a vector of ustrings. */
  writeChildren(id: NodeId, writer: BinaryWriter): void {
    const { nodes, blobs } = this;
    writer.int(nodes.int(id, IntField.childCount));
    let child = nodes.int(id, IntField.firstChild);
    while (child !== NO_NODE) {
      const address = nodes.int(child, IntField.nameAddress);
      const start = blobs.offset(address);
      const length = nodes.int(child, IntField.nameLength);
      writer.int(length);
      writer.raw(blobs.page(address), start, start + length);
      child = nodes.int(child, IntField.nextSibling);
    }
  }

  childNames(id: NodeId): string[] {
    return this.childrenOf(id).map((child) => this.nameOf(child));
  }

  childrenOf(id: NodeId): NodeId[] {
    const children: NodeId[] = [];
    let child = this.nodes.int(id, IntField.firstChild);
    while (child !== NO_NODE) {
      children.push(child);
      child = this.nodes.int(child, IntField.nextSibling);
    }
    return children;
  }

  /** The nodes below this one, at any depth. */
  descendantCount(id: NodeId): number {
    let count = -1;
    this.#forSubtree(id, () => count++);
    return count;
  }

  /** Nodes and bytes of data of the subtree, its own root included. */
  subtreeFigures(id: NodeId): { count: number; bytes: number } {
    let count = 0;
    let bytes = 0;
    this.#forSubtree(id, (node) => {
      count++;
      bytes += Math.max(0, this.nodes.int(node, IntField.dataLength));
    });
    return { count, bytes };
  }

  /** Pre-order by the links alone: trees may be deep, and a stack of ids could be huge. */
  #forSubtree(top: NodeId, visit: (id: NodeId) => void): void {
    let node = top;
    for (;;) {
      visit(node);
      let next = this.nodes.int(node, IntField.firstChild);
      while (next === NO_NODE) {
        if (node === top) return;
        next = this.nodes.int(node, IntField.nextSibling);
        if (next === NO_NODE) node = this.nodes.int(node, IntField.parent);
      }
      node = next;
    }
  }

  // --- Changes ------------------------------------------------------------------------------------

  /**
   * The new node; NO_NODE where the parent is missing, NODE_EXISTS where the node is not. Then the
   * ACL is replaced and the parent's figures are raised, so that replaying over a snapshot taken
   * meanwhile ends where the txn did.
   */
  create(node: CreateNode): NodeId | typeof NODE_EXISTS {
    const { bytes, length } = this.#path.encode(node.path);
    let slash = length - 1;
    while (slash >= 0 && bytes[slash] !== 0x2f) slash--;
    const parent = slash < 0 ? NO_NODE : this.find(bytes, 0, slash);
    if (parent === NO_NODE) return NO_NODE;
    const name = { bytes, start: slash + 1, end: length };
    const existing = length === 1 ? this.root : this.#index.findChild(parent, name);
    if (existing !== NO_NODE) {
      this.#beforeChange(existing);
      this.#replaceAcl(existing, node.acl);
      this.#raiseParent(parent, node);
      return NODE_EXISTS;
    }
    this.#raiseParent(parent, node);
    const id = this.#link(parent, name);
    const { nodes } = this;
    nodes.setNumber(id, NumberField.czxid, node.zxid);
    nodes.setNumber(id, NumberField.mzxid, node.zxid);
    nodes.setNumber(id, NumberField.pzxid, node.zxid);
    nodes.setNumber(id, NumberField.ctime, node.time);
    nodes.setNumber(id, NumberField.mtime, node.time);
    nodes.setInt(id, IntField.aclId, this.acls.add(node.acl));
    this.#owners.set(id, node.owner);
    this.#storeData(id, node.data);
    this.#digests.addContent(id, node.contentCrc ?? this.contentCrc(node.path, node.data));
    this.#quotas.onCreate(node.path, node.data?.length ?? 0);
    return id;
  }

  /** Ok or NoNode. The parent's pzxid is raised even when the node is gone already (replay). */
  delete(path: string, zxid: Zxid): number {
    const id = this.findPath(path);
    const isKnown = id !== NO_NODE && id !== this.root;
    const parent = isKnown ? this.nodes.int(id, IntField.parent) : this.findPath(parentPath(path));
    if (parent !== NO_NODE && zxid > this.nodes.number(parent, NumberField.pzxid)) {
      this.#beforeChange(parent);
      this.#digests.remove(parent);
      this.nodes.setNumber(parent, NumberField.pzxid, zxid);
      this.#digests.add(parent);
    }
    if (id === NO_NODE) return ErrorCode.NoNode;
    assert(id !== this.root, 'the root cannot be deleted');
    if (this.childCountOf(id) > 0) this.#deleteLaterChildren(id, zxid);
    this.#remove(id, path);
    return ErrorCode.Ok;
  }

  /**
   * Java's snapshots are fuzzy: one may hold a node that was deleted, made again and given children
   * after the snapshot began. Replaying that deletion takes them along; their own txns follow.
   */
  #deleteLaterChildren(top: NodeId, zxid: Zxid): void {
    for (const child of this.childrenOf(top)) {
      assert(this.nodes.number(child, NumberField.czxid) > zxid, 'a node with children cannot go');
    }
    let node = this.nodes.int(top, IntField.firstChild);
    while (node !== NO_NODE && node !== top) {
      const first = this.nodes.int(node, IntField.firstChild);
      const parent = this.nodes.int(node, IntField.parent);
      if (first !== NO_NODE) {
        node = first;
        continue;
      }
      this.#remove(node, this.pathOf(node));
      node = this.nodes.int(parent, IntField.firstChild);
      if (node === NO_NODE) node = parent;
    }
  }

  #remove(id: NodeId, path: string): void {
    const bytes = Math.max(0, this.nodes.int(id, IntField.dataLength));
    this.#digests.remove(id);
    this.#owners.forget(id);
    this.#detach(id);
    this.#quotas.onDelete(path, bytes);
  }

  /** The node, or NO_NODE. */
  setData(path: string, data: Uint8Array | null, facts: SetDataFacts): NodeId {
    const id = this.findPath(path);
    if (id === NO_NODE) return NO_NODE;
    const { nodes } = this;
    const bytesBefore = Math.max(0, nodes.int(id, IntField.dataLength));
    this.#beforeChange(id);
    this.#digests.remove(id);
    this.#releaseData(id);
    this.#storeData(id, data);
    nodes.setInt(id, IntField.version, facts.version);
    nodes.setNumber(id, NumberField.mzxid, facts.zxid);
    nodes.setNumber(id, NumberField.mtime, facts.time);
    this.#digests.addContent(id, facts.contentCrc ?? this.contentCrc(path, data));
    this.#quotas.onChange(path, (data?.length ?? 0) - bytesBefore);
    return id;
  }

  /** Ok or NoNode. `aversion` is the new one. */
  setAcl(path: string, acl: AclList, aversion: number): number {
    const id = this.findPath(path);
    if (id === NO_NODE) return ErrorCode.NoNode;
    this.#beforeChange(id);
    this.#digests.remove(id);
    this.nodes.setInt(id, IntField.aversion, aversion);
    this.#replaceAcl(id, acl);
    this.#digests.add(id);
    return ErrorCode.Ok;
  }

  /** Data that every server keeps for itself: no stat changes, and it is in no digest. */
  setLocalData(path: string, data: Uint8Array): void {
    const id = this.findPath(path);
    if (id === NO_NODE) return;
    this.#beforeChange(id);
    this.#digests.remove(id);
    this.#releaseData(id);
    this.#storeData(id, data);
    this.#digests.addContent(id, this.contentCrc(path, data));
  }

  // --- Owners -----------------------------------------------------------------------------------

  /** Paths of the session's ephemerals, in the order of their creation. */
  ephemeralsOf(session: SessionId): string[] {
    return this.#owners.ephemeralsOf(session).map((id) => this.pathOf(id));
  }

  /** Every session that owns ephemerals. */
  ephemeralOwners(): SessionId[] {
    return this.#owners.sessions();
  }

  get ephemeralCount(): number {
    return this.#owners.ephemeralCount;
  }

  containers(): IterableIterator<NodeId> {
    return this.#owners.containers.values();
  }

  ttlNodes(): IterableIterator<NodeId> {
    return this.#owners.ttlNodes.values();
  }

  ttlMs(id: NodeId): number {
    return ttlMsOf(this.ownerOf(id), this.#options);
  }

  quotaPathAbove(path: string): string | null {
    return this.#quotas.paths.deepest(path);
  }

  // --- Snapshots --------------------------------------------------------------------------------

  /** A view of the tree as it is now, unchanged by what comes. `close` it. */
  openView(): SnapshotView {
    this.#view = new SnapshotView(this, this.#view, (closed) => {
      if (closed === this.#view) this.#view = closed.older;
    });
    return this.#view;
  }

  /** Takes a node as a snapshot holds it; false when its parent is not there. */
  load(reader: BinaryReader): boolean {
    const length = Math.max(0, reader.length());
    const bytes = reader.bytes;
    const start = reader.at;
    const end = start + length;
    reader.at = end;
    const id = length === 0 ? this.root : this.#loadChild(bytes, start, end);
    if (id === NO_NODE) return false;
    const dataLength = reader.length();
    const dataStart = reader.at;
    reader.at += Math.max(0, dataLength);
    this.nodes.setInt(id, IntField.dataLength, dataLength);
    if (dataLength > 0) {
      const address = this.blobs.put(bytes, dataStart, dataStart + dataLength);
      this.nodes.setInt(id, IntField.dataAddress, address);
    }
    this.#loadStat(id, reader);
    const pathCrc = crc32(bytes, start, end);
    const crc = dataLength > 0 ? crc32(bytes, dataStart, dataStart + dataLength, pathCrc) : pathCrc;
    this.nodes.setInt(id, IntField.contentCrc, crc | 0);
    if (id === this.root) this.digest.clear();
    this.#digests.add(id);
    return true;
  }

  /** To be called once after the last `load`: what is derived from the nodes. */
  finishLoading(): void {
    this.acls.purgeUnused();
    this.#quotas.rebuild();
  }

  #loadChild(bytes: Uint8Array, start: number, end: number): NodeId {
    let slash = end - 1;
    while (slash > start && bytes[slash] !== 0x2f) slash--;
    const parent = this.find(bytes, start, slash);
    if (parent === NO_NODE) return NO_NODE;
    const id = this.#link(parent, { bytes, start: slash + 1, end });
    if (parent === this.root && this.nameOf(id) === 'zookeeper') this.#digests.reserved = id;
    return id;
  }

  #loadStat(id: NodeId, reader: BinaryReader): void {
    const { nodes } = this;
    const aclId = reader.longAsNumber();
    nodes.setInt(id, IntField.aclId, aclId);
    this.acls.addReference(aclId);
    nodes.setNumber(id, NumberField.czxid, reader.longAsNumber());
    nodes.setNumber(id, NumberField.mzxid, reader.longAsNumber());
    nodes.setNumber(id, NumberField.ctime, reader.longAsNumber());
    nodes.setNumber(id, NumberField.mtime, reader.longAsNumber());
    nodes.setInt(id, IntField.version, reader.int());
    nodes.setInt(id, IntField.cversion, reader.int());
    nodes.setInt(id, IntField.aversion, reader.int());
    const high = reader.int();
    const low = reader.int();
    nodes.setNumber(id, NumberField.pzxid, reader.longAsNumber());
    if (high !== 0 || low !== 0) this.#owners.set(id, (BigInt(high) << 32n) | BigInt(low >>> 0));
  }

  // --- Rows and links ---------------------------------------------------------------------------

  #createReserved(path: string, aclId: AclId): NodeId {
    const parent = this.findPath(parentPath(path));
    const { bytes, length } = this.#path.encode(baseName(path));
    const id = this.#link(parent, { bytes, start: 0, end: length });
    this.nodes.setInt(id, IntField.aclId, aclId);
    if (path === '/zookeeper') this.#digests.reserved = id;
    this.#digests.addContent(id, this.contentCrc(path, EMPTY));
    return id;
  }

  #link(parent: NodeId, name: { bytes: Uint8Array; start: number; end: number }): NodeId {
    const { nodes } = this;
    const { bytes, start, end } = name;
    const id = nodes.allocate();
    nodes.setInt(id, IntField.nameAddress, this.blobs.put(bytes, start, end));
    nodes.setInt(id, IntField.nameLength, end - start);
    nodes.setInt(id, IntField.parent, parent);
    nodes.setInt(id, IntField.hash, hashChild(nodes.int(parent, IntField.hash), bytes, start, end));
    const first = nodes.int(parent, IntField.firstChild);
    nodes.setInt(id, IntField.nextSibling, first);
    if (first !== NO_NODE) nodes.setInt(first, IntField.previousSibling, id);
    nodes.setInt(parent, IntField.firstChild, id);
    nodes.setInt(parent, IntField.childCount, nodes.int(parent, IntField.childCount) + 1);
    this.#index.insert(id);
    return id;
  }

  #detach(id: NodeId): void {
    const { nodes } = this;
    assert(nodes.int(id, IntField.childCount) === 0, 'a node with children cannot go');
    this.#index.remove(id);
    const parent = nodes.int(id, IntField.parent);
    const next = nodes.int(id, IntField.nextSibling);
    const previous = nodes.int(id, IntField.previousSibling);
    if (next !== NO_NODE) nodes.setInt(next, IntField.previousSibling, previous);
    if (previous !== NO_NODE) nodes.setInt(previous, IntField.nextSibling, next);
    else nodes.setInt(parent, IntField.firstChild, next);
    nodes.setInt(parent, IntField.childCount, nodes.int(parent, IntField.childCount) - 1);
    this.acls.release(nodes.int(id, IntField.aclId));
    if (this.#view?.keepDeleted(id)) return;
    this.freeRow(id);
  }

  /** Gives the node's row and blobs back; a snapshot view calls it for what it kept. */
  freeRow(id: NodeId): void {
    const { nodes, blobs } = this;
    const dataLength = nodes.int(id, IntField.dataLength);
    blobs.free(nodes.int(id, IntField.nameAddress), nodes.int(id, IntField.nameLength));
    if (dataLength > 0) blobs.free(nodes.int(id, IntField.dataAddress), dataLength);
    nodes.free(id);
  }

  #beforeChange(id: NodeId): void {
    this.#view?.keepChanged(id);
  }

  #raiseParent(parent: NodeId, node: CreateNode): void {
    const { nodes } = this;
    const before = nodes.int(parent, IntField.cversion);
    const after = node.parentCVersion === -1 ? before + 1 : node.parentCVersion;
    if (after <= before) return;
    this.#beforeChange(parent);
    this.#digests.remove(parent);
    nodes.setInt(parent, IntField.cversion, after);
    nodes.setNumber(parent, NumberField.pzxid, node.zxid);
    this.#digests.add(parent);
  }

  #storeData(id: NodeId, data: Uint8Array | null): void {
    const length = data === null ? -1 : data.length;
    this.nodes.setInt(id, IntField.dataLength, length);
    const address = data === null ? 0 : this.blobs.put(data, 0, length);
    this.nodes.setInt(id, IntField.dataAddress, address);
  }

  #releaseData(id: NodeId): void {
    const length = this.nodes.int(id, IntField.dataLength);
    if (length <= 0) return;
    const address = this.nodes.int(id, IntField.dataAddress);
    if (this.#view?.keepData(id, address, length)) return;
    this.blobs.free(address, length);
  }

  #replaceAcl(id: NodeId, acl: AclList): void {
    const before = this.nodes.int(id, IntField.aclId);
    this.nodes.setInt(id, IntField.aclId, this.acls.add(acl));
    this.acls.release(before);
  }
}
