import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voterOptions } from '../../src/core/voter-options.ts';
import { REQUEST_OPTIONS } from '../scenario/scenario-options.ts';
import { startedRig } from './peer-rig.ts';
import { ensembleOf } from './zab/members/ensemble-of.ts';

function shareOf(...voters: readonly number[]): number {
  const options = { ...REQUEST_OPTIONS, globalOutstandingLimit: 1000 };
  return voterOptions(options, ensembleOf(voters)).globalOutstandingLimit;
}

test('voter options: requests under way → the limit over one voter less, from three on', () => {
  assert.deepEqual(
    [shareOf(1), shareOf(1, 2), shareOf(1, 2, 3), shareOf(1, 2, 3, 4), shareOf(1, 2, 3, 4, 5)],
    [1000, 1000, 500, 333, 250],
  );
});

test('voter options: a client sends more than the share → it is held on a voter, not on an observer', () => {
  const rig = startedRig([1, 2, 3], [4], { globalOutstandingLimit: 4 });
  const follower = rig.leader === 1 ? 2 : 1;
  for (const [sid, isHeld] of [
    [rig.leader, true],
    [follower, true],
    [4, false],
  ] as const) {
    const client = rig.connect(sid);
    for (let i = 0; i < 4; i++) rig.send(client, { kind: 'delete', path: '/none', version: -1 });
    assert.equal(client.connection.isThrottled, isHeld, `server ${sid}`);
    rig.settle();
    assert.equal(client.connection.isThrottled, false, `server ${sid}`);
  }
});
