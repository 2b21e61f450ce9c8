import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchChunks } from '../../../src/client/machine/watch-chunks.ts';
import { WatchRegistry } from '../../../src/client/machine/watch-registry.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';

function withWatches(count: number, kind: 'data' | 'children' | 'persistent'): WatchRegistry {
  const registry = new WatchRegistry();
  for (let i = 0; i < count; i++) {
    registry.register({ kind, path: `/node-${i}`, listener: () => {} }, false);
  }
  return registry;
}

test('watch chunks: no watch → no frame', () => {
  assert.deepEqual(watchChunks(new WatchRegistry()), []);
});

test('watch chunks: one-shot watches only → SetWatches, which old servers know', () => {
  const [chunk, more] = watchChunks(withWatches(2, 'children'));
  assert.equal(more, undefined);
  assert.deepEqual(chunk, { opCode: OpCode.setWatches, paths: [[], [], ['/node-0', '/node-1']] });
});

test('watch chunks: a persistent watch → SetWatches2', () => {
  const [chunk] = watchChunks(withWatches(1, 'persistent'));
  assert.deepEqual(chunk, { opCode: OpCode.setWatches2, paths: [[], [], [], ['/node-0'], []] });
});

test('watch chunks: many watches → frames of bounded size, each path in one of them', () => {
  const registry = withWatches(5000, 'data');
  registry.register({ kind: 'persistent', path: '/p', listener: () => {} }, false);
  const chunks = watchChunks(registry, 10_000);
  assert.ok(chunks.length > 10);
  const all = chunks.flatMap(({ paths }) => paths.flat());
  assert.equal(all.length, 5001);
  assert.equal(new Set(all).size, 5001);
  for (const { paths } of chunks) {
    const bytes = paths.flat().reduce((sum, path) => sum + 4 + Buffer.byteLength(path), 0);
    assert.ok(bytes > 0 && bytes <= 10_000);
  }
});

test('watch chunks: one path longer than a frame → a frame of its own', () => {
  const registry = withWatches(1, 'data');
  const path = `/${'x'.repeat(1000)}`;
  registry.register({ kind: 'data', path, listener: () => {} }, false);
  assert.equal(watchChunks(registry, 100).length, 2);
});
