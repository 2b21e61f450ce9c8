import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientContext } from '../../../src/client/calls/client-context.ts';
import { Chroot } from '../../../src/client/chroot.ts';
import { isZooKeeperError, retryNever } from '../../../src/client/index.ts';
import { getData } from '../../../src/client/machine/operations.ts';
import { openClient } from '../../../src/client/session/open-client.ts';
import type { SessionShell } from '../../../src/client/session/session-shell.ts';
import { fakeNetwork } from '../session/fake-dial.ts';

const facts = { operation: getData, args: { path: '/a', watch: false }, watch: null, path: '/a' };

test('client context: no options and no defaults → straight to the session', async () => {
  const calls: unknown[] = [];
  const shell = {
    call(each: unknown) {
      calls.push(each);
      return Promise.resolve('reply');
    },
  };
  const defaults = {
    ...{ retry: retryNever, isRetrying: false, requestTimeoutMs: undefined, isRenewing: false },
    ...{ random: () => 0, nowMs: () => 0 },
  };
  const context = new ClientContext(shell as unknown as SessionShell, new Chroot(''), defaults);
  assert.equal(await context.run(facts, undefined, true), 'reply');
  assert.deepEqual(calls, [facts]);
});

test('client context: a default time limit → holds for calls without options', async () => {
  const { dial } = fakeNetwork();
  const context = openClient('a:1', { requestTimeoutMs: 5, deps: { dial } });
  await assert.rejects(context.run(facts, undefined, true), (error) => {
    assert.ok(isZooKeeperError(error, 'RequestTimeout'));
    assert.equal(error.outcome, 'notSent');
    return true;
  });
  await context.shell.close();
});
