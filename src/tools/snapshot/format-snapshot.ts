/**
 * What is in a snapshot, as ZooKeeper's SnapshotFormatter prints it. Siblings are in the order of
 * their names; Java gives them in the order of a hash table.
 */
import type { DataTree } from '../../core/tree/data-tree.ts';
import { formatDate, formatHex } from '../../server/four-letter-words/java-format.ts';
import { formatPaddedHex } from '../java-text.ts';
import { TextOutput } from '../text-output.ts';
import type { LoadedSnapshot } from './load-snapshot.ts';
import { type VisitedNode, walkTree } from './walk-tree.ts';

export async function printDetails(
  { database, zxid }: LoadedSnapshot,
  { hasData }: { readonly hasData: boolean },
): Promise<void> {
  const { tree } = database;
  const output = new TextOutput();
  let lastZxid = zxid;
  output.line(`ZNode Details (count=${tree.nodeCount}):`);
  for (const node of walkTree(tree, tree.root)) {
    output.write(describeNode(tree, node, hasData));
    const { mzxid, pzxid } = tree.persistedStat(node.id);
    lastZxid = Math.max(lastZxid, mzxid, pzxid);
    if (output.isFull) await output.drain();
  }
  output.line('----');
  output.line('Session Details (sid, timeout, ephemeralCount):');
  for (const [id, timeoutMs] of database.sessionsWithTimeouts) {
    const { length } = tree.ephemeralsOf(id);
    output.line(`${formatPaddedHex(id)}, ${timeoutMs}, ${length}`);
  }
  output.line(`----\nLast zxid: 0x${formatHex(lastZxid)}`);
  await output.drain();
}

function describeNode(tree: DataTree, { id, path }: VisitedNode, hasData: boolean): string {
  const stat = tree.persistedStat(id);
  const data = tree.dataOf(id) ?? new Uint8Array(0);
  const content = hasData
    ? `  data = ${Buffer.from(data).toString('base64')}`
    : `  dataLength = ${data.length}`;
  return `----
${path}
  cZxid = ${formatPaddedHex(stat.czxid)}
  ctime = ${formatDate(stat.ctime)}
  mZxid = ${formatPaddedHex(stat.mzxid)}
  mtime = ${formatDate(stat.mtime)}
  pZxid = ${formatPaddedHex(stat.pzxid)}
  cversion = ${stat.cversion}
  dataVersion = ${stat.version}
  aclVersion = ${stat.aversion}
  ephemeralOwner = ${formatPaddedHex(stat.ephemeralOwner)}
${content}
`;
}

/** The sizes, in the format of the disk usage viewer ncdu: https://dev.yorhel.nl/ncdu/jsonfmt */
export async function printJson({ database: { tree } }: LoadedSnapshot): Promise<void> {
  const output = new TextOutput();
  const about = { progname: 'SnapshotFormatter.java', progver: '0.01', timestamp: Date.now() };
  output.write(`[1,0,${JSON.stringify(about)}`);
  /** So that each node counts as a file of its own. */
  let inode = 1000;
  let openLists = 0;
  for (const { id, path, depth } of walkTree(tree, tree.root)) {
    output.write(']'.repeat(openLists - depth));
    openLists = depth;
    const name = path === '/' ? path : path.slice(path.lastIndexOf('/') + 1);
    const size = tree.dataLengthOf(id);
    const figures = { name, asize: size, dsize: size, dev: 0, ino: ++inode };
    const hasChildren = tree.childCountOf(id) > 0;
    output.write(`,${hasChildren ? '[' : ''}${JSON.stringify(figures)}`);
    if (hasChildren) openLists++;
    if (output.isFull) await output.drain();
  }
  output.write(`${']'.repeat(openLists)}]`);
  await output.drain();
}
