import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfigText } from '../../../src/core/zab/members/config-text.ts';
import {
  dynamicFileName,
  dynamicFileText,
  ensembleConfigOf,
  staticFileText,
  versionOfFileName,
} from '../../../src/server/config/dynamic-config.ts';
import { parseEnsemble } from '../../../src/server/config/server-specification.ts';

const KEEP = { erasesClientPort: false, erasesSecureClientPort: false };

function rewritten(
  text: string,
  facts: Partial<Parameters<typeof staticFileText>[1]> = {},
): string {
  const change = { dynamicFile: '/tmp/rc/z1.cfg.dynamic.100000000', ...KEEP, ...facts };
  return staticFileText(Buffer.from(text, 'latin1'), change);
}

/** All texts are those of a Java 3.8.0 server on OpenJDK 17. */
const STATIC = `# a comment
tickTime=500
initLimit=20
syncLimit=10
dataDir=/tmp/rc/d1
clientPort=25001
admin.enableServer=false
4lw.commands.whitelist=*
reconfigEnabled=true
skipACL=yes
server.1=127.0.0.1:25011:25021
server.2=127.0.0.1:25012:25022
server.3=127.0.0.1:25013:25023
server.88=127.0.0.1:25014:25024:observer
`;

test('dynamic-config: zoo.cfg with a list of servers → rewritten as Java does', () => {
  assert.equal(
    rewritten(STATIC),
    `dataDir=/tmp/rc/d1
4lw.commands.whitelist=*
syncLimit=10
reconfigEnabled=true
admin.enableServer=false
skipACL=yes
clientPort=25001
initLimit=20
tickTime=500
dynamicConfigFile=/tmp/rc/z1.cfg.dynamic.100000000
`,
  );
});

test('dynamic-config: zoo.cfg that names a dynamic file, client ports there → as Java does', () => {
  const once = rewritten(STATIC);
  const dynamicFile = '/tmp/rc/z1.cfg.dynamic.10000002f';
  assert.equal(
    rewritten(`${once}peerType=observer\n`, { dynamicFile, erasesClientPort: true }),
    `admin.enableServer=false
skipACL=yes
dataDir=/tmp/rc/d1
4lw.commands.whitelist=*
initLimit=20
tickTime=500
syncLimit=10
reconfigEnabled=true
dynamicConfigFile=/tmp/rc/z1.cfg.dynamic.10000002f
`,
  );
});

test('dynamic-config: values with backslashes and foreign letters → read back the same', () => {
  const text = rewritten('dataDir=C:\\\\zk\\u4e00\n');
  assert.match(text, /^dataDir=C:\\\\zk\\u4e00\n/);
});

test('dynamic-config: a configuration → sorted lines, the version only where it is wanted', () => {
  const parsed = parseConfigText('server.10=h:1:2\nserver.9=h:3:4:observer;5\nversion=100000003', {
    standaloneEnabled: false,
  });
  assert.ok(parsed.ok);
  const lines = 'server.10=h:1:2:participant\nserver.9=h:3:4:observer;0.0.0.0:5';
  assert.equal(dynamicFileText(parsed.config), lines);
  const next = dynamicFileText(parsed.config, { hasVersion: true });
  assert.equal(next, `${lines}\nversion=100000003`);
});

test('dynamic-config: file names → carry the version, or 0', () => {
  assert.equal(dynamicFileName('/c/zoo.cfg', 2 ** 32 + 3), '/c/zoo.cfg.dynamic.100000003');
  assert.equal(versionOfFileName('/c/zoo.cfg.dynamic.100000003'), 2 ** 32 + 3);
  assert.equal(versionOfFileName('/c/zoo.cfg.dynamic'), 0);
  assert.equal(versionOfFileName('dyn'), 0);
});

test('dynamic-config: what zoo.cfg says → a configuration of the version in the file name', () => {
  const origin = { source: 'zoo.cfg', line: 1 };
  const specification = parseEnsemble([{ key: 'server.1', value: 'h:1:2', origin }]);
  assert.equal(
    ensembleConfigOf(specification, '/c/zoo.cfg.dynamic.a').configText,
    'server.1=h:1:2:participant\nversion=a',
  );
  assert.equal(ensembleConfigOf(specification, null).version, 0);
});
