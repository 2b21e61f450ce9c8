import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerConfig } from '../../src/server/config/read-server-config.ts';
import { ConnectionGuard } from '../../src/server/connection-guard.ts';

function guardOf(flags: string, lines = ''): ConnectionGuard {
  const { config } = readServerConfig({
    args: ['zoo.cfg'],
    env: { SERVER_JVMFLAGS: flags },
    readFile(path) {
      if (path === 'zoo.cfg') return Buffer.from(`dataDir=/nowhere\nclientPort=1\n${lines}`);
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    },
  });
  return new ConnectionGuard(config);
}

test('guard: maxClientCnxns → counted by address, and given back', () => {
  const guard = guardOf('', 'maxClientCnxns=2\n');
  assert.equal(guard.admit('10.0.0.1'), null);
  assert.equal(guard.admit('10.0.0.1'), null);
  assert.match(guard.admit('10.0.0.1') ?? '', /10\.0\.0\.1|connections/);
  assert.equal(guard.admit('10.0.0.2'), null);
  guard.leave('10.0.0.1');
  assert.equal(guard.admit('10.0.0.1'), null);
});

test('guard: without a throttle → every session is admitted, and the drop probability is 0', () => {
  const guard = guardOf('');
  for (let i = 0; i < 1000; i++) assert.equal(guard.admitSession('global'), true);
  assert.equal(guard.connectionDropProbability, 0);
});

test('guard: a throttle of few tokens that come slowly → the rest are not admitted', () => {
  const guard = guardOf(
    '-Dzookeeper.connection_throttle_tokens=3 -Dzookeeper.connection_throttle_fill_time=1000000',
  );
  const admitted = Array.from({ length: 10 }, () => guard.admitSession('global'));
  assert.deepEqual(admitted, [true, true, true, ...Array.from({ length: 7 }, () => false)]);
});

test('guard: nobody has been here long → nobody is without a session for too long', () => {
  const guard = guardOf('');
  assert.deepEqual(guard.takeSessionless(), []);
  assert.equal(guard.sessionlessConnectionsExpired, 0);
});
