/**
 * A znode of the model, as plain as possible: never changed, only replaced. The rules about Stat,
 * kinds and ACLs are written down here once more, independently of the server's.
 */
import { crc32 } from '../../base/crc32.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { AclList } from '../../protocol/records/acl.ts';
import type { Stat } from '../../protocol/records/stat.ts';

export interface ModelNode {
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: AclList;
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly owner: bigint;
  readonly children: ReadonlySet<string>;
}

export const CONTAINER = -(2n ** 63n);
export const TTL_MARK = 0xffn << 56n;
const OPEN: AclList = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];

export function isContainer(owner: bigint): boolean {
  return owner === CONTAINER;
}

/** With extended types: the top byte all ones. */
export function isTtl(owner: bigint): boolean {
  return BigInt.asUintN(64, owner) >> 56n === 0xffn;
}

export function ttlOf(owner: bigint): number {
  return Number(owner & (2n ** 40n - 1n));
}

export function isEphemeral(owner: bigint): boolean {
  return owner !== 0n && !isContainer(owner) && !isTtl(owner);
}

/** The nodes that a server without data begins with. */
export function firstNodes(): ModelNode[] {
  const readOnly: AclList = [{ perms: 1, id: { scheme: 'world', id: 'anyone' } }];
  return [
    firstNode('/', { children: new Set(['zookeeper']) }),
    firstNode('/zookeeper', { children: new Set(['quota', 'config']) }),
    firstNode('/zookeeper/quota', {}),
    firstNode('/zookeeper/config', { acl: readOnly, aversion: -1 }),
  ];
}

function firstNode(path: string, facts: Partial<ModelNode>): ModelNode {
  return {
    path,
    data: new Uint8Array(0),
    acl: OPEN,
    czxid: 0,
    mzxid: 0,
    pzxid: 0,
    ctime: 0,
    mtime: 0,
    version: 0,
    cversion: 0,
    aversion: 0,
    owner: 0n,
    children: new Set(),
    ...facts,
  };
}

export function shownStat(node: ModelNode): Stat {
  return {
    czxid: node.czxid,
    mzxid: node.mzxid,
    ctime: node.ctime,
    mtime: node.mtime,
    version: node.version,
    cversion: (node.cversion * 2 - node.children.size) | 0,
    aversion: node.aversion,
    ephemeralOwner: isEphemeral(node.owner) ? node.owner : 0n,
    dataLength: node.data?.length ?? 0,
    numChildren: node.children.size,
    pzxid: node.pzxid,
  };
}

const scratch = new BinaryWriter(4096);

/** The node's part of the tree's digest: a CRC-32 over path, data and figures. */
export function digestOf(node: ModelNode): bigint {
  if (node.path.startsWith('/zookeeper/')) return 0n;
  scratch.clear();
  const path = node.path === '/' ? '' : node.path;
  for (let i = 0; i < path.length; i++) scratch.byte(path.charCodeAt(i));
  if (node.data !== null) scratch.raw(node.data, 0, node.data.length);
  scratch.longFromNumber(node.czxid);
  scratch.longFromNumber(node.mzxid);
  scratch.longFromNumber(node.pzxid);
  scratch.longFromNumber(node.ctime);
  scratch.longFromNumber(node.mtime);
  scratch.int(node.version);
  scratch.int(node.cversion);
  scratch.int(node.aversion);
  scratch.long(node.owner);
  return BigInt(crc32(scratch.bytes, 0, scratch.at) >>> 0);
}

/** May somebody with these ids, each `scheme:id`, do any of `perms`? */
export function mayDo(acl: AclList, perms: number, ids: readonly string[]): boolean {
  if (acl.length === 0) return true;
  return acl.some(({ perms: given, id: { scheme, id } }) => {
    if ((given & perms) === 0) return false;
    return (scheme === 'world' && id === 'anyone') || ids.includes(`${scheme}:${id}`);
  });
}

/** The list as it will be stored, or null where it is not valid. */
export function fixedAcl(acl: AclList, ids: readonly string[]): AclList | null {
  if (acl.length === 0) return null;
  const fixed: { perms: number; id: { scheme: string | null; id: string | null } }[] = [];
  const seen = new Set<string>();
  for (const entry of acl) {
    const key = `${entry.perms}/${entry.id.scheme}/${entry.id.id}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (entry.id.scheme === 'auth') {
      const own = ids.filter((id) => id.startsWith('digest:'));
      if (own.length === 0) return null;
      for (const id of own) {
        fixed.push({ perms: entry.perms, id: { scheme: 'digest', id: id.slice(7) } });
      }
    } else if (entry.id.scheme === 'world' || entry.id.scheme === 'digest') {
      fixed.push(entry);
    } else if (entry.id.scheme === 'ip') {
      fixed.push(entry);
    } else {
      return null;
    }
  }
  return fixed;
}
