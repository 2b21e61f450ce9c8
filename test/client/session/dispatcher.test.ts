import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dispatcher } from '../../../src/client/session/dispatcher.ts';

/** Settles promises and tells listeners; the log is in the order in which the program sees them. */
function rig() {
  const log: string[] = [];
  const errors: unknown[] = [];
  const dispatcher = new Dispatcher((error) => errors.push(error));
  const settle = (name: string) => {
    const settled = new Promise<void>((resolve) => dispatcher.settle(resolve));
    void settled.then(() => log.push(name));
  };
  const tell = (name: string) => dispatcher.event(() => log.push(name));
  const rest = async () => {
    do await new Promise(setImmediate);
    while (dispatcher.isWaiting);
  };
  return { log, errors, dispatcher, settle, tell, rest };
}

test('dispatcher: events before a reply → at once', () => {
  const { log, tell } = rig();
  tell('1');
  tell('2');
  assert.deepEqual(log, ['1', '2']);
});

test('dispatcher: replies and events mixed → seen in the order said', async () => {
  const { log, settle, tell, rest } = rig();
  tell('1');
  settle('2');
  settle('3');
  tell('4');
  settle('5');
  tell('6');
  tell('7');
  await rest();
  assert.deepEqual(log, ['1', '2', '3', '4', '5', '6', '7']);
});

test('dispatcher: a new turn after replies → events are told at once again', async () => {
  const { log, dispatcher, settle, tell, rest } = rig();
  settle('1');
  await rest();
  dispatcher.beginTurn();
  tell('2');
  assert.deepEqual(log, ['1', '2']);
});

test('dispatcher: a listener that throws → reported, the others are told', async () => {
  const { log, errors, dispatcher, settle, tell, rest } = rig();
  const error = new Error('from a listener');
  dispatcher.event(() => {
    throw error;
  });
  settle('1');
  dispatcher.event(() => {
    throw error;
  });
  tell('2');
  await rest();
  assert.deepEqual(log, ['1', '2']);
  assert.deepEqual(errors, [error, error]);
});

test('dispatcher: said while it catches up → behind what waits', async () => {
  const { log, dispatcher, settle, tell, rest } = rig();
  settle('1');
  dispatcher.event(() => {
    log.push('2');
    tell('4');
  });
  tell('3');
  await rest();
  assert.deepEqual(log, ['1', '2', '3', '4']);
});

test('dispatcher: what does not come from the server → at once, behind what waits', async () => {
  const { log, dispatcher, settle, tell, rest } = rig();
  settle('2');
  dispatcher.local(() => log.push('1'));
  tell('3');
  dispatcher.local(() => log.push('4'));
  await rest();
  assert.deepEqual(log, ['1', '2', '3', '4']);
});
