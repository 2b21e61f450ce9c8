import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RequestQueue } from '../../../src/client/machine/request-queue.ts';

test('request queue: any sequence of pushes and shifts → as an array', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2000 }), (pushes) => {
      const queue = new RequestQueue<{ n: number }>();
      const model: { n: number }[] = [];
      pushes.forEach((isPush, n) => {
        if (isPush) {
          queue.push({ n });
          model.push({ n });
        } else {
          assert.deepEqual(queue.shift(), model.shift());
        }
        assert.equal(queue.size, model.length);
        assert.deepEqual(queue.first, model[0]);
      });
      assert.deepEqual(queue.takeAll(), model);
      assert.equal(queue.size, 0);
    }),
  );
});

test('request queue: longer than its ring → grows, in order', () => {
  const queue = new RequestQueue<number>();
  for (let i = 1; i <= 40; i++) queue.push(i);
  for (let i = 1; i <= 30; i++) queue.shift();
  for (let i = 41; i <= 300; i++) queue.push(i);
  assert.deepEqual(
    queue.takeAll(),
    Array.from({ length: 270 }, (_, i) => i + 31),
  );
});
