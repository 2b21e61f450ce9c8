import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { operationOf, operationTable } from '../../../src/core/requests/op-table.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { errorOf, replyOf, startServer } from '../../scenario/asks.ts';

/** Numbers that only servers write: in notifications, in the log, and for new sessions. */
const NOT_REQUESTED: readonly number[] = [OpCode.notification, OpCode.error, OpCode.createSession];

test('op table: every op code that a client may send → one entry under its own name', () => {
  for (const [name, code] of Object.entries(OpCode)) {
    const operation = operationOf(code);
    if (NOT_REQUESTED.includes(code)) assert.equal(operation, undefined, name);
    else assert.equal(operation?.name, name);
  }
  assert.equal(operationTable.length, Object.keys(OpCode).length - NOT_REQUESTED.length);
});

test('op table: a number that no operation has → nothing, also far outside', () => {
  for (const code of [-1000, -12, -2, 10, 23, 99, 108, 2 ** 31 - 1, -(2 ** 31)]) {
    assert.equal(operationOf(code), undefined, String(code));
  }
});

for (const code of [...NOT_REQUESTED, 10, 99, -12, 2 ** 31 - 1]) {
  test(`op table: a request of type ${code} → Unimplemented with zxid -1, and the end`, () => {
    const run = startServer();
    const before = run.server.storage.lastAppended;
    const received = run.callRaw('a', code, () => {});
    assert.equal(errorOf(received), 'Unimplemented');
    assert.equal(replyOf(received).zxid, -1);
    assert.equal(run.client('a').connection, null);
    assert.equal(run.server.storage.lastAppended, before);
    assert.deepEqual([...run.server.processor.stats.closeReasons], [['unknown operation', 1]]);
  });
}

test('op table: check alone → Unimplemented and the end', () => {
  const run = startServer();
  const received = run.callRaw('a', OpCode.check, (writer) => {
    writer.ustring('/');
    writer.int(-1);
  });
  assert.equal(errorOf(received), 'Unimplemented');
  assert.equal(run.client('a').connection, null);
});

test('op table: docs/requests.md has a row for every entry, and no other', () => {
  const text = readFileSync(new URL('../../../docs/requests.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| (-?\d+) \| `(\w+)` \| (\w+) \|/gm)].map(
    ([, code, name, kind]) => `${code} ${name} ${kind}`,
  );
  const entries = operationTable.map(([code, { name, kind }]) => `${code} ${name} ${kind}`);
  assert.deepEqual(rows.sort(), entries.sort());
});
