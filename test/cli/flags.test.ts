import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FlagRules, readFlags } from '../../src/cli/flags.ts';

const RULES: FlagRules = {
  flags: [
    { name: 's' },
    { name: 'w' },
    { name: 'v', hasValue: true },
    { name: 'add', hasValue: true },
  ],
};
const read = (line: string, rules = RULES) => readFlags(line.split(' '), rules);

test('flags: anywhere, together, with their values → as commons-cli reads them', () => {
  const given = read('/a -sw -v 5 data');
  assert.deepEqual(given.words, ['/a', 'data']);
  assert.deepEqual([given.has('s'), given.has('w'), given.has('x')], [true, true, false]);
  assert.equal(given.value('v'), '5');
  for (const line of ['-v5', '-v=5', '-sv5', '-v 5 -v 6']) assert.equal(read(line).value('v'), '5');
  assert.equal(read('-v -1').value('v'), '-1');
  assert.equal(read('-v -x').value('v'), '-x');
  assert.equal(read('-add server.1=a:1:2;3').value('add'), 'server.1=a:1:2;3');
  assert.deepEqual(read('-s -- -w --').words, ['-w', '--']);
  assert.deepEqual(read('-').words, ['-']);
});

test('flags: unknown ones and missing values → the messages of commons-cli', () => {
  assert.throws(() => read('/a -z'), { message: /UnrecognizedOptionException: .*option: -z$/ });
  assert.throws(() => read('-sz'), { message: /: -sz$/, unknownFlag: '-sz' });
  assert.throws(() => read('--s'), { message: /: --s$/ });
  assert.throws(() => read('-s=1'), { message: /: -s=1$/ });
  assert.throws(() => read('/a -v'), { message: /MissingArgumentException: .*option: v$/ });
  assert.throws(() => read('-v -s'), { message: /MissingArgumentException/ });
});

test('flags: one of a group → two and, where it is required, none are refused', () => {
  const flags = [
    { name: 'n', meaning: 'nodes' },
    { name: 'b', meaning: 'bytes' },
  ];
  assert.throws(() => read('-n -b', { flags, oneOf: 'optional' }), /'b' was .* selected: 'n'$/);
  assert.throws(() => read('/a', { flags, oneOf: 'required' }), /\[-n nodes, -b bytes\]$/);
  assert.equal(read('/a', { flags, oneOf: 'optional' }).has('n'), false);
});

test('flags: with two dashes → only where a command has them', () => {
  const flags = [{ name: 'json', long: 'json' }];
  assert.ok(read('--json /a', { flags }).has('json'));
  assert.throws(() => read('--jsn', { flags }), { unknownFlag: '--jsn' });
});
