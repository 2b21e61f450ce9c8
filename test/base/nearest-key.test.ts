import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestKey } from '../../src/base/nearest-key.ts';

test('nearest key: a slip → found, another word → not', () => {
  const keys = ['tickTime', 'snapCount', 'initLimit', 'syncLimit'];
  assert.equal(nearestKey('ticktime', keys), 'tickTime');
  assert.equal(nearestKey('snpaCount', keys), 'snapCount');
  assert.equal(nearestKey('initLimits', keys), 'initLimit');
  assert.equal(nearestKey('banana', keys), undefined);
  assert.equal(nearestKey('cretae', ['create', 'delete']), 'create');
  assert.equal(nearestKey('GETACL', ['get', 'getAcl']), 'getAcl');
  assert.equal(nearestKey('bark', ['create', 'ls']), undefined);
});
