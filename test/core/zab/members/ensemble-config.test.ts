import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ParsedConfig,
  parseConfigText,
} from '../../../../src/core/zab/members/config-text.ts';
import type { EnsembleConfig } from '../../../../src/core/zab/members/ensemble-config.ts';

const dynamic = { standaloneEnabled: true };

function parsed(text: string): EnsembleConfig {
  const result = parseConfigText(text, dynamic);
  assert.ok(result.ok, result.ok ? '' : result.reason);
  return result.config;
}

const THREE = ['server.1=127.0.0.1:11:21', 'server.2=127.0.0.1:12:22', 'server.3=127.0.0.1:13:23'];

/** Texts of a Java 3.8.0 server for these. */
test('ensemble-config: three servers → the text as Java writes it, which reads back the same', () => {
  const lines = [...THREE, 'server.88=127.0.0.1:14:24:Observer;2181', 'version=100000000'];
  const config = parsed(lines.join('\n'));
  assert.equal(
    config.configText,
    'server.1=127.0.0.1:11:21:participant\nserver.2=127.0.0.1:12:22:participant\n' +
      'server.3=127.0.0.1:13:23:participant\nserver.88=127.0.0.1:14:24:observer;0.0.0.0:2181\n' +
      'version=100000000',
  );
  assert.equal(parsed(config.configText).configText, config.configText);
  assert.equal(config.version, 2 ** 32);
  assert.deepEqual([...config.voters], [1, 2, 3]);
  assert.deepEqual([...config.observers], [88]);
});

test('ensemble-config: groups and weights → the text as Java writes it, every voter weighted', () => {
  const lines = [...THREE, 'group.1=1:3', 'group.2=2', 'weight.2=3', 'version=100000029'];
  const config = parsed(lines.join('\n'));
  assert.equal(
    config.configText.split('\n').slice(3).join('|'),
    'group.1=1:3|group.2=2|weight.1=1|weight.2=3|weight.3=1|version=100000029',
  );
  assert.equal(config.containsQuorum(new Set([1, 3])), false);
  assert.equal(config.containsQuorum(new Set([1, 2, 3])), true);
});

test('ensemble-config: IPv6, names, secure ports → as Java writes them', () => {
  const line = (spec: string): string => parsed(`server.9=${spec}`).configText.split('\n')[0] ?? '';
  assert.equal(
    line('[::1]:7:8;[2001:db8::1]:3'),
    'server.9=[0:0:0:0:0:0:0:1]:7:8:participant;[2001:db8:0:0:0:0:0:1]:3',
  );
  assert.equal(line('LocalHost:7:8;3'), 'server.9=LocalHost:7:8:participant;0.0.0.0:3');
  assert.equal(line('h:7:8;;443'), 'server.9=h:7:8:participant;;0.0.0.0:443');
  assert.equal(line('h:7:8;80;443'), 'server.9=h:7:8:participant;0.0.0.0:80;0.0.0.0:443');
  assert.equal(line('b:7:8|a:5:6'), 'server.9=a:5:6|b:7:8:participant');
});

test('ensemble-config: another version of the same servers → the same; another role → not', () => {
  const config = parsed(THREE.join('\n'));
  assert.ok(config.isSameAs(config.withVersion(7)));
  const other = parsed([...THREE.slice(1), `${THREE[0]}:observer`, 'version=8'].join('\n'));
  assert.equal(config.isSameAs(other), false);
  assert.equal(config.withVersion(16).configText.endsWith('\nversion=10'), true);
});

/** By what a Java 3.8.0 server answers to a reconfig with this: BadArguments or MarshallingError. */
const REFUSED: readonly (readonly [text: string, isIllegal: boolean, reason: RegExp])[] = [
  ['hello=1', false, /Unrecognised parameter: hello/],
  ['server.9=127.0.0.1:1:2:king;3', false, /role/],
  ['server.9=127.0.0.1:1:x;3', false, /x is no port/],
  ['server.9=127.0.0.1:1', false, /form/],
  ['server.9=127.0.0.1:7:7;3', false, /different/],
  ['server.9=a:1:2|b:1:2:observer|c:1:2:participant', false, /same role/],
  ['server.9=127.0.0.1:1:70000;3', true, /from 0 to 65535/],
  ['server.9=127.0.0.1:-1:7000;3', true, /from 0 to 65535/],
  ['server.a=127.0.0.1:1:2', true, /no number/],
  [`${THREE[0]}\nversion=zz`, true, /hexadecimal/],
  [`${THREE[0]}\n${THREE[1]}:observer`, true, /participants/],
  [`${THREE[0]}:observer`, true, /participants/],
  [`${THREE.join('\n')}\ngroup.1=1:2`, false, /3 is not in a group/],
  [`${THREE.join('\n')}\ngroup.1=1:2:3\ngroup.2=3`, false, /more than one group/],
  [`${THREE.join('\n')}\ngroup.1=1:2:3:7`, true, /7 of a group is no participant/],
];

test('ensemble-config: wrong texts → a sentence, and which kind of wrong it is for Java', () => {
  for (const [text, isIllegal, reason] of REFUSED) {
    const result: ParsedConfig = parseConfigText(text, dynamic);
    assert.ok(!result.ok, text);
    assert.match(result.reason, reason);
    assert.equal(result.isIllegal, isIllegal, text);
  }
});
