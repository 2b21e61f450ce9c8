// The flags of create requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateMode, createModeFacts } from '../../src/protocol/create-mode.ts';

const expected: Record<keyof typeof CreateMode, string> = {
  persistent: '',
  ephemeral: 'isEphemeral',
  persistentSequential: 'isSequential',
  ephemeralSequential: 'isEphemeral isSequential',
  container: 'isContainer',
  persistentWithTtl: 'isTtl',
  persistentSequentialWithTtl: 'isSequential isTtl',
};

for (const [name, flags] of Object.entries(CreateMode)) {
  test(`create mode: ${flags} → ${name}`, () => {
    const facts = Object.entries(createModeFacts(flags) ?? {}).filter(([, isTrue]) => isTrue);
    const text = facts.map(([fact]) => fact).join(' ');
    assert.equal(text, expected[name as keyof typeof CreateMode]);
  });
}

test('create mode: any other number → undefined', () => {
  for (const flags of [-1, 7, 100, 2 ** 31 - 1, -(2 ** 31), 0.5]) {
    assert.equal(createModeFacts(flags), undefined, String(flags));
  }
});
