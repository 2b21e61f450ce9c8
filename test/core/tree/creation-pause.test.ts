// Growing to half a million nodes has no moment at which something large is rebuilt: a Map of as many
// paths stalls for hundreds of milliseconds when it grows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import { treeOptions } from './tree-checks.ts';
import { openAcl } from './tree-model.ts';

const NODES = 500_000;
const SLICE = 100;
/** Far below what a rebuild costs, far above what a busy machine adds to a slice. */
const WORST_CPU_MS = 100;

test('tree: half a million creates → no hundred of them takes long', (t) => {
  const tree = DataTree.fresh(treeOptions);
  const tops = Array.from({ length: 1000 }, (_, i) => `/top-${i}`);
  const data = new Uint8Array(10);
  const start = { data, acl: openAcl, owner: 0n, parentCVersion: -1, zxid: 1, time: 1 };
  for (const path of tops) tree.create({ ...start, path });
  let worstMs = 0;
  for (let made = 0; made < NODES; made += SLICE) {
    const before = process.cpuUsage();
    for (let i = made; i < made + SLICE; i++) {
      tree.create({ ...start, path: `${tops[i % tops.length]}/node-${i}` });
    }
    const { user, system } = process.cpuUsage(before);
    worstMs = Math.max(worstMs, (user + system) / 1000);
  }
  assert.equal(tree.nodeCount, NODES + tops.length + 5);
  t.diagnostic(`worst 100 creates: ${worstMs.toFixed(1)} ms of processor time`);
  assert.ok(worstMs < WORST_CPU_MS, `${worstMs} ms`);
});
