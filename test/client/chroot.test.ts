import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chroot } from '../../src/client/chroot.ts';

test('chroot: none → paths as they are', () => {
  const chroot = new Chroot('');
  assert.equal(chroot.toServer('/a'), '/a');
  assert.equal(chroot.toClient('/a'), '/a');
});

test('chroot: a path → in front of each, the root is the chroot itself, and back', () => {
  const chroot = new Chroot('/app/x');
  for (const [client, server] of [
    ['/', '/app/x'],
    ['/a', '/app/x/a'],
    ['/a/b', '/app/x/a/b'],
  ] as const) {
    assert.equal(chroot.toServer(client), server);
    assert.equal(chroot.toClient(server), client);
  }
});

test('chroot: a path outside → left as it is', () => {
  assert.equal(new Chroot('/app').toClient('/application'), '/application');
  assert.equal(new Chroot('/app').toClient('/zookeeper/config'), '/zookeeper/config');
});
