// All servers hold the same tree: every node with its data, its ACL and every field of its Stat.

import assert from 'node:assert/strict';
import { type NodeState, readTree } from '../disk-session.ts';
import { pathBody } from '../raw-body.ts';
import { Op, RawClient } from '../raw-client.ts';
import type { EnsembleMember } from './ensemble-member.ts';

/** Compat: each server stamps the time of its own start into this node's mtime. */
const CONFIG_NODE = '/zookeeper/config';
/** mtime in the hex of a Stat: after czxid, mzxid and ctime. */
const MTIME_START = 48;
const MTIME_END = 64;

const withoutOwnStamp = (node: NodeState): NodeState =>
  node.path === CONFIG_NODE
    ? { ...node, stat: node.stat.slice(0, MTIME_START) + node.stat.slice(MTIME_END) }
    : node;

/** After a sync a server shows all that was acknowledged anywhere before. */
const sync = async (port: number): Promise<void> => {
  const client = await RawClient.connect(port);
  await client.must(Op.sync, pathBody('/'));
  await client.close();
};

const noteDigests = async (member: EnsembleMember): Promise<void> => {
  const mismatches = (await member.metrics()).get('zk_digest_mismatches_count');
  if (mismatches === undefined) return;
  assert.equal(Number(mismatches), 0, `${member.describe()} saw a digest that is not its own`);
};

/** While nobody writes. Servers that compare digests with each txn must not have found one amiss. */
export const assertEqualTrees = async (members: readonly EnsembleMember[]): Promise<void> => {
  let expected: NodeState[] | undefined;
  for (const member of members) {
    await sync(member.port);
    const tree = (await readTree(member.port)).map(withoutOwnStamp);
    expected ??= tree;
    assert.deepEqual(tree, expected, `${member.describe()} holds another tree than server.1`);
    await noteDigests(member);
  }
};
