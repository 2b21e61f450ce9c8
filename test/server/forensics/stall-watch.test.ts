import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stall } from '../../../src/core/requests/stats/stalls.ts';
import { causeOfStall, StallWatch } from '../../../src/server/forensics/stall-watch.ts';

test('stall watch: a blocked loop → seen by a look at once, and its cause a moment later', async (t) => {
  const seen: Stall[] = [];
  // Its timer lets a process end.
  const alive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(alive));
  const settled = new Promise<Stall>((resolve) => {
    const watch = new StallWatch({ onStall: (stall) => seen.push(stall), onSettled: resolve });
    t.after(() => watch.close());
    watch.look();
    assert.deepEqual(seen, []);
    const end = performance.now() + 400;
    while (performance.now() < end);
    watch.look();
  });
  assert.equal(seen.length, 1);
  assert.equal(seen[0]?.cause, 'unknown');
  const stall = await settled;
  assert.equal(stall, seen[0]);
  assert.notEqual(stall.cause, 'unknown');
  assert.ok(stall.durationMs >= 300, String(stall.durationMs));
});

test('stall watch: where the time went → the cause', () => {
  assert.equal(causeOfStall({ durationMs: 100, collectedMs: 50, busyMs: 100 }), 'collection');
  assert.equal(causeOfStall({ durationMs: 100, collectedMs: 49, busyMs: 60 }), 'work');
  assert.equal(causeOfStall({ durationMs: 100, collectedMs: 0, busyMs: 49 }), 'halted');
});
