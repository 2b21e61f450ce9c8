import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimMachineRequest } from '../../../src/sim/clients/machine-request.ts';

function newRequest(kind: 'getData' | 'setData', isWatching = true): SimMachineRequest {
  return new SimMachineRequest({ index: 0, kind, path: '/m/u', args: {}, isWatching, mark: null });
}

test('machine-request: a read that watches → what its watch is told is kept', () => {
  const { watch, watching } = newRequest('getData');
  const event = { type: 'nodeDeleted', path: '/m/u', zxid: undefined } as const;
  watch?.listener(event);
  watch?.listener({ type: 'watchRemoved', path: '/m/u' });
  assert.deepEqual(watching?.events, [event]);
  assert.equal(watching?.removed, 1);
});

test('machine-request: a write, or a read that only looks → no watch', () => {
  assert.equal(newRequest('setData').watch, null);
  assert.equal(newRequest('getData', false).watch, null);
  assert.ok(newRequest('setData').isWrite);
  assert.ok(!newRequest('getData').isWrite);
});
