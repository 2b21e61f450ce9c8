import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ServingCommand } from '../../../../src/server/admin/commands/command.ts';
import {
  initialConfiguration,
  lastSnapshot,
  systemProperties,
} from '../../../../src/server/admin/commands/configuration-commands.ts';
import type { ServerConfig } from '../../../../src/server/config/server-config.ts';
import type { ServingContext } from '../../../../src/server/four-letter-words/word-context.ts';
import { temporaryDirectory } from '../../embedded-server.ts';
import { readConfig } from '../../toggled-server.ts';

const LINES = `# the password is not here
dataDir=x
clientPort=1
ssl.keyStore.password = geheim
ssl.keyStore.passwordPath=/etc/password
DigestAuthenticationProvider.superDigest:super:geheim
`;

const answer = (command: ServingCommand, config: ServerConfig) =>
  command.answer({ config } as ServingContext, new Map());

function configFileOf(t: TestContext, text: string): ServerConfig {
  const configFile = join(temporaryDirectory(t), 'zoo.cfg');
  writeFileSync(configFile, text);
  return { ...readConfig(LINES), configFile };
}

test('configuration commands: the file → as it is, but for its secrets', (t) => {
  const config = configFileOf(t, LINES);
  const { initial_configuration: text } = answer(initialConfiguration(config), config);
  assert.equal(text, LINES.replace('= geheim', '= (hidden)').replace(':super:geheim', ':(hidden)'));
});

test('configuration commands: the file changes later → as it was at the start', (t) => {
  const config = configFileOf(t, 'dataDir=x\n');
  const command = initialConfiguration(config);
  writeFileSync(config.configFile ?? '', 'dataDir=y\n');
  assert.deepEqual(answer(command, config), { initial_configuration: 'dataDir=x\n' });
});

test('configuration commands: no file, or a member of an ensemble → null', (t) => {
  const config = configFileOf(t, LINES);
  for (const other of [
    { ...config, configFile: null },
    { ...config, isDistributed: true },
    { ...config, configFile: '/nosuch' },
  ]) {
    assert.deepEqual(answer(initialConfiguration(other), other), { initial_configuration: null });
  }
});

test('configuration commands: system properties → sorted, secrets hidden', () => {
  const config = readConfig(LINES);
  const shown = systemProperties.answer({ config } as ServingContext, new Map());
  assert.equal(shown['zookeeper.ssl.keyStore.password'], '(hidden)');
  assert.equal(shown['zookeeper.ssl.keyStore.passwordPath'], '/etc/password');
  assert.equal(shown['zookeeper.DigestAuthenticationProvider.superDigest'], '(hidden)');
  assert.doesNotMatch(JSON.stringify(shown), /geheim/);
  const names = Object.keys(shown);
  assert.deepEqual(names, [...names].sort());
});

test('configuration commands: the last snapshot → the newest by zxid; none is -1', (t) => {
  const dataDir = temporaryDirectory(t);
  const config = { ...readConfig(LINES), dataDir, dataLogDir: dataDir };
  const folder = join(dataDir, 'version-2');
  mkdirSync(folder);
  assert.deepEqual(answer(lastSnapshot, config), { zxid: 'ffffffffffffffff', timestamp: -1 });
  for (const name of ['snapshot.f', 'snapshot.10.gz', 'tmp.snapshot.ff', 'log.ff', 'snapshot.x']) {
    writeFileSync(join(folder, name), '');
  }
  utimesSync(join(folder, 'snapshot.10.gz'), 1000, 1000);
  assert.deepEqual(answer(lastSnapshot, config), { zxid: '10', timestamp: 1000 });
});
