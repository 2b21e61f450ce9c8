/**
 * NodeDigests: keeps the tree's digest up with its rows. A row's share is taken out before the row
 * changes and put in again afterwards; what lies below /zookeeper has none.
 */
import { IntField, NO_NODE, type NodeId, type NodeStore, NumberField } from './node-store.ts';
import { type DigestedFields, nodeDigest, TreeDigest } from './tree-digest.ts';

/** One for all rows: one for each digest would be a fifth of what a write leaves to the collector. */
const rowStat: DigestedFields = {
  czxid: 0,
  mzxid: 0,
  pzxid: 0,
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ownerHigh: 0,
  ownerLow: 0,
};

export class NodeDigests {
  readonly sum = new TreeDigest();
  /** The node /zookeeper. */
  reserved: NodeId = NO_NODE;
  readonly #nodes: NodeStore;
  readonly #root: NodeId;
  readonly #isEnabled: boolean;

  constructor(nodes: NodeStore, root: NodeId, isEnabled: boolean) {
    this.#nodes = nodes;
    this.#root = root;
    this.#isEnabled = isEnabled;
  }

  /** Before the row changes. */
  remove(id: NodeId): void {
    if (this.#isDigested(id)) this.sum.remove(this.#digestOf(id));
  }

  /** The row has changed; its content has not. */
  add(id: NodeId): void {
    if (this.#isDigested(id)) this.sum.add(this.#digestOf(id));
  }

  /** The row has new content, with this CRC-32 over path and data. */
  addContent(id: NodeId, contentCrc: number): void {
    if (!this.#isEnabled) return;
    this.#nodes.setInt(id, IntField.contentCrc, contentCrc | 0);
    this.add(id);
  }

  #isDigested(id: NodeId): boolean {
    if (!this.#isEnabled) return false;
    for (let node = id; node !== this.#root; ) {
      node = this.#nodes.int(node, IntField.parent);
      if (node === this.reserved) return false;
    }
    return true;
  }

  #digestOf(id: NodeId): number {
    const nodes = this.#nodes;
    rowStat.czxid = nodes.number(id, NumberField.czxid);
    rowStat.mzxid = nodes.number(id, NumberField.mzxid);
    rowStat.pzxid = nodes.number(id, NumberField.pzxid);
    rowStat.ctime = nodes.number(id, NumberField.ctime);
    rowStat.mtime = nodes.number(id, NumberField.mtime);
    rowStat.version = nodes.int(id, IntField.version);
    rowStat.cversion = nodes.int(id, IntField.cversion);
    rowStat.aversion = nodes.int(id, IntField.aversion);
    rowStat.ownerHigh = nodes.int(id, IntField.ownerHigh);
    rowStat.ownerLow = nodes.int(id, IntField.ownerLow);
    return nodeDigest(nodes.int(id, IntField.contentCrc), rowStat);
  }
}
