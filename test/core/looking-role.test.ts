import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LookingRole } from '../../src/core/looking-role.ts';
import { QuorumLink } from '../../src/core/zab/quorum-link.ts';

function link(id: number): QuorumLink {
  const remote = { address: '10.0.0.1', port: id };
  return new QuorumLink({ onDirty() {} }, { id, remote, packetBytesMax: 1000 });
}

test('looking-role: a learner is early → its link waits, unread, for who will lead', () => {
  const role = new LookingRole();
  const early = link(1);
  role.onLinkAccepted(early);
  assert.ok(early.isPaused);
  role.receive(early, Uint8Array.from([1, 2, 3]));
  assert.deepEqual(role.takeWaiting(), [early]);
  early.resume();
  assert.ok(early.takeBacklog());
});

test('looking-role: a waiting link is gone → it is not handed on', () => {
  const role = new LookingRole();
  const early = link(1);
  role.onLinkAccepted(early);
  role.onLinkDown(early);
  assert.deepEqual(role.takeWaiting(), []);
});

test('looking-role: more links than an ensemble has members → the oldest gives way', () => {
  const role = new LookingRole();
  const links = Array.from({ length: 66 }, (_, id) => link(id));
  for (const each of links) role.onLinkAccepted(each);
  assert.deepEqual(
    links.filter(({ isClosing }) => isClosing).map(({ id }) => id),
    [0, 1],
  );
  assert.deepEqual(role.takeWaiting(), links.slice(2));
});

test('looking-role: the role ends otherwise → waiting links are closed', () => {
  const role = new LookingRole();
  const early = link(1);
  role.onLinkAccepted(early);
  role.end('the server is stopping');
  assert.equal(early.closeReason, 'the server is stopping');
});

test('looking-role: a session is to be expired → nobody may, before there is a leader', () => {
  assert.equal(new LookingRole().expireSession(), false);
});
