import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Changes } from '../../src/testing/changes.ts';

const wait = { what: 'it holds', describe: () => 'It does not.' };

test('changes: looked at once, then after each change and at no other time', async () => {
  const changes = new Changes();
  let value: string | undefined;
  let looks = 0;
  const found = changes.until(() => {
    looks++;
    return value;
  }, wait);
  changes.changed();
  value = 'now';
  assert.equal(looks, 2);
  changes.changed();
  assert.equal(await found, 'now');
  changes.changed();
  assert.equal(looks, 3);
  assert.equal(await changes.until(() => value, wait), 'now');
});

test('changes: too late → an error that says what was waited for and how things stand', async () => {
  const late = new Changes().until(() => undefined, { ...wait, timeoutMs: 1 });
  await assert.rejects(late, /it holds: not in 1 ms\. It does not\./);
});

test('changes: aborted before or while it waits → its reason', async () => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await assert.rejects(
    new Changes().until(() => 1, { ...wait, signal }),
    reason,
  );
  const controller = new AbortController();
  const waiting = new Changes().until(() => undefined, { ...wait, signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(waiting, reason);
});
