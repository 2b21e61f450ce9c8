import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { encodeAsk } from '../../../src/sim/clients/client-request.ts';
import { Workload } from '../../../src/sim/clients/workload.ts';

test('workload: many requests → every kind comes, each can be encoded', () => {
  const workload = new Workload(new Prng(1));
  const kinds = new Set<string>();
  for (let i = 1; i <= 3000; i++) {
    const ask = workload.next();
    kinds.add(ask.kind);
    assert.ok(encodeAsk(i, ask).length >= 12);
  }
  const missing = ['create', 'delete', 'setData', 'setAcl', 'multi', 'exists', 'getData']
    .concat(
      ['getChildren', 'getChildren2', 'getAcl', 'sync', 'getAllChildrenNumber', 'getEphemerals'],
      ['multiRead', 'whoAmI', 'ping', 'auth', 'addWatch', 'checkWatches', 'removeWatches'],
    )
    .filter((kind) => !kinds.has(kind));
  assert.deepEqual(missing, []);
});
