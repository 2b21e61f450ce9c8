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

/** How often each member found the digest of a txn amiss; 0 where it does not say. */
const countMismatches = async (members: readonly EnsembleMember[]): Promise<number[]> => {
  const metrics = await Promise.all(members.map((member) => member.metrics()));
  return metrics.map((each) => Number(each.get('zk_digest_mismatches_count') ?? 0));
};

/** Members that have only ever applied txns, one after another. */
export const assertNoMismatch = async (members: readonly EnsembleMember[]): Promise<void> => {
  const none = members.map(() => 0);
  assert.deepEqual(await countMismatches(members), none, 'digests that do not match');
};

/**
 * While nobody writes. Meanwhile the sessions of the readers are txns that every member applies:
 * none may find another digest than its own. Compat: a Java learner that got a SNAP under load may
 * count a mismatch at its end, when all is well.
 */
export const assertEqualTrees = async (members: readonly EnsembleMember[]): Promise<void> => {
  for (const { port } of members) await sync(port);
  const before = await countMismatches(members);
  let expected: NodeState[] | undefined;
  for (const member of members) {
    await sync(member.port);
    const tree = (await readTree(member.port)).map(withoutOwnStamp);
    expected ??= tree;
    assert.deepEqual(tree, expected, `${member.describe()} holds another tree than server.1`);
  }
  for (const { port } of members) await sync(port);
  assert.deepEqual(await countMismatches(members), before, 'digests that do not match');
};
