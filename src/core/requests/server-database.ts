/**
 * ServerDatabase: the replicated state, which is the tree and the sessions that exist in it
 * (ZooKeeper's ZKDatabase), and how a txn changes it. Nothing else changes it.
 *
 * `sessionsWithTimeouts` is what the applied txns say; the session tracker also knows sessions
 * whose creation is not applied yet.
 */

import { assert } from '../../base/assert.ts';
import { parentPath } from '../../base/path-rules.ts';
import type { SessionId } from '../../base/session-id.ts';
import { SteadyMap } from '../../base/steady-map.ts';
import type { Zxid } from '../../base/zxid.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { Stat } from '../../protocol/records/stat.ts';
import type { MultiTxn } from '../../protocol/records/txn.ts';
import { OPEN_ACL_ID } from '../tree/acl-table.ts';
import { CONFIG_PATH, type DataTree } from '../tree/data-tree.ts';
import { CONTAINER_OWNER, type EphemeralTypeOptions, ttlOwner } from '../tree/ephemeral-type.ts';
import { NO_NODE, type NodeId, NumberField } from '../tree/node-store.ts';
import type { WatchManager } from '../tree/watch-manager.ts';
import { readTxn, type Txn, type TxnOrigin } from './txn.ts';
import type { Audit } from './writes/audit.ts';

/** What a txn did: the material of its reply. */
export interface TxnResult {
  readonly type: number;
  readonly err: number;
  readonly path: string | null;
  /** The node, good until the next txn is applied; NO_NODE where there is none. */
  readonly node: NodeId;
  /** Only inside a multi, whose later parts may change the node again: its Stat at this part. */
  readonly stat: Stat | null;
  /** Only of a multi. */
  readonly results: readonly TxnResult[] | null;
}

export interface DigestLogEntry {
  readonly zxid: Zxid;
  readonly digest: bigint;
}

type CreatingTxn = Extract<Txn, { body: { parentCVersion: unknown } }>;
type SettingTxn = Extract<Txn, { body: { version: number; data: unknown } }>;

const DIGEST_LOG_INTERVAL = 128;
const DIGEST_LOG_ENTRIES_MAX = 1024;

export class ServerDatabase {
  readonly sessionsWithTimeouts = new SteadyMap<SessionId, number>();
  /** The highest id of a session created by a txn seen here, closed or not; 0n for none. */
  highestSessionId: SessionId = 0n;
  /** The last session that this process made, of which a txn may not tell yet, or ever; 0n for none. */
  lastMadeSessionId: SessionId = 0n;
  readonly digestLog: DigestLogEntry[] = [];
  /** Null unless a record is kept of what is done. */
  audit: Audit | null = null;
  readonly #options: EphemeralTypeOptions;
  #tree: DataTree;
  #watches: WatchManager | null;

  constructor(tree: DataTree, options: EphemeralTypeOptions, watches: WatchManager | null = null) {
    this.#tree = tree;
    this.#options = options;
    this.#watches = watches;
  }

  get tree(): DataTree {
    return this.#tree;
  }

  /** During recovery, when a snapshot turns out to be bad: begin again. */
  replaceTree(tree: DataTree): void {
    assert(this.#watches === null, 'a serving tree cannot be replaced');
    this.#tree = tree;
    this.sessionsWithTimeouts.clear();
  }

  /** From now on changes are told to watchers. */
  startWatching(watches: WatchManager): void {
    this.#watches = watches;
  }

  /** The watchers are gone: a role of the server has ended. */
  stopWatching(): void {
    this.#watches = null;
  }

  /**
   * What /zookeeper/config shows, beyond what txns say: the configuration with which the server
   * starts, or which its leader has. Only while nobody is served.
   */
  showConfig(data: Uint8Array, { zxid, time }: { zxid: Zxid; time: number }): void {
    const tree = this.#tree;
    const id = tree.findPath(CONFIG_PATH);
    if (id === NO_NODE) return;
    const isShown =
      tree.nodes.number(id, NumberField.mzxid) === zxid && isEqual(tree.dataOf(id), data);
    // Compat: the version of this node is always -1.
    if (!isShown) tree.setData(CONFIG_PATH, data, { version: -1, zxid, time });
  }

  /** What /zookeeper/config holds, and the zxid by which it came. */
  get shownConfig(): { readonly data: Uint8Array; readonly zxid: Zxid } | null {
    const tree = this.#tree;
    const id = tree.findPath(CONFIG_PATH);
    const data = id === NO_NODE ? null : tree.dataOf(id);
    return data === null ? null : { data, zxid: tree.nodes.number(id, NumberField.mzxid) };
  }

  /** Applies a txn; the tree's last processed zxid moves only after all of it. */
  apply(origin: TxnOrigin, txn: Txn): TxnResult {
    const result = this.#applyOne(origin, txn);
    this.#tree.lastProcessedZxid = Math.max(this.#tree.lastProcessedZxid, origin.zxid);
    if (origin.zxid % DIGEST_LOG_INTERVAL === 0) this.#logDigest(origin.zxid);
    return result;
  }

  #logDigest(zxid: Zxid): void {
    this.digestLog.push({ zxid, digest: this.#tree.digest.toBigInt() });
    if (this.digestLog.length > DIGEST_LOG_ENTRIES_MAX) this.digestLog.shift();
  }

  #applyOne(origin: TxnOrigin, txn: Txn): TxnResult {
    switch (txn.type) {
      case OpCode.create:
      case OpCode.create2: {
        const owner = txn.body.ephemeral ? origin.clientId : 0n;
        const parentCVersion = txn.body.parentCVersion ?? -1;
        return this.#create(origin, txn, { owner, parentCVersion });
      }
      case OpCode.createContainer: {
        const { parentCVersion } = txn.body;
        return this.#create(origin, txn, { owner: CONTAINER_OWNER, parentCVersion });
      }
      case OpCode.createTtl: {
        const owner = ttlOwner(txn.body.ttl, this.#options);
        return this.#create(origin, txn, { owner, parentCVersion: txn.body.parentCVersion });
      }
      case OpCode.delete:
      case OpCode.deleteContainer:
        return outcome(txn.type, this.#delete(txn.body.path ?? '', origin.zxid));
      case OpCode.setData:
      case OpCode.reconfig:
        return this.#setData(origin, txn);
      case OpCode.setAcl: {
        const path = txn.body.path ?? '';
        const err = this.#tree.setAcl(path, txn.body.acl ?? [], txn.body.version);
        return outcome(txn.type, err, path, this.#nodeAfter(path, err));
      }
      case OpCode.check:
        return outcome(txn.type, ErrorCode.Ok);
      case OpCode.createSession:
        this.sessionsWithTimeouts.set(origin.clientId, txn.body.timeOut);
        if (origin.clientId > this.highestSessionId) this.highestSessionId = origin.clientId;
        return outcome(txn.type, ErrorCode.Ok);
      case OpCode.closeSession:
        this.#closeSession(origin, txn.body.paths2Delete ?? []);
        return outcome(txn.type, ErrorCode.Ok);
      case OpCode.multi:
        return this.#multi(origin, txn);
      case OpCode.error:
        return outcome(txn.type, txn.body.err);
    }
  }

  #nodeAfter(path: string, err: number): NodeId {
    return err === ErrorCode.Ok ? this.#tree.findPath(path) : NO_NODE;
  }

  #create(
    origin: TxnOrigin,
    { type, body, contentCrc }: CreatingTxn,
    { owner, parentCVersion }: { owner: SessionId; parentCVersion: number },
  ): TxnResult {
    const path = body.path ?? '';
    const id = this.#tree.create({
      path,
      data: body.data,
      acl: body.acl ?? [],
      owner,
      parentCVersion,
      zxid: origin.zxid,
      time: origin.time,
      contentCrc,
    });
    if (id <= 0) return outcome(type, id === 0 ? ErrorCode.NoNode : ErrorCode.NodeExists, path);
    if (this.#watches?.watchCount) {
      const node = this.#tree.aclIdOf(id);
      this.#watches.onCreated(path, origin.zxid, { node, parent: this.#parentAcl(path) });
    }
    return outcome(type, ErrorCode.Ok, path, id);
  }

  #parentAcl(path: string): number {
    const parent = this.#tree.findPath(parentPath(path));
    return parent === NO_NODE ? OPEN_ACL_ID : this.#tree.aclIdOf(parent);
  }

  #delete(path: string, zxid: Zxid): number {
    const tree = this.#tree;
    if (!this.#watches?.watchCount) return tree.delete(path, zxid);
    const id = tree.findPath(path);
    if (id === NO_NODE) return tree.delete(path, zxid);
    // The node's ACL decides who may learn of its end, so its list must outlive it.
    const node = tree.aclIdOf(id);
    const list = tree.acls.list(node);
    const held = node === OPEN_ACL_ID ? node : tree.acls.add(list);
    const err = tree.delete(path, zxid);
    this.#watches.onDeleted(path, zxid, { node: held, parent: this.#parentAcl(path) });
    tree.acls.release(held);
    return err;
  }

  #setData(origin: TxnOrigin, { type, body, contentCrc }: SettingTxn): TxnResult {
    const path = body.path ?? '';
    const id = this.#tree.setData(path, body.data, {
      version: body.version,
      zxid: origin.zxid,
      time: origin.time,
      contentCrc,
    });
    if (id === NO_NODE) return outcome(type, ErrorCode.NoNode, path);
    if (this.#watches?.watchCount) {
      this.#watches.onDataChanged(path, origin.zxid, this.#tree.aclIdOf(id));
    }
    return outcome(type, ErrorCode.Ok, path, id);
  }

  /** The txn's paths in their order, then whatever else the session still owns here. */
  #closeSession({ clientId, zxid }: TxnOrigin, paths: readonly (string | null)[]): void {
    this.sessionsWithTimeouts.delete(clientId);
    for (const path of paths) this.#deleteEphemeral(path ?? '', clientId, zxid);
    for (const path of this.#tree.ephemeralsOf(clientId)) {
      this.#deleteEphemeral(path, clientId, zxid);
    }
  }

  #deleteEphemeral(path: string, owner: SessionId, zxid: Zxid): void {
    const err = this.#delete(path, zxid);
    this.audit?.onEphemeralDeleted(owner, path, err === ErrorCode.Ok);
  }

  #multi(origin: TxnOrigin, { body, answerTypes }: Extract<Txn, { body: MultiTxn }>): TxnResult {
    const parts = (body.txns ?? []).map(({ type, data }) =>
      readTxn(type, new BinaryReader(data ?? new Uint8Array(0))),
    );
    const failed = parts.findIndex((part) => part.type === OpCode.error);
    const results = parts.map((part, at): TxnResult => {
      if (at < failed) return outcome(OpCode.error, ErrorCode.Ok);
      const result = this.#applyOne(origin, part);
      if (result.node === NO_NODE) return result;
      const type = answerTypes?.[at] ?? result.type;
      return { ...result, type, stat: this.#tree.stat(result.node) };
    });
    return { ...outcome(OpCode.multi, ErrorCode.Ok), results };
  }
}

function isEqual(one: Uint8Array | null, other: Uint8Array): boolean {
  return one?.length === other.length && one.every((byte, at) => byte === other[at]);
}

function outcome(
  type: number,
  err: number,
  path: string | null = null,
  node: NodeId = NO_NODE,
): TxnResult {
  return { type, err, path, node, stat: null, results: null };
}
