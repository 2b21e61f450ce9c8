/**
 * TreeModel: what a DataTree must be, written as plainly as possible: a map from path to plain
 * object, everything else looked for by going through all of it. The property tests run the same
 * txns through both and compare.
 */
import { crc32 } from 'node:zlib';
import type { CreateNode } from '../../../src/core/tree/data-tree.ts';
import type { AclList } from '../../../src/protocol/records/acl.ts';
import { type Stat, StatPersisted } from '../../../src/protocol/records/stat.ts';

export type ModelStat = { -readonly [K in keyof StatPersisted]: StatPersisted[K] };

export interface ModelNode {
  data: Uint8Array | null;
  acl: AclList;
  readonly stat: ModelStat;
}

export const openAcl: AclList = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];
const readAcl: AclList = [{ perms: 1, id: { scheme: 'world', id: 'anyone' } }];

export const CONTAINER = -(2n ** 63n);
export const isContainer = (owner: bigint): boolean => owner === CONTAINER;
/** With extended types: the top byte all ones. */
export const isTtl = (owner: bigint): boolean => BigInt.asUintN(64, owner) >> 56n === 0xffn;
export const isEphemeral = (owner: bigint): boolean =>
  owner !== 0n && !isContainer(owner) && !isTtl(owner);

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
const startStat = (aversion: number): ModelStat => ({
  ...{ czxid: 0, mzxid: 0, ctime: 0, mtime: 0, version: 0, cversion: 0 },
  ...{ aversion, ephemeralOwner: 0n, pzxid: 0 },
});

export class TreeModel {
  nodes = new Map<string, ModelNode>();

  constructor() {
    const empty = () => new Uint8Array(0);
    for (const path of ['/', '/zookeeper', '/zookeeper/quota']) {
      this.nodes.set(path, { data: empty(), acl: openAcl, stat: startStat(0) });
    }
    this.nodes.set('/zookeeper/config', { data: empty(), acl: readAcl, stat: startStat(-1) });
  }

  childNames(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...this.nodes.keys()]
      .filter((each) => each.startsWith(prefix) && each.length > prefix.length)
      .map((each) => each.slice(prefix.length))
      .filter((name) => !name.includes('/'))
      .sort();
  }

  descendants(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...this.nodes.keys()].filter((each) => each.startsWith(prefix) && each !== path);
  }

  shownStat(path: string): Stat {
    const { data, stat } = this.#node(path);
    const numChildren = this.childNames(path).length;
    return {
      ...stat,
      cversion: stat.cversion * 2 - numChildren,
      ephemeralOwner: isEphemeral(stat.ephemeralOwner) ? stat.ephemeralOwner : 0n,
      dataLength: data?.length ?? 0,
      numChildren,
    };
  }

  create(node: CreateNode): number {
    const parent = this.nodes.get(parentOf(node.path));
    if (parent === undefined) return -101;
    const created = node.parentCVersion === -1 ? parent.stat.cversion + 1 : node.parentCVersion;
    if (created > parent.stat.cversion) {
      parent.stat.cversion = created;
      parent.stat.pzxid = node.zxid;
    }
    const existing = this.nodes.get(node.path);
    if (existing !== undefined) {
      existing.acl = node.acl;
      return -110;
    }
    const { zxid, time } = node;
    const stat = {
      ...startStat(0),
      czxid: zxid,
      mzxid: zxid,
      pzxid: zxid,
      ctime: time,
      mtime: time,
    };
    stat.ephemeralOwner = node.owner;
    this.nodes.set(node.path, { data: node.data, acl: node.acl, stat });
    const counted = /^\/zookeeper\/quota(\/.+)\/zookeeper_stats$/.exec(node.path)?.[1];
    if (counted !== undefined) this.#recount(counted);
    this.#count(node.path, 1, node.data?.length ?? 0);
    return 0;
  }

  delete(path: string, zxid: number): number {
    const parent = this.nodes.get(parentOf(path));
    if (parent !== undefined && zxid > parent.stat.pzxid) parent.stat.pzxid = zxid;
    const node = this.nodes.get(path);
    if (node === undefined) return -101;
    this.nodes.delete(path);
    this.#count(path, -1, -(node.data?.length ?? 0));
    return 0;
  }

  setData(path: string, data: Uint8Array | null, facts: Omit<SetDataFacts, 'path'>): number {
    const node = this.nodes.get(path);
    if (node === undefined) return -101;
    const bytesMore = (data?.length ?? 0) - (node.data?.length ?? 0);
    node.data = data;
    node.stat.version = facts.version;
    node.stat.mzxid = facts.zxid;
    node.stat.mtime = facts.time;
    if (bytesMore !== 0) this.#count(path, 0, bytesMore);
    return 0;
  }

  setAcl(path: string, acl: AclList, aversion: number): number {
    const node = this.nodes.get(path);
    if (node === undefined) return -101;
    node.acl = acl;
    node.stat.aversion = aversion;
    return 0;
  }

  /** The sum over all nodes but those below /zookeeper, from nothing. */
  digest(): bigint {
    let sum = 0n;
    for (const [path, { data, stat }] of this.nodes) {
      if (path.startsWith('/zookeeper/')) continue;
      let crc = crc32(path === '/' ? '' : path);
      // Node's crc32 answers 0 for no bytes, whatever it is to go on from.
      if (data !== null && data.length > 0) crc = crc32(data, crc);
      const stored = StatPersisted.encode(stat);
      // The digest takes pzxid as its third field, the record as its last.
      const order = [stored.subarray(0, 16), stored.subarray(52), stored.subarray(16, 52)];
      sum += BigInt(crc32(Buffer.concat(order), crc));
    }
    return BigInt.asIntN(64, sum);
  }

  clone(): TreeModel {
    const copy = new TreeModel();
    copy.nodes = structuredClone(this.nodes);
    return copy;
  }

  #node(path: string): ModelNode {
    const node = this.nodes.get(path);
    if (node === undefined) throw new Error(`The model has no ${path}.`);
    return node;
  }

  #recount(path: string): void {
    const subtree = this.nodes.has(path) ? [path, ...this.descendants(path)] : [];
    const bytes = subtree.reduce((sum, each) => sum + (this.#node(each).data?.length ?? 0), 0);
    this.#writeStats(path, subtree.length, bytes);
  }

  /** The deepest path above or at this one that has limits gets the difference. */
  #count(path: string, countMore: number, bytesMore: number): void {
    if (path === '/zookeeper' || path.startsWith('/zookeeper/')) return;
    for (let top = path; top !== '/'; top = parentOf(top)) {
      if (!this.nodes.has(`/zookeeper/quota${top}/zookeeper_limits`)) continue;
      const stats = this.nodes.get(`/zookeeper/quota${top}/zookeeper_stats`);
      if (stats === undefined) return;
      const text = Buffer.from(stats.data ?? []).toString();
      const number = (name: string) => Number(new RegExp(`${name}=(-?\\d+)`).exec(text)?.[1] ?? -1);
      this.#writeStats(top, number('count') + countMore, number('bytes') + bytesMore);
      return;
    }
  }

  #writeStats(path: string, count: number, bytes: number): void {
    const stats = this.#node(`/zookeeper/quota${path}/zookeeper_stats`);
    stats.data = new TextEncoder().encode(`count=${count},bytes=${bytes}`);
  }
}

interface SetDataFacts {
  readonly path: string;
  readonly version: number;
  readonly zxid: number;
  readonly time: number;
}
