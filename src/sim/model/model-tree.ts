/**
 * ModelTree: the tree after every txn (the M[z] of the invariants). Each path keeps all its
 * versions, so a reply can be judged by the state that it names, however late.
 */
import { parentPath } from '../../base/path-rules.ts';
import { readTxn, type Txn } from '../../core/requests/txn.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { Stat } from '../../protocol/records/stat.ts';
import type { LoggedTxn } from '../disk/log-records.ts';
import {
  CONTAINER,
  digestOf,
  firstNodes,
  isEphemeral,
  type ModelNode,
  shownStat,
  TTL_MARK,
} from './model-node.ts';

/** Nodes by path, as they are at some moment. */
export interface Nodes {
  get(path: string): ModelNode | null;
  put(path: string, node: ModelNode | null): void;
}

export interface Origin {
  readonly clientId: bigint;
  readonly zxid: number;
  readonly time: number;
}

/** What one txn, or one part of a multi, did. */
export interface PartResult {
  readonly type: number;
  readonly err: number;
  readonly path?: string;
  readonly stat?: Stat;
}

/** One change that somebody may be watching. */
export interface Change {
  readonly kind: 'created' | 'deleted' | 'dataChanged';
  readonly path: string;
  /** Whose ACL decides who may see it, as they were then. */
  readonly node: ModelNode;
  readonly parent: ModelNode | null;
}

/** Where a txn is applied, and what is noted of it. */
export interface Applying {
  readonly nodes: Nodes;
  readonly origin: Origin;
  readonly changes: Change[];
}

interface Version {
  readonly zxid: number;
  readonly node: ModelNode | null;
}

export class ModelTree implements Nodes {
  lastZxid = 0;
  digest = 0n;
  readonly sessions = new Map<bigint, number>();
  readonly #versions = new Map<string, Version[]>();
  readonly #owned = new Map<bigint, Set<string>>();
  readonly #changes = new Map<number, readonly Change[]>();
  readonly #digests = new Map<number, bigint>();
  /** Of all txns, ascending: between two epochs numbers are left out. */
  readonly #zxids: number[] = [];
  #zxid = 0;

  constructor() {
    for (const node of firstNodes()) this.put(node.path, node);
    this.#digests.set(0, this.digest);
  }

  apply(logged: LoggedTxn): readonly PartResult[] {
    this.#zxid = logged.zxid;
    const changes: Change[] = [];
    const results = applyTxn({ nodes: this, origin: logged, changes }, logged.txn);
    if (logged.txn.type === OpCode.createSession) {
      this.sessions.set(logged.clientId, logged.txn.body.timeOut);
    } else if (logged.txn.type === OpCode.closeSession) {
      this.sessions.delete(logged.clientId);
      for (const path of this.ephemeralsOf(logged.clientId)) {
        applyDelete({ nodes: this, origin: logged, changes }, path);
      }
    }
    this.lastZxid = logged.zxid;
    this.#zxids.push(logged.zxid);
    this.#changes.set(logged.zxid, changes);
    this.#digests.set(logged.zxid, this.digest);
    return results;
  }

  get(path: string): ModelNode | null {
    return this.#versions.get(path === '' ? '/' : path)?.at(-1)?.node ?? null;
  }

  /** As it was after the txn `zxid`. */
  at(path: string, zxid: number): ModelNode | null {
    const versions = this.#versions.get(path === '' ? '/' : path) ?? [];
    return versions.findLast((version) => version.zxid <= zxid)?.node ?? null;
  }

  digestAt(zxid: number): bigint | undefined {
    return this.#digests.get(zxid);
  }

  /** The txns in (after, through], in their order. */
  txnsBetween(after: number, through: number): readonly number[] {
    return this.#zxids.slice(this.#countUpTo(after), this.#countUpTo(through));
  }

  #countUpTo(zxid: number): number {
    let low = 0;
    let high = this.#zxids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#zxids[middle] ?? 0) <= zxid) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  changesOf(zxid: number): readonly Change[] {
    return this.#changes.get(zxid) ?? [];
  }

  ephemeralsOf(session: bigint): string[] {
    return [...(this.#owned.get(session) ?? [])];
  }

  /** Every path that there was at that time. */
  pathsAt(zxid: number): string[] {
    return [...this.#versions.keys()].filter((path) => this.at(path, zxid) !== null);
  }

  put(path: string, node: ModelNode | null): void {
    let versions = this.#versions.get(path);
    if (versions === undefined) {
      versions = [];
      this.#versions.set(path, versions);
    }
    const before = versions.at(-1)?.node ?? null;
    if (before !== null) this.#forget(before);
    if (node !== null) this.#remember(node);
    if (versions.at(-1)?.zxid === this.#zxid) versions.pop();
    versions.push({ zxid: this.#zxid, node });
  }

  #forget(node: ModelNode): void {
    this.digest = BigInt.asIntN(64, this.digest - digestOf(node));
    if (isEphemeral(node.owner)) this.#owned.get(node.owner)?.delete(node.path);
  }

  #remember(node: ModelNode): void {
    this.digest = BigInt.asIntN(64, this.digest + digestOf(node));
    if (!isEphemeral(node.owner)) return;
    const owned = this.#owned.get(node.owner);
    if (owned === undefined) this.#owned.set(node.owner, new Set([node.path]));
    else owned.add(node.path);
  }
}

/** A few changes on top of other nodes: for judging a multi part by part. */
export class NodesOverlay implements Nodes {
  readonly #below: Nodes;
  readonly #nodes = new Map<string, ModelNode | null>();

  constructor(below: Nodes) {
    this.#below = below;
  }

  get(path: string): ModelNode | null {
    const key = path === '' ? '/' : path;
    const own = this.#nodes.get(key);
    return own === undefined ? this.#below.get(key) : own;
  }

  put(path: string, node: ModelNode | null): void {
    this.#nodes.set(path, node);
  }
}

/** The parts of a multi, or the txn itself. */
export function partsOf(txn: Txn): Txn[] {
  if (txn.type !== OpCode.multi) return [txn];
  return (txn.body.txns ?? []).map(({ type, data }) =>
    readTxn(type, new BinaryReader(data ?? new Uint8Array(0))),
  );
}

export function applyTxn(applying: Applying, txn: Txn): PartResult[] {
  const parts = partsOf(txn);
  if (txn.type === OpCode.multi && parts.some((part) => part.type === OpCode.error)) {
    return parts.map((part) => ({
      type: OpCode.error,
      err: part.type === OpCode.error ? part.body.err : 0,
    }));
  }
  return parts.map((part) => applyPart(applying, part));
}

function applyPart(applying: Applying, txn: Txn): PartResult {
  const { nodes, origin, changes } = applying;
  const { type } = txn;
  switch (txn.type) {
    case OpCode.create:
    case OpCode.create2: {
      const owner = txn.body.ephemeral ? origin.clientId : 0n;
      return applyCreate(applying, { ...txn.body, type, owner });
    }
    case OpCode.createContainer:
      return applyCreate(applying, { ...txn.body, type, owner: CONTAINER });
    case OpCode.createTtl: {
      const owner = BigInt.asIntN(64, TTL_MARK | BigInt(txn.body.ttl));
      return applyCreate(applying, { ...txn.body, type, owner });
    }
    case OpCode.delete:
    case OpCode.deleteContainer:
      applyDelete(applying, txn.body.path ?? '');
      return { type, err: 0 };
    case OpCode.setData:
    case OpCode.reconfig: {
      const path = txn.body.path ?? '';
      const { version, data } = txn.body;
      const facts = { version, data, mzxid: origin.zxid, mtime: origin.time };
      const node = replace(nodes, path, facts);
      changes.push({ kind: 'dataChanged', path, node, parent: null });
      return { type, err: 0, path, stat: shownStat(node) };
    }
    case OpCode.setAcl: {
      const path = txn.body.path ?? '';
      const node = replace(nodes, path, { acl: txn.body.acl ?? [], aversion: txn.body.version });
      return { type, err: 0, path, stat: shownStat(node) };
    }
    case OpCode.closeSession:
      for (const path of txn.body.paths2Delete ?? []) {
        applyDelete(applying, path ?? '');
      }
      return { type, err: 0 };
    case OpCode.error:
      return { type, err: txn.body.err };
    default:
      return { type, err: 0 };
  }
}

interface NewNode {
  readonly type: number;
  readonly path: string | null;
  readonly data: Uint8Array | null;
  readonly acl: ModelNode['acl'] | null;
  readonly owner: bigint;
  readonly parentCVersion?: number | undefined;
}

function applyCreate({ nodes, origin, changes }: Applying, created: NewNode): PartResult {
  const { zxid, time } = origin;
  const path = created.path ?? '';
  const parent = nodes.get(parentPath(path));
  if (parent === null || nodes.get(path) !== null) {
    throw new Error(`the log creates ${path}, which cannot be`);
  }
  const cversion = created.parentCVersion ?? parent.cversion + 1;
  const isRaised = cversion > parent.cversion;
  const children = new Set(parent.children).add(path.slice(path.lastIndexOf('/') + 1));
  const raised = isRaised ? { cversion, pzxid: zxid } : {};
  nodes.put(parent.path, { ...parent, children, ...raised });
  const node: ModelNode = {
    path,
    data: created.data,
    acl: created.acl ?? [],
    czxid: zxid,
    mzxid: zxid,
    pzxid: zxid,
    ctime: time,
    mtime: time,
    version: 0,
    cversion: 0,
    aversion: 0,
    owner: created.owner,
    children: new Set(),
  };
  nodes.put(path, node);
  changes.push({ kind: 'created', path, node, parent: nodes.get(parent.path) });
  return { type: created.type, err: 0, path, stat: shownStat(node) };
}

function applyDelete({ nodes, origin, changes }: Applying, path: string): void {
  const node = nodes.get(path);
  const parent = nodes.get(parentPath(path));
  if (node === null || parent === null || node.children.size > 0) {
    throw new Error(`the log deletes ${path}, which cannot be`);
  }
  const children = new Set(parent.children);
  children.delete(path.slice(path.lastIndexOf('/') + 1));
  nodes.put(parent.path, { ...parent, children, pzxid: Math.max(parent.pzxid, origin.zxid) });
  nodes.put(path, null);
  changes.push({ kind: 'deleted', path, node, parent: nodes.get(parent.path) });
}

function replace(nodes: Nodes, path: string, facts: Partial<ModelNode>): ModelNode {
  const node = nodes.get(path);
  if (node === null) throw new Error(`the log changes ${path}, which is not there`);
  const replaced = { ...node, ...facts };
  nodes.put(path, replaced);
  return replaced;
}
