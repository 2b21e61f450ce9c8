// The index of paths through many splits, removals and collisions, against a Map.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { BlobArena } from '../../../src/core/tree/blob-arena.ts';
import { IntField, NO_NODE, type NodeId, NodeStore } from '../../../src/core/tree/node-store.ts';
import { hashBytes, hashChild, PathIndex, ROOT_HASH } from '../../../src/core/tree/path-index.ts';

class Paths {
  readonly nodes = new NodeStore();
  readonly blobs = new BlobArena();
  readonly root: NodeId = this.nodes.allocate();
  readonly index = new PathIndex(this.nodes, this.blobs, this.root);

  constructor() {
    this.nodes.setInt(this.root, IntField.hash, ROOT_HASH);
  }

  add(parent: NodeId, name: string): NodeId {
    const id = this.nodes.allocate();
    const bytes = Buffer.from(name);
    this.nodes.setInt(id, IntField.parent, parent);
    this.nodes.setInt(id, IntField.nameAddress, this.blobs.put(bytes, 0, bytes.length));
    this.nodes.setInt(id, IntField.nameLength, bytes.length);
    const parentHash = this.nodes.int(parent, IntField.hash);
    this.nodes.setInt(id, IntField.hash, hashChild(parentHash, bytes, 0, bytes.length));
    this.index.insert(id);
    return id;
  }

  find(path: string): NodeId {
    const bytes = Buffer.from(`##${path}#`);
    return this.index.find(bytes, 2, bytes.length - 1);
  }

  findChild(parent: NodeId, name: string): NodeId {
    const bytes = Buffer.from(name);
    return this.index.findChild(parent, { bytes, start: 0, end: bytes.length });
  }
}

test('path index: the hash of a child from its parent’s → the hash of the whole path', () => {
  const path = Buffer.from('/ab/cd');
  const parent = hashBytes(ROOT_HASH, path, 0, 3);
  assert.equal(hashChild(parent, path, 4, 6), hashBytes(ROOT_HASH, path, 0, 6));
  assert.equal(hashChild(ROOT_HASH, path, 1, 3), parent);
});

test('path index: random insertions and removals through many splits → always what a Map has', () => {
  const paths = new Paths();
  const prng = new Prng(11);
  const known = new Map<string, NodeId>();
  const tops = Array.from({ length: 20 }, (_, i) => paths.add(paths.root, `t${i}`));
  const check = (path: string) => {
    const [, top = '', name = ''] = path.split('/');
    const expected = known.get(path) ?? NO_NODE;
    assert.equal(paths.find(path), expected, path);
    assert.equal(paths.findChild(tops[Number(top.slice(1))] ?? 0, name), expected, path);
  };
  for (let round = 0; round < 36_000; round++) {
    const top = prng.below(tops.length);
    const path = `/t${top}/${prng.below(3000)}`;
    const id = known.get(path);
    if (id === undefined) {
      known.set(path, paths.add(tops[top] ?? 0, path.split('/')[2] ?? ''));
    } else if (round > 24_000 || prng.chance(0.2)) {
      paths.index.remove(id);
      paths.nodes.free(id);
      known.delete(path);
    }
    check(`/t${prng.below(tops.length)}/${prng.below(3000)}`);
  }
  for (const path of known.keys()) check(path);
  assert.ok(known.size > 5000);
  assert.equal(paths.index.size, known.size + tops.length);
  for (const id of known.values()) paths.index.remove(id);
  assert.equal(paths.index.size, tops.length);
  for (const path of known.keys()) assert.equal(paths.find(path), NO_NODE);
});

test('path index: two names with one hash → told apart', () => {
  const paths = new Paths();
  const byHash = new Map<number, string>();
  let pair: [string, string] | null = null;
  for (let i = 0; pair === null; i++) {
    const name = `n${i}`;
    const bytes = Buffer.from(name);
    const hash = hashChild(ROOT_HASH, bytes, 0, bytes.length);
    const other = byHash.get(hash);
    if (other !== undefined) pair = [other, name];
    byHash.set(hash, name);
  }
  const first = paths.add(paths.root, pair[0]);
  assert.equal(paths.find(`/${pair[1]}`), NO_NODE);
  const second = paths.add(paths.root, pair[1]);
  assert.deepEqual([paths.find(`/${pair[0]}`), paths.find(`/${pair[1]}`)], [first, second]);
  paths.index.remove(first);
  assert.deepEqual([paths.find(`/${pair[0]}`), paths.find(`/${pair[1]}`)], [NO_NODE, second]);
});

test('path index: texts that are nearly a path → not found', () => {
  const paths = new Paths();
  const a = paths.add(paths.root, 'a');
  const b = paths.add(a, 'b');
  assert.equal(paths.find('/a/b'), b);
  for (const path of ['a/b', '/a/b/', '//a/b', '/a//b', '/b', '/ab', '/a/b/c', '/x/b', 'xa/b']) {
    assert.equal(paths.find(path), NO_NODE, path);
  }
});
