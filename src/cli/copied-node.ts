/**
 * A node as it is carried elsewhere: into another place, another ensemble or a file. Servers show no
 * client which nodes are containers or have a TTL: their copies are persistent.
 */
import { type Acl, isZooKeeperError, type ZooKeeper } from '../client/index.ts';
import { aclText } from './acl-text.ts';
import type { Call } from './command.ts';
import { CommandLineError } from './command-line-error.ts';
import { nodesBelow } from './nodes-below.ts';

export interface CopiedNode {
  readonly path: string;
  /** Null: no data at all. */
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
}

/** Parents first; `isDeep`: with all below. Ephemerals are left out, with a remark. */
export async function* copiedNodes(
  call: Pick<Call, 'zk' | 'signal' | 'complain'>,
  top: string,
  isDeep: boolean,
): AsyncGenerator<CopiedNode> {
  for await (const { path, data, stat, isNull, acl } of nodesBelow(call, top, {
    isCopy: true,
    isDeep,
  })) {
    if (stat.ephemeralOwner !== 0n) {
      call.complain(`${path} is ephemeral: left out`);
      continue;
    }
    checkUnmasked(acl, path);
    yield { path, data: isNull === true ? null : data, acl };
  }
}

/** Who does not administer a node is shown `x` for each digest: with that, nobody would get in. */
function checkUnmasked(acl: readonly Acl[], path: string): void {
  const masked = acl.find(({ scheme, id }) => scheme === 'digest' && id.endsWith(':x'));
  if (masked === undefined) return;
  throw new CommandLineError(
    `The ACL of ${path} cannot be copied: the server hides the digest of ` +
      `${masked.id.slice(0, -2)}. addauth as somebody with permission a (admin) on it`,
  );
}

export async function createCopy(zk: ZooKeeper, { path, data, acl }: CopiedNode): Promise<void> {
  await zk.create(path, data, { acl });
}

export type Written = 'created' | 'changed' | 'same';

/** Makes the node there the same, whatever it is now. */
export async function writeCopy(zk: ZooKeeper, node: CopiedNode): Promise<Written> {
  try {
    await createCopy(zk, node);
    return 'created';
  } catch (error) {
    if (!isZooKeeperError(error, 'NodeExists')) throw error;
  }
  const [{ data }, { acl }] = await Promise.all([zk.getData(node.path), zk.getAcl(node.path)]);
  const wanted = node.data ?? new Uint8Array(0);
  const isSameData = Buffer.compare(data, wanted) === 0;
  const isSameAcl = entriesOf(acl) === entriesOf(node.acl);
  if (!isSameData) await zk.setData(node.path, wanted);
  if (!isSameAcl) await zk.setAcl(node.path, node.acl);
  return isSameData && isSameAcl ? 'same' : 'changed';
}

/** The order of entries and of permissions in them means nothing. */
function entriesOf(acl: readonly Acl[]): string {
  return acl
    .map((entry) => aclText([entry]))
    .sort()
    .join();
}

/** The path below another top. */
export function movedPath(path: string, from: string, to: string): string {
  const rest = from === '/' ? path : path.slice(from.length);
  if (rest === '' || rest === '/') return to;
  return to === '/' ? rest : to + rest;
}
