import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnsemble } from '../../../src/server/config/server-specification.ts';
import { ensembleText } from '../../../src/server/quorum/ensemble-text.ts';

function textOf(lines: readonly string[], version = 0): string {
  const entries = lines.map((line) => {
    const [key = '', value = ''] = line.split('=');
    return { key, value, origin: { source: 'zoo.cfg', line: 1 } };
  });
  return ensembleText(parseEnsemble(entries), version);
}

test('ensemble text: as Java 3.9.5 writes it → with roles, and without a last line end', () => {
  const text = textOf(['server.2=zoo2:2888:3888', 'server.1=127.0.0.1:2888:3888:Observer'], 0x1f);
  const lines = ['server.1=127.0.0.1:2888:3888:observer', 'server.2=zoo2:2888:3888:participant'];
  assert.equal(text, [...lines, 'version=1f'].join('\n'));
});

test('ensemble text: client ports, IPv6, several addresses → the forms that are read again', () => {
  const lines = [
    'server.1=[::1]:2888:3888:participant;[::1]:2181',
    'server.2=a:1:2|b:1:2:observer;0.0.0.0:2182',
    'server.3=c:1:2:participant;;0.0.0.0:2281',
  ];
  assert.equal(textOf(lines), [...lines, 'version=0'].join('\n'));
  assert.equal(textOf(textOf(lines).split('\n').slice(0, 3)), textOf(lines));
});

test('ensemble text: groups → with their weights', () => {
  const lines = [
    'server.1=a:1:2:participant',
    'server.2=b:1:2:participant',
    ...['group.1=1:2', 'weight.1=1', 'weight.2=0'],
  ];
  assert.equal(textOf(lines), [...lines, 'version=0'].join('\n'));
});
