import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnsembleAddresses } from '../../../src/server/quorum/ensemble-addresses.ts';
import { ensembleOf } from '../../core/zab/members/ensemble-of.ts';

test('ensemble-addresses: a server is about to join → known before it counts, gone when removed', () => {
  const addresses = new EnsembleAddresses(ensembleOf([1, 2]));
  assert.deepEqual(addresses.quorumOf(2), [{ host: '10.0.0.2', port: 2888 }]);
  assert.deepEqual(addresses.electionOf(3), []);
  assert.deepEqual(addresses.observerMasterOf(2, 2191), [{ host: '10.0.0.2', port: 2191 }]);
  addresses.see(ensembleOf([1, 3], [], 7));
  assert.deepEqual(addresses.electionOf(3), [{ host: '10.0.0.3', port: 3888 }]);
  assert.equal(addresses.electionOf(2).length, 1);
  addresses.activate(ensembleOf([1, 3], [], 7));
  assert.deepEqual(addresses.electionOf(2), []);
  addresses.activate(ensembleOf([1], [], 9));
  assert.equal(addresses.lastSeen.version, 9);
});
