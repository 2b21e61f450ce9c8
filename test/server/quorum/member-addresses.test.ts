import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../../src/server/logging/logger.ts';
import { MemberAddresses } from '../../../src/server/quorum/member-addresses.ts';

/** Two members behind names; the test says what those resolve to. */
function members(names: Record<string, readonly string[]>) {
  const asked: string[] = [];
  const hosts = new Map([
    [1, ['one']],
    [2, ['two', 'two.backup']],
  ]);
  const addresses = new MemberAddresses({
    hosts: () => hosts,
    logger: silentLogger,
    resolve: async (host) => {
      asked.push(host);
      const found = names[host];
      if (found === undefined) throw new Error('ENOTFOUND');
      return found;
    },
  });
  return { addresses, asked, hosts };
}

const NAMES = { one: ['10.0.0.1', 'fd00::1'], two: ['10.0.0.2'], 'two.backup': ['10.0.0.1'] };

test('member-addresses: by what their names resolve to → members at an address', async () => {
  const { addresses } = members(NAMES);
  await addresses.resolve();
  assert.equal(addresses.isAt(1, 'fd00::1'), true);
  assert.equal(addresses.isAt(1, '10.0.0.2'), false);
  assert.deepEqual(addresses.membersAt('10.0.0.1'), [1, 2]);
  assert.deepEqual(addresses.membersAt('10.0.0.9'), []);
});

test('member-addresses: a server that is not configured → may be anywhere', async () => {
  const { addresses } = members(NAMES);
  await addresses.resolve();
  assert.equal(addresses.isAt(7, '10.0.0.9'), true);
});

test('member-addresses: a name cannot be resolved any more → what it was before counts', async () => {
  const names: Record<string, readonly string[]> = { ...NAMES };
  const { addresses } = members(names);
  await addresses.resolve();
  delete names['one'];
  await addresses.resolve();
  assert.equal(addresses.isAt(1, '10.0.0.1'), true);
});

test('member-addresses: somebody from elsewhere comes again and again → names are not asked each time', async () => {
  const { addresses, asked } = members(NAMES);
  await addresses.resolve();
  for (let i = 0; i < 100; i++) addresses.isAt(1, '10.9.9.9');
  assert.equal(asked.length, 3);
});

test('member-addresses: nothing is resolved yet → nobody is there, and names are asked', async () => {
  const { addresses, asked } = members(NAMES);
  assert.equal(addresses.isAt(1, '10.0.0.1'), false);
  assert.deepEqual(asked, ['one', 'two', 'two.backup']);
});
