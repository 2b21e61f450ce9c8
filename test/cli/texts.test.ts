/** What the shell reads and prints, piece by piece. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aclText, parseAcl } from '../../src/cli/acl-text.ts';
import { clientConfigText } from '../../src/cli/client-config-text.ts';
import { errorText } from '../../src/cli/error-text.ts';
import { hexDump } from '../../src/cli/hex-dump.ts';
import { javaDate } from '../../src/cli/java-date.ts';
import { dataJson } from '../../src/cli/json-text.ts';
import { readLaunchOptions } from '../../src/cli/launch-options.ts';
import { checkPath } from '../../src/cli/path-check.ts';
import { parseQuota, quotaText, warnings } from '../../src/cli/quota.ts';
import { splitWords } from '../../src/cli/words.ts';
import { type ErrorCodeName, ZooKeeperError } from '../../src/client/index.ts';
import { recordingOutput } from './recording-output.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('words: quotes of both kinds → one word without them; an open one stays', () => {
  assert.deepEqual(splitWords(`create "/a b"  'x "y"' -s`), ['create', '/a b', 'x "y"', '-s']);
  assert.deepEqual(splitWords('set /a ""'), ['set', '/a', '']);
  assert.deepEqual(splitWords('set /a "x y'), ['set', '/a', 'x', 'y']);
});

test('acl: well formed entries → as typed; others are complained of', () => {
  const output = recordingOutput();
  const acl = parseAcl('world:anyone:cdrwa,digest:u:hash:rx,nobody', output);
  assert.equal(aclText(acl), 'world:anyone:cdrwa,digest:u:hash:r');
  assert.deepEqual(output.complained, [
    'Unknown perm type: x',
    'nobody does not have the form scheme:id:perm',
  ]);
});

test('config: servers with client addresses → version and where clients connect', () => {
  const servers = [
    'server.1=a:1:2:participant;0.0.0.0:2181',
    'server.2=b:1:2;2182',
    'server.3=c:1:2',
  ];
  const text = [...servers, 'version=100000000'].join('\n');
  assert.equal(clientConfigText(text), '100000000 0.0.0.0:2181,0.0.0.0:2182,');
  assert.equal(clientConfigText(''), ' ');
});

test('hex dump: rows of sixteen → offset, bytes and what is printable', () => {
  const lines = hexDump(bytes('0123456789abcdef\nz')).split('\n');
  assert.equal(
    lines[3],
    '|00000000| 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 |0123456789abcdef|',
  );
  assert.equal(lines[4], `|00000010| 0a 7a${' '.repeat(43)}|.z${' '.repeat(14)}|`);
  assert.equal(hexDump(bytes('')), '');
});

test('date: a moment → as Java prints it', () => {
  assert.match(javaDate(0), /^[A-Z][a-z]{2} (Dec 31|Jan 01) \d\d:\d\d:\d\d \S+ (1969|1970)$/);
});

test('json: data that is no text → base64, which is said; no data → null', () => {
  assert.deepEqual(dataJson({ data: bytes('é') }), { data: 'é' });
  assert.deepEqual(dataJson({ data: new Uint8Array([0xff]) }), {
    data: '/w==',
    encoding: 'base64',
  });
  assert.deepEqual(dataJson({ data: new Uint8Array(0), isNull: true }), { data: null });
});

test('errors: of the client → in the words of Java', () => {
  const failed = { operation: 'reconfig', outcome: 'failed' } as const;
  const text = (code: ErrorCodeName, path?: string) =>
    errorText(new ZooKeeperError({ ...failed, code, path }));
  assert.equal(text('NoNode', '/a'), 'Node does not exist: /a');
  assert.equal(text('BadVersion'), 'version No is not valid : ');
  assert.equal(text('ReconfigDisabled'), 'KeeperErrorCode = Reconfig is disabled');
  assert.match(text('NewConfigNoQuorum'), /^No quorum of new config is connected/);
});

test('path: a wrong one → what is wrong in the words of Java', () => {
  assert.throws(() => checkPath('a'), { message: 'Path must start with / character' });
  assert.throws(() => checkPath('/a/..'), {
    message: 'Invalid path string "/a/.." caused by relative paths not allowed @4',
  });
  checkPath('/a/', { isPrefix: true });
});

test('quota: limits and use → written as Java writes them; exceeded ones warn', () => {
  const text = 'count=5,bytes=-1=;byteHardLimit=3;countHardLimit=-1';
  assert.equal(quotaText(parseQuota(bytes(text))), text);
  assert.equal(quotaText(parseQuota(bytes('count=1,bytes=2'))), 'count=1,bytes=2');
  assert.deepEqual(warnings(parseQuota(bytes(text)), parseQuota(bytes('count=6,bytes=4'))), [
    '[Warning]: the count quota you create is less than the existing count:6',
    '[Warning]: the bytes quota you create is less than the existing bytes:4',
  ]);
});

test('launch: flags in front of a command → read; wrong ones end with 2', () => {
  const launch = readLaunchOptions('-server a:1 -timeout 500 -r get -s /a'.split(' '));
  assert.deepEqual([launch.server, launch.timeoutMs, launch.isReadOnly], ['a:1', 500, true]);
  assert.deepEqual(launch.command, ['get', '-s', '/a']);
  assert.throws(() => readLaunchOptions(['-server']), {
    ...{ message: 'Error: no argument found for option -server', exitCode: 2 },
  });
  assert.throws(() => readLaunchOptions(['-timeout', 'soon']), { exitCode: 2 });
  assert.throws(() => readLaunchOptions(['-what']), { exitCode: 2 });
});
