/** `zooid txnlog` on logs of Java servers, whole and damaged. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { recordOf, SourceDirectory } from '../backup/source-directory.ts';
import { makeDataDirectory, missingTools, zooid } from '../tool-run.ts';

/** The payload of the record that holds this text, changed without its checksum. */
function damage(bytes: Uint8Array, text: string): Uint8Array {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(text);
  assert.ok(at > 0, `no ${text}`);
  copy[at + text.length - 1] = 0x21;
  return copy;
}

const PATH = '/plain';

test('txnlog: a log of Java → every txn in its form, and the same txns as JSON', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { path } = makeDataDirectory(t, { 'log.1': goldenFile('java-3.9.5', 'log.1') });
  const { code, output } = await zooid('txnlog', path('log.1'));
  assert.equal(code, 0, output);
  const lines = output.trimEnd().split('\n');
  assert.equal(lines[0], 'ZooKeeper Transactional Log File with dbid 0 txnlog format version 2');
  const stamp = String.raw`\d+/\d+/\d\d, \d+:\d\d:\d\d [AP]M UTC`;
  const first = new RegExp(`^${stamp} session 0x\\w+ cxid 0x0 zxid 0x1 createSession \\d+$`);
  assert.match(lines[1] ?? '', first);
  const [, count = ''] = /^EOF reached after (\d+) txns\.$/.exec(lines.at(-1) ?? '') ?? [];
  const json = await zooid('txnlog', '--json', path('log.1'));
  const txns = json.output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(txns.length, Number(count));
  assert.equal(txns[0].type, 'createSession');
  assert.ok(txns.every(({ crc }) => crc === 'ok'));
});

test('txnlog: a wrong checksum → shown as such, exit 1; -r -y makes a copy that is whole', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { path } = makeDataDirectory(t, {
    'log.1': damage(goldenFile('java-3.9.5', 'log.1'), PATH),
  });
  const shown = await zooid('txnlog', '-d', path('log.1'));
  assert.equal(shown.code, 1);
  assert.match(shown.output, /^CRC ERROR - .* create2? \/plai!/m);
  assert.match(shown.output, /1 of \d+ txns have a wrong checksum; -r makes a mended copy\./);
  const mended = await zooid('txnlog', '-r', '-y', path('log.1'));
  assert.equal(mended.code, 0, mended.output);
  assert.match(mended.output, /^CRC FIXED - .* create2? \/plai!/m);
  assert.match(mended.output, /log\.1\.fixed has been written with 1 fixed CRC error\(s\)/);
  assert.equal((await zooid('txnlog', path('log.1.fixed'))).code, 0);
  const again = await zooid('txnlog', '-r', '-y', path('log.1'));
  assert.equal(again.code, 1);
  assert.match(again.output, /log\.1\.fixed exists already/);
});

test('txnlog: a part of a multi that is none → a damaged record, with its place', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const source = new SourceDirectory(t);
  const txns = [{ type: OpCode.create, data: new Uint8Array(3) }];
  source.beginLog(1);
  source.appendBytes(1, recordOf(1, { type: OpCode.multi, body: { txns } }));
  for (const words of [[], ['--json'], ['-r', '-y'], ['-c', '-z', '1']]) {
    const { code, output } = await zooid('txnlog', ...words, source.path('log.1'));
    assert.equal(code, 1, output);
    assert.match(output, /log\.1: txn 0x1 at offset 16 is damaged: .*\.\n$/);
  }
  const wrong = recordOf(1, { type: OpCode.multi, body: { txns } });
  wrong[4] = (wrong[4] ?? 0) ^ 1;
  source.beginLog(1);
  source.appendBytes(1, wrong);
  const { output } = await zooid('txnlog', '--json', source.path('log.1'));
  assert.match(output, /"crc":"error","reason":".*txn 0x1 at offset 16 is damaged/);
});

test('txnlog: asked whether to mend, and nobody answers → aborted, no copy', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { path } = makeDataDirectory(t, {
    'log.1': damage(goldenFile('java-3.9.5', 'log.1'), PATH),
  });
  const { output } = await zooid('txnlog', '-r', path('log.1'));
  assert.match(output, /Would you like to fix it \(Yes\/No\/Abort\) \? Recovery aborted\./);
  assert.equal(existsSync(path('log.1.fixed')), false);
});

test('txnlog: chopped → ends with that zxid; one that is not there, or is the last → no copy', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { path } = makeDataDirectory(t, { 'log.1': goldenFile('java-3.9.5', 'log.1') });
  const chopped = await zooid('txnlog', '-c', '-z', '0x5', path('log.1'));
  assert.equal(chopped.code, 0, chopped.output);
  assert.match(chopped.output, /^Chopping at 5 new log has 5 records$/m);
  const copy = readFileSync(path('log.1.chopped5'));
  const whole = readFileSync(path('log.1'));
  assert.ok(copy.equals(whole.subarray(0, copy.length)));
  assert.match((await zooid('txnlog', path('log.1.chopped5'))).output, /EOF reached after 5 txns/);
  const none = await zooid('txnlog', '-c', '-z', '0xffff', path('log.1'));
  assert.equal(none.code, 1);
  assert.match(none.output, /has no txn after zxid ffff: there is nothing to chop/);
  assert.equal(existsSync(path('log.1.chopped65535')), false);
});

test('txnlog: words that it does not know → usage and the nearest word, exit 2', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const cases: [words: string[], said: RegExp][] = [
    [['--jsn', 'x'], /Did you mean --json\?[\s\S]*Usage: zooid txnlog/],
    [[], /missing required argument 'log'[\s\S]*Usage/],
    [['a', 'b'], /too many arguments[\s\S]*Usage/],
    [['-c', 'x'], /-c and -z <zxid> go together/],
    [['-c', '-z', 'nine', 'x'], /A zxid is like 0x100000002/],
  ];
  for (const [words, said] of cases) {
    const { code, output } = await zooid('txnlog', ...words);
    assert.equal(code, 2, output);
    assert.match(output, said);
  }
  const absent = await zooid('txnlog', '/no/such/log.1');
  assert.deepEqual(absent, { code: 1, output: 'There is no /no/such/log.1: check the path.\n' });
});
