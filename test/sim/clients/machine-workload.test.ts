import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { MachineWorkload } from '../../../src/sim/clients/machine-workload.ts';

test('machine-workload: a while of it → all kinds of requests, each write with a mark of its own', () => {
  const workload = new MachineWorkload(new Prng(1), 100);
  const requests = [workload.first()];
  for (let i = 0; i < 300; i++) requests.push(workload.next());
  assert.equal(new Set(requests.map(({ kind }) => kind)).size, 6);
  const marks = requests.flatMap(({ mark }) => (mark === null ? [] : [mark]));
  assert.ok(marks.length > 50);
  assert.equal(new Set(marks).size, marks.length);
  assert.ok(requests.every(({ path }) => path.startsWith('/m')));
});
