import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTAINER_OWNER, ttlOwner } from '../../../src/core/tree/ephemeral-type.ts';
import { NodeOwners, ownerHalves } from '../../../src/core/tree/node-owners.ts';
import { NodeStore } from '../../../src/core/tree/node-store.ts';

const options = { extendedTypesEnabled: true, emulate353TtlNodes: false };

function owners(): { nodes: NodeStore; owners: NodeOwners } {
  const nodes = new NodeStore();
  return { nodes, owners: new NodeOwners(nodes, options) };
}

test('node owners: an owner of any sign → read back from the row', () => {
  const { nodes, owners: all } = owners();
  for (const owner of [1n, -1n, 2n ** 63n - 1n, -(2n ** 62n), 0x0100abcd00000001n]) {
    const id = nodes.allocate();
    all.set(id, owner);
    assert.equal(all.ownerOf(id), owner);
    const { ownerHigh, ownerLow } = ownerHalves(owner);
    assert.equal((BigInt(ownerHigh) << 32n) | BigInt(ownerLow >>> 0), owner);
  }
});

test('node owners: each kind → found where it belongs, and nowhere when forgotten', () => {
  const { nodes, owners: all } = owners();
  const [ephemeral, other, container, ttl] = [1, 2, 3, 4].map(() => nodes.allocate());
  assert.ok(ephemeral && other && container && ttl);
  all.set(ephemeral, 7n);
  all.set(other, 7n);
  all.set(container, CONTAINER_OWNER);
  all.set(ttl, ttlOwner(5000, options));
  assert.deepEqual(all.ephemeralsOf(7n), [ephemeral, other]);
  assert.deepEqual(all.sessions(), [7n]);
  assert.equal(all.ephemeralCount, 2);
  assert.deepEqual([...all.containers], [container]);
  assert.deepEqual([...all.ttlNodes], [ttl]);
  for (const id of [ephemeral, other, container, ttl]) all.forget(id);
  assert.deepEqual(all.sessions(), []);
  assert.equal(all.containers.size + all.ttlNodes.size + all.ephemeralCount, 0);
});

test('node owners: without extended types → a TTL mark is a session', () => {
  const all = new NodeOwners(new NodeStore(), { ...options, extendedTypesEnabled: false });
  assert.equal(all.isSession(ttlOwner(5000, options)), true);
  assert.equal(all.isSession(CONTAINER_OWNER), false);
  assert.equal(all.isSession(0n), false);
});
