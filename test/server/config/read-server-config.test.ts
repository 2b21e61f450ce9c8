import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../../src/server/config/config-error.ts';
import { readServerConfig } from '../../../src/server/config/read-server-config.ts';

interface Input {
  readonly file?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function read({ file, files = {}, args = ['zoo.cfg'], env = {} }: Input) {
  const all: Record<string, string> = file === undefined ? files : { ...files, 'zoo.cfg': file };
  return readServerConfig({
    args,
    env,
    readFile(path) {
      const text = all[path];
      if (text === undefined) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
      return Buffer.from(text, 'latin1');
    },
  });
}

function refusal(input: Input): string {
  try {
    read(input);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  assert.fail('the configuration was not refused');
}

const MINIMAL = 'dataDir=/d\nclientPort=2181\n';

test('config: minimal file → the documented defaults', () => {
  const { config, warnings } = read({ file: MINIMAL });
  assert.deepEqual(warnings, []);
  assert.equal(config.configFile, 'zoo.cfg');
  assert.equal(config.dataDir, '/d');
  assert.equal(config.dataLogDir, '/d');
  assert.equal(config.clientPort, 2181);
  assert.equal(config.clientPortAddress, null);
  assert.equal(config.tickTimeMs, 3000);
  assert.equal(config.minSessionTimeoutMs, 6000);
  assert.equal(config.maxSessionTimeoutMs, 60000);
  assert.equal(config.maxClientCnxns, 60);
  assert.equal(config.storage.snapCount, 100_000);
  assert.equal(config.storage.forceSync, true);
  assert.equal(config.requests.juteMaxBufferBytes, 1_048_575);
  assert.equal(config.requests.juteMaxBufferExtraBytes, 1_048_575);
  assert.deepEqual(config.requests.fourLetterWordWhitelist, ['srvr']);
  assert.equal(config.load.globalOutstandingLimit, 1000);
  assert.equal(config.access.skipAcl, false);
  assert.equal(config.access.digestAlgorithm, 'sha1');
  assert.equal(config.isDistributed, false);
  assert.equal(config.myid, null);
});

test('config: the object → frozen all the way down', () => {
  const { config } = read({ file: MINIMAL });
  assert.ok(Object.isFrozen(config));
  assert.ok(Object.isFrozen(config.storage));
  assert.ok(Object.isFrozen(config.requests.fourLetterWordWhitelist));
});

test('config: Properties syntax → read as Java does', () => {
  const file = [
    '# comment',
    '! comment',
    '  dataDir : /a\\',
    '      /b',
    'clientPort 2181',
    'tickTime\t=  20\\u00300  ',
    'tickTime=500',
  ].join('\r\n');
  const { config, warnings } = read({ file });
  assert.equal(config.dataDir, '/a/b');
  assert.equal(config.clientPort, 2181);
  assert.equal(config.tickTimeMs, 500);
  assert.deepEqual(warnings, ['zoo.cfg:7: tickTime was already set in line 6; this one counts.']);
});

test('config: a key the parser does not know → the property zookeeper.<key>', () => {
  const { config, warnings } = read({ file: `${MINIMAL}snapCount=5\nautopurge.purgeInterval=2\n` });
  assert.equal(config.storage.snapCount, 5);
  assert.equal(config.purgeIntervalMs, 7_200_000);
  assert.equal(config.systemProperties.get('zookeeper.snapCount'), '5');
  assert.equal(config.systemProperties.has('zookeeper.dataDir'), false);
  assert.deepEqual(warnings, []);
});

test('config: an unknown key → kept, with a warning that names the nearest known one', () => {
  const { config, warnings } = read({ file: `${MINIMAL}snapcuont=5\n` });
  assert.equal(config.systemProperties.get('zookeeper.snapcuont'), '5');
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? '',
    /^zoo\.cfg:3: unknown key snapcuont \(did you mean snapCount\?\)/,
  );
});

test('config: a -D flag → counts, and the file wins over it', () => {
  const env = {
    SERVER_JVMFLAGS: '-Xmx1g -Dzookeeper.snapCount=7 "-Djute.maxbuffer=0x400000" -Dother=x',
    JVMFLAGS: '-Dzookeeper.skipACL=yes -Dzookeeper.preAllocSize=100',
  };
  const { config, warnings } = read({ file: `${MINIMAL}preAllocSize=64\n`, env });
  assert.equal(config.storage.snapCount, 7);
  assert.equal(config.requests.juteMaxBufferBytes, 4_194_304);
  assert.equal(config.requests.juteMaxBufferExtraBytes, 4_194_304);
  assert.equal(config.access.skipAcl, true);
  assert.equal(config.storage.preAllocSizeKiB, 64);
  assert.deepEqual(warnings, [
    'zoo.cfg:3: preAllocSize replaces the value of -Dzookeeper.preAllocSize in JVMFLAGS.',
  ]);
});

test('config: the same -D flag in both variables → JVMFLAGS wins, as in zkServer.sh', () => {
  const env = { SERVER_JVMFLAGS: '-Dzookeeper.snapCount=7', JVMFLAGS: '-Dzookeeper.snapCount=8' };
  assert.equal(read({ file: MINIMAL, env }).config.storage.snapCount, 8);
});

test('config: a -D only key in the file → no effect, and a warning', () => {
  const { config, warnings } = read({ file: `${MINIMAL}jute.maxbuffer=5000\n` });
  assert.equal(config.requests.juteMaxBufferBytes, 1_048_575);
  assert.match(warnings[0] ?? '', /^zoo\.cfg:3: jute\.maxbuffer has no effect in a file/);
});

test('config: a wrongly prefixed flag → no effect, and a warning', () => {
  const env = { JVMFLAGS: '-Dzookeeper.jute.maxbuffer=5000 -Dzookeeper.tickTime=1' };
  const { config, warnings } = read({ file: MINIMAL, env });
  assert.equal(config.requests.juteMaxBufferBytes, 1_048_575);
  assert.equal(config.tickTimeMs, 3000);
  assert.match(warnings[0] ?? '', /write -Djute\.maxbuffer/);
  assert.match(warnings[1] ?? '', /tickTime is read from zoo\.cfg/);
});

test('config: a bad value → file, line, key, value and what is allowed', () => {
  assert.equal(
    refusal({ file: `${MINIMAL}tickTime=abc\n` }),
    'zoo.cfg:3: tickTime=abc is refused; allowed: a whole number, 1 or more.',
  );
  assert.equal(
    refusal({ file: MINIMAL, env: { JVMFLAGS: '-Dzookeeper.snapCount=many' } }),
    'JVMFLAGS: zookeeper.snapCount=many is refused; allowed: a whole number; less than 2 counts as 2.',
  );
});

for (const [line, message] of [
  ['tickTime=0', /tickTime=0 is refused/],
  ['clientPort=70000', /a whole number from 0 to 65535/],
  ['standaloneEnabled=yes', /true or false/],
  ['electionAlg=1', /allowed: 3\./],
  ['peerType=boss', /participant, observer/],
  ['snapshot.compression.method=zip', /nothing, gz, snappy/],
  ['minSessionTimeout=100000', /is more than maxSessionTimeout/],
  ['standaloneEnabled=false', /needs at least one server/],
  ['enforce.auth.enabled=true', /enforce\.auth\.schemes names no scheme/],
] as const) {
  test(`config: ${line} → refused`, () =>
    assert.match(refusal({ file: `${MINIMAL}${line}\n` }), message));
}

test('config: no dataDir → refused', () => {
  assert.match(refusal({ file: 'clientPort=2181\n' }), /^zoo\.cfg: dataDir is not set/);
});

test('config: a secret that is refused or taken → never in a message', () => {
  const { config, warnings } = read({
    file: `${MINIMAL}DigestAuthenticationProvider.superDigest=super:xyz\n`,
  });
  assert.equal(config.access.superDigest, 'super:xyz');
  assert.deepEqual(warnings, []);
});

test('config: lax booleans → only true is true, anything else warns', () => {
  const { config, warnings } = read({ file: `${MINIMAL}digest.enabled=yes\nenforceQuota=TRUE\n` });
  assert.equal(config.storage.digestEnabled, false);
  assert.equal(config.requests.enforceQuota, true);
  assert.equal(warnings.length, 1);
});

test('config: values that Java raises → raised with a warning', () => {
  const { config, warnings } = read({
    file: `${MINIMAL}snapCount=1\nautopurge.snapRetainCount=1\n`,
  });
  assert.equal(config.storage.snapCount, 2);
  assert.equal(config.snapRetainCount, 3);
  assert.equal(warnings.length, 2);
});

test('config: the whitelist → srvr is always in it, a star stands for all', () => {
  const words = (line: string, flags = '') =>
    read({ file: `${MINIMAL}${line}\n`, env: { JVMFLAGS: flags } }).config.requests
      .fourLetterWordWhitelist;
  assert.deepEqual(words('4lw.commands.whitelist=ruok, mntr ,'), ['ruok', 'mntr', 'srvr']);
  assert.deepEqual(words('4lw.commands.whitelist=*'), '*');
  assert.deepEqual(words('', '-Dreadonlymode.enabled=true'), ['srvr', 'isro']);
});

test('config: port and directory as arguments → a standalone server', () => {
  const { config } = read({ args: ['2182', '/d', '2000', '10'] });
  assert.equal(config.clientPort, 2182);
  assert.equal(config.dataDir, '/d');
  assert.equal(config.tickTimeMs, 2000);
  assert.equal(config.maxClientCnxns, 10);
  assert.equal(config.configFile, null);
});

test('config: no or too many arguments → the usage', () => {
  assert.match(refusal({ args: [] }), /^Usage:/);
  assert.match(refusal({ args: ['1', '2', '3', '4', '5'] }), /^Usage:/);
  assert.match(refusal({ args: ['--wrong'] }), /^Unknown option --wrong/);
});

test('config: a missing file → named with the reason', () => {
  assert.equal(refusal({ args: ['none.cfg'] }), 'none.cfg: cannot be read (ENOENT).');
});

test('config: --local → the embedded configuration on this machine only', () => {
  const { config, warnings } = read({
    args: ['--local', '--client-port=2190', '--data-dir', './ü'],
  });
  assert.equal(config.clientPortAddress, '127.0.0.1');
  assert.equal(config.dataDir, './ü');
  assert.equal(config.requests.fourLetterWordWhitelist, '*');
  assert.deepEqual(warnings, []);
});

test('config: three servers → distributed, with own client address from the list', () => {
  const file = `dataDir=/d
initLimit=10
syncLimit=5
server.1=h1:2888:3888;2181
server.2=[::1]:2888:3888:participant;[::1]:2182
server.3=h3:2888:3888:OBSERVER
`;
  const { config } = read({ file, files: { '/d/myid': '2\n' } });
  assert.equal(config.isDistributed, true);
  assert.equal(config.myid, 2);
  assert.equal(config.clientPort, 2182);
  assert.equal(config.clientPortAddress, '::1');
  assert.deepEqual(
    config.ensemble.servers.map(({ id, role }) => [id, role]),
    [
      [1, 'participant'],
      [2, 'participant'],
      [3, 'observer'],
    ],
  );
});

test('config: one voter → standalone unless standaloneEnabled=false', () => {
  const one = `${MINIMAL}initLimit=1\nsyncLimit=1\nserver.1=h:1:2\n`;
  const files = { '/d/myid': '1' };
  assert.equal(read({ file: one, files }).config.isDistributed, false);
  const file = `${one}standaloneEnabled=false\n`;
  assert.equal(read({ file, files }).config.isDistributed, true);
});

test('config: ensembles with a mistake → refused with the reason', () => {
  const two = `${MINIMAL}initLimit=1\nsyncLimit=1\nserver.1=h:1:2\nserver.2=i:1:2\n`;
  const files = { '/d/myid': '3' };
  assert.match(refusal({ file: two }), /myid is missing/);
  assert.match(refusal({ file: two, files }), /My id 3 is not in the list/);
  assert.match(refusal({ file: two, files: { '/d/myid': 'x' } }), /must be a server's number/);
  assert.match(
    refusal({ file: `${MINIMAL}server.1=h:1\n` }),
    /^zoo\.cfg:3: server\.1=h:1 is refused/,
  );
  assert.match(refusal({ file: `${MINIMAL}server.1=h:1:1\n` }), /different quorum and election/);
  assert.match(refusal({ file: `${MINIMAL}server.x=h:1:2\n` }), /no number at its end/);
});

test('config: dynamicConfigFile → the list stands there and nowhere else', () => {
  const file = `${MINIMAL}initLimit=1\nsyncLimit=1\ndynamicConfigFile=dyn\n`;
  const files = { dyn: 'server.1=h:1:2\nserver.2=i:1:2\n', '/d/myid': '1' };
  assert.equal(read({ file, files }).config.ensemble.servers.length, 2);
  assert.match(refusal({ file: `${file}server.3=j:1:2\n`, files }), /belongs into dyn/);
  assert.match(refusal({ file, files: { dyn: 'tickTime=1\n' } }), /^dyn:1: tickTime is refused/);
});
