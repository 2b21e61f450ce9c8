/**
 * OutstandingChanges: what the txns that are prepared but not yet applied will have done
 * (ZooKeeper's outstandingChanges), laid over the tree, so that a request is judged by the state
 * in which its txn will be applied.
 *
 * Invariants: every record's zxid is above the tree's last applied; records stand in zxid order;
 * when there is none, the expected digest is the tree's own digest (asserted: preparing and
 * applying must agree on every change).
 */

import { assert } from '../../base/assert.ts';
import type { SessionId } from '../../base/session-id.ts';
import { SteadyMap } from '../../base/steady-map.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { AclList } from '../../protocol/records/acl.ts';
import type { DataTree } from '../tree/data-tree.ts';
import { ownerHalves } from '../tree/node-owners.ts';
import { IntField, NO_NODE, type NodeId, NumberField } from '../tree/node-store.ts';
import { type DigestedFields, nodeDigest, TreeDigest } from '../tree/tree-digest.ts';

/** Records kept to be filled again: more than are outstanding in an ordinary moment. */
const SPARE_RECORDS_MAX = 2048;

/** One node as it will be after the txn `zxid`. Not to be kept: it is filled again after that. */
export interface ChangeRecord extends DigestedFields {
  zxid: Zxid;
  path: string;
  exists: boolean;
  owner: SessionId;
  childCount: number;
  dataLength: number;
  contentCrc: number;
  acl: AclList;
}

export interface NewNode {
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: AclList;
  readonly owner: SessionId;
  readonly zxid: Zxid;
  readonly time: number;
}

/** Where to go back to when a multi fails. */
export interface Mark {
  readonly length: number;
  readonly digest: TreeDigest;
}

export class OutstandingChanges {
  readonly #tree: DataTree;
  readonly #digestEnabled: boolean;
  /** In zxid order; the first `#trimmed` are applied already. */
  #records: ChangeRecord[] = [];
  #trimmed = 0;
  /** Trimmed ones to be filled again, the last of them first: a write needs one for each node. */
  readonly #spare: ChangeRecord[] = [];
  readonly #byPath = new SteadyMap<string, ChangeRecord>();
  /** How many records there are of each session's ephemerals: mostly none. */
  readonly #outstandingByOwner = new SteadyMap<SessionId, number>();
  readonly #digest = new TreeDigest();

  constructor(tree: DataTree, digestEnabled: boolean) {
    this.#tree = tree;
    this.#digestEnabled = digestEnabled;
    this.#digest.set(tree.digest);
  }

  get size(): number {
    return this.#records.length - this.#trimmed;
  }

  /** After the last outstanding txn; not a copy. */
  get digest(): TreeDigest {
    return this.#digest;
  }

  /** The node as it will be, or null where there will be none. To change it, `begin`. */
  get(path: string): ChangeRecord | null {
    const key = path === '' ? '/' : path;
    const pending = this.#byPath.get(key);
    if (pending !== undefined) return pending.exists ? pending : null;
    const id = this.#tree.findPath(key);
    return id === NO_NODE ? null : this.#fromTree(key, id);
  }

  /**
   * Begins a txn's change of the node that `get` gave: the result is to be changed and then given
   * to `commit`. It is the same record where nobody else has it, which is the common case.
   */
  begin(record: ChangeRecord, zxid: Zxid): ChangeRecord {
    this.#digestRemove(record);
    const own = this.#byPath.get(record.path) === record ? this.#copy(record) : record;
    own.zxid = zxid;
    return own;
  }

  commit(record: ChangeRecord): void {
    this.#digestAdd(record);
    this.#put(record);
  }

  /** Written out: a spread of so many fields costs several times as much. */
  #copy(from: ChangeRecord): ChangeRecord {
    const record = this.#blank(from.path);
    record.czxid = from.czxid;
    record.mzxid = from.mzxid;
    record.pzxid = from.pzxid;
    record.ctime = from.ctime;
    record.mtime = from.mtime;
    record.version = from.version;
    record.cversion = from.cversion;
    record.aversion = from.aversion;
    record.owner = from.owner;
    record.ownerHigh = from.ownerHigh;
    record.ownerLow = from.ownerLow;
    record.childCount = from.childCount;
    record.dataLength = from.dataLength;
    record.contentCrc = from.contentCrc;
    record.acl = from.acl;
    return record;
  }

  /** A record to be filled: every field that is not given here must be set. */
  #blank(path: string): ChangeRecord {
    const spare = this.#spare.pop();
    if (spare === undefined) return newRecord(path);
    spare.path = path;
    spare.exists = true;
    return spare;
  }

  /** Returns what `contentCrc` gives for the node, so that applying need not find it again. */
  create(node: NewNode): number {
    const halves = ownerHalves(node.owner);
    const created = this.#blank(node.path);
    created.zxid = node.zxid;
    created.czxid = node.zxid;
    created.mzxid = node.zxid;
    created.pzxid = node.zxid;
    created.ctime = node.time;
    created.mtime = node.time;
    created.version = 0;
    created.cversion = 0;
    created.aversion = 0;
    created.owner = node.owner;
    created.ownerHigh = halves.ownerHigh;
    created.ownerLow = halves.ownerLow;
    created.childCount = 0;
    created.dataLength = node.data?.length ?? 0;
    created.contentCrc = this.contentCrc(node.path, node.data);
    created.acl = node.acl;
    this.#digestAdd(created);
    this.#put(created);
    return created.contentCrc;
  }

  delete(record: ChangeRecord, zxid: Zxid): void {
    const own = this.begin(record, zxid);
    own.exists = false;
    this.#put(own);
  }

  contentCrc(path: string, data: Uint8Array | null): number {
    return this.#tree.contentCrc(path, data);
  }

  /** What a session's ephemerals will be: those of the tree, less and more what is outstanding. */
  ephemeralsOf(session: SessionId): string[] {
    const applied = this.#tree.ephemeralsOf(session);
    if (!this.#outstandingByOwner.has(session)) return applied;
    const paths = new Set(applied);
    for (let at = this.#trimmed; at < this.#records.length; at++) {
      const record = this.#records[at] as ChangeRecord;
      if (record.exists && record.owner === session) paths.add(record.path);
      else if (record.owner === session) paths.delete(record.path);
    }
    return [...paths];
  }

  mark(): Mark {
    const digest = new TreeDigest();
    digest.set(this.#digest);
    return { length: this.#records.length, digest };
  }

  /** Forgets the records since the mark, so that earlier ones of the same paths count again. */
  rollbackTo(mark: Mark): void {
    assert(mark.length >= this.#trimmed, 'what is applied cannot be rolled back');
    const dropped = this.#records.splice(mark.length);
    this.#digest.set(mark.digest);
    if (dropped.length === 0) return;
    for (const record of dropped) {
      this.#byPath.delete(record.path);
      this.#countOwner(record, -1);
    }
    const paths = new Set(dropped.map(({ path }) => path));
    for (let at = this.#trimmed; at < this.#records.length; at++) {
      const record = this.#records[at] as ChangeRecord;
      if (paths.has(record.path)) this.#byPath.set(record.path, record);
    }
  }

  /** The txns up to this zxid are in the tree now. */
  trim(applied: Zxid): void {
    while (this.#trimmed < this.#records.length) {
      const record = this.#records[this.#trimmed] as ChangeRecord;
      if (record.zxid > applied) break;
      if (this.#byPath.get(record.path) === record) this.#byPath.delete(record.path);
      this.#countOwner(record, -1);
      this.#trimmed++;
      if (this.#spare.length < SPARE_RECORDS_MAX) this.#spare.push(record);
    }
    if (this.#trimmed === this.#records.length) {
      this.#records = [];
      this.#trimmed = 0;
      assert(this.#byPath.size === 0, 'a path outlives its change records');
    } else if (this.#trimmed > 1024) {
      this.#records = this.#records.slice(this.#trimmed);
      this.#trimmed = 0;
    }
  }

  /** To be called when all that was prepared has been applied. */
  assertAgreesWithTree(): void {
    assert(this.size === 0, 'changes are outstanding');
    assert(this.#digest.equals(this.#tree.digest), 'preparing and applying disagree');
  }

  #put(record: ChangeRecord): void {
    assert(record.zxid > this.#tree.lastProcessedZxid, 'the change is applied already');
    this.#records.push(record);
    this.#byPath.set(record.path, record);
    this.#countOwner(record, 1);
  }

  #countOwner({ owner }: ChangeRecord, more: 1 | -1): void {
    if (owner === 0n) return;
    const count = (this.#outstandingByOwner.get(owner) ?? 0) + more;
    if (count === 0) this.#outstandingByOwner.delete(owner);
    else this.#outstandingByOwner.set(owner, count);
  }

  #digestAdd(record: ChangeRecord): void {
    if (this.#isDigested(record.path)) this.#digest.add(nodeDigest(record.contentCrc, record));
  }

  #digestRemove(record: ChangeRecord): void {
    if (this.#isDigested(record.path)) this.#digest.remove(nodeDigest(record.contentCrc, record));
  }

  #isDigested(path: string): boolean {
    return this.#digestEnabled && !path.startsWith('/zookeeper/');
  }

  #fromTree(path: string, id: NodeId): ChangeRecord {
    const tree = this.#tree;
    const { nodes } = tree;
    const record = this.#blank(path);
    record.zxid = tree.lastProcessedZxid;
    record.czxid = nodes.number(id, NumberField.czxid);
    record.mzxid = nodes.number(id, NumberField.mzxid);
    record.pzxid = nodes.number(id, NumberField.pzxid);
    record.ctime = nodes.number(id, NumberField.ctime);
    record.mtime = nodes.number(id, NumberField.mtime);
    record.version = nodes.int(id, IntField.version);
    record.cversion = nodes.int(id, IntField.cversion);
    record.aversion = nodes.int(id, IntField.aversion);
    record.owner = tree.ownerOf(id);
    record.ownerHigh = nodes.int(id, IntField.ownerHigh);
    record.ownerLow = nodes.int(id, IntField.ownerLow);
    record.childCount = nodes.int(id, IntField.childCount);
    record.dataLength = tree.dataLengthOf(id);
    record.contentCrc = tree.contentCrcOf(id);
    record.acl = tree.aclOf(id);
    return record;
  }
}

/** One literal: records that are spread from others cost a set a third of its time. */
function newRecord(path: string): ChangeRecord {
  return {
    zxid: -1,
    path,
    exists: true,
    czxid: 0,
    mzxid: 0,
    pzxid: 0,
    ctime: 0,
    mtime: 0,
    version: 0,
    cversion: 0,
    aversion: 0,
    owner: 0n,
    ownerHigh: 0,
    ownerLow: 0,
    childCount: 0,
    dataLength: 0,
    contentCrc: 0,
    acl: [],
  };
}
