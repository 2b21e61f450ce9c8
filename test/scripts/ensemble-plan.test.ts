import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  connectString,
  parseEnsembleOptions,
  planEnsemble,
} from '../../scripts/ensemble/ensemble-plan.ts';
import { readServerConfig } from '../../src/server/config/read-server-config.ts';

function plan(...args: string[]) {
  return planEnsemble(parseEnsembleOptions(args));
}

test('ensemble plan: no options → three voters and an observer on ZooKeeper’s ports', () => {
  const servers = plan();
  assert.equal(
    connectString(servers),
    '127.0.0.1:2181,127.0.0.1:2182,127.0.0.1:2183,127.0.0.1:2184',
  );
  const list = servers[0]?.config.split('\n').filter((line) => line.startsWith('server.'));
  assert.deepEqual(list, [
    'server.1=127.0.0.1:2887:3887:participant',
    'server.2=127.0.0.1:2888:3888:participant',
    'server.3=127.0.0.1:2889:3889:participant',
    'server.4=127.0.0.1:2890:3890:observer',
  ]);
  assert.equal(servers[3]?.configFile, 'data/ensemble/zoo4.cfg');
});

test('ensemble plan: every file → read as a member without a warning, no port twice', () => {
  const servers = plan('--voters=5', '--observers=0', '--base-port=23100', '--data', './a é b');
  const ports = new Set<number>();
  for (const { id, config: text, dataDir } of servers) {
    const { config, warnings } = readServerConfig({
      args: ['zoo.cfg'],
      env: {},
      readFile: (path) => Buffer.from(path === 'zoo.cfg' ? text : `${id}\n`, 'latin1'),
    });
    assert.deepEqual(warnings, []);
    assert.equal(config.isDistributed, true);
    assert.equal(config.dataDir, `./${dataDir}`);
    ports.add(config.clientPort ?? 0);
    for (const { addresses } of config.ensemble.servers) {
      for (const address of addresses) ports.add(address.quorumPort).add(address.electionPort);
    }
  }
  assert.deepEqual(
    [...ports].sort(),
    Array.from({ length: 15 }, (_, at) => 23100 + at),
  );
});

test('ensemble plan: what cannot be → refused by name', () => {
  const cases: Record<string, RegExp> = {
    '--voters=0': /^Error: --voters 0: a whole number from 1 to 20/,
    '--voters=three': /^Error: --voters three/,
    '--observers=18': /20 servers at most, not 21/,
    '--base-port=65530': /^Error: --base-port 65530/,
    '--dance': /Unknown option '--dance'/,
  };
  for (const [argument, message] of Object.entries(cases)) {
    assert.throws(() => plan(argument), message);
  }
});
