import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthProviders } from '../../../src/server/auth/auth-providers.ts';
import { readServerConfig } from '../../../src/server/config/read-server-config.ts';

function providersOf(...lines: string[]): { schemes: string[]; warnings: string[] } {
  const text = ['dataDir=/tmp/d', 'clientPort=2181', ...lines].join('\n');
  const { config } = readServerConfig({
    args: ['zoo.cfg'],
    env: {},
    readFile: (path) => {
      if (!path.endsWith('zoo.cfg')) throw Object.assign(new Error(path), { code: 'ENOENT' });
      return Buffer.from(text);
    },
  });
  const warnings: string[] = [];
  const providers = createAuthProviders(config, (message) => warnings.push(message));
  return { schemes: providers.map(({ scheme }) => scheme), warnings };
}

test('auth: nothing configured → ip and digest', () => {
  assert.deepEqual(providersOf(), { schemes: ['ip', 'digest'], warnings: [] });
});

test('auth: digest switched off → ip alone', () => {
  const { schemes } = providersOf('DigestAuthenticationProvider.enabled=false');
  assert.deepEqual(schemes, ['ip']);
});

test('auth: an ensemble by class or by names → its scheme, once', () => {
  const byClass = 'authProvider.1=org.apache.zookeeper.server.auth.EnsembleAuthenticationProvider';
  assert.deepEqual(providersOf(byClass).schemes, ['ip', 'digest', 'ensemble']);
  assert.deepEqual(providersOf('ensembleAuthName=a').schemes, ['ip', 'digest', 'ensemble']);
  const both = providersOf(byClass, 'ensembleAuthName=a');
  assert.deepEqual(both.schemes, ['ip', 'digest', 'ensemble']);
});

test('auth: sasl by its class → its scheme', () => {
  const { schemes } = providersOf(
    'authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
  );
  assert.deepEqual(schemes, ['ip', 'digest', 'sasl']);
});

test('auth: a class that is not known → a warning that names key, class and reason', () => {
  const { schemes, warnings } = providersOf(
    'authProvider.mine=com.example.MyProvider',
    'authProvider.key=org.apache.zookeeper.server.auth.KeyAuthenticationProvider',
    'authProvider.odd=org.apache.zookeeper.server.auth.constructor',
  );
  assert.deepEqual(schemes, ['ip', 'digest']);
  assert.deepEqual(warnings, [
    'authProvider.mine=com.example.MyProvider has no effect: no such class is known; a Java class cannot be loaded here.',
    'authProvider.key=org.apache.zookeeper.server.auth.KeyAuthenticationProvider has no effect: this scheme is not supported yet.',
    'authProvider.odd=org.apache.zookeeper.server.auth.constructor has no effect: no such class is known; a Java class cannot be loaded here.',
  ]);
});
