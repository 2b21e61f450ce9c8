import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memberOptions } from '../../../src/server/quorum/create-peer.ts';
import { requestOptions } from '../../../src/server/standalone-options.ts';
import { readConfig } from '../toggled-server.ts';

const LINES = `dataDir=/tmp/none
clientPort=1
localSessionsEnabled=true
localSessionsUpgradingEnabled=true
enableEagerACLCheck=true
`;

test('member: options of an ensemble → known to its members, not to a server alone', () => {
  const config = readConfig(LINES);
  const { localSessionsEnabled, localSessionsUpgradingEnabled, enableEagerAclCheck, serverId } =
    memberOptions(config, 7);
  assert.deepEqual(
    [localSessionsEnabled, localSessionsUpgradingEnabled, enableEagerAclCheck, serverId],
    [true, true, true, 7],
  );
  const alone = requestOptions(config, 1);
  assert.equal('localSessionsEnabled' in alone || 'enableEagerAclCheck' in alone, false);
});
