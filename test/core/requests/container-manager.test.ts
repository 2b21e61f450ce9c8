import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { createAsk, startServer } from '../../scenario/asks.ts';
import type { ScenarioServer } from '../../scenario/scenario-server.ts';

const TTL = { type: OpCode.createTtl, flags: 5, ttl: 10 } as const;

function deletions(run: ScenarioServer): number {
  return run.trace.filter((line) => line.startsWith('log') && line.includes('DeleteTxn')).length;
}

test('containers: many at once → at most containerMaxPerMinute, spread evenly', () => {
  const run = startServer({ containerCheckIntervalMs: 1000, containerMaxPerMinute: 60 });
  for (let i = 0; i < 6; i++) run.call('a', createAsk(`/t${i}`, TTL));
  const gone: number[] = [];
  for (let step = 0; step < 16; step++) {
    run.tick(250);
    run.syncDisk();
    gone.push(deletions(run));
  }
  assert.deepEqual(gone, [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4]);
});

test('containers: the driver was away for long → the rate holds from then on, nothing is made up for', () => {
  const run = startServer({ containerCheckIntervalMs: 20_000, containerMaxPerMinute: 60 });
  for (let i = 0; i < 5; i++) run.call('a', createAsk(`/t${i}`, TTL));
  run.tick(100_000);
  run.syncDisk();
  assert.equal(deletions(run), 1);
  run.tick(999);
  assert.equal(deletions(run), 1);
  run.tick(1);
  assert.equal(deletions(run), 2);
});

test('containers: a candidate that gets a child before its turn → is judged again, and stays', () => {
  const run = startServer({ containerCheckIntervalMs: 20_000, containerMaxPerMinute: 60 });
  run.call('a', createAsk('/t0', TTL));
  run.call('a', createAsk('/t1', TTL));
  run.tick(20_000);
  run.syncDisk();
  const { tree } = run.server.database;
  const left = tree.findPath('/t0') > 0 ? '/t0' : '/t1';
  run.call('a', createAsk(`${left}/child`));
  run.tick(1000);
  run.syncDisk();
  assert.equal(deletions(run), 1);
  assert.ok(tree.findPath(left) > 0);
  assert.ok(run.trace.some((line) => line.startsWith('log') && line.includes('NotEmpty')));
});

test('containers: never used and containerMaxNeverUsedMs=0 → never', () => {
  const run = startServer({ containerCheckIntervalMs: 1000, containerMaxNeverUsedMs: 0 });
  run.call('a', createAsk('/c', { type: OpCode.createContainer, flags: 4 }));
  for (let i = 0; i < 30; i++) {
    run.send('a', { kind: 'ping' });
    run.tick(20_000);
  }
  run.syncDisk();
  assert.equal(deletions(run), 0);
});

test('containers: a TTL node with children → stays, whatever its age', () => {
  const run = startServer({ containerCheckIntervalMs: 1000 });
  run.call('a', createAsk('/t', TTL));
  run.call('a', createAsk('/t/child'));
  const { lastAppended } = run.server.storage;
  for (let i = 0; i < 5; i++) run.tick(1000);
  run.syncDisk();
  // Not even a request that would be refused.
  assert.equal(run.server.storage.lastAppended, lastAppended);
});
