import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, read } from '../../../src/sim/learn/asks.ts';
import { LearnRun } from '../../../src/sim/learn/learn-run.ts';

function oneServer(): LearnRun {
  const run = new LearnRun({ voters: [1] });
  run.prepare(() => run.startAll(1));
  return run;
}

test('learn client: asks → the answer, with what it holds', () => {
  const run = oneServer();
  const client = run.connect('A', 1);
  assert.equal(run.call(client, create('/x', 'hello')).err, 0);
  assert.equal(run.call(client, create('/x')).err, -110);
  const { body } = run.call(client, read('getData', '/x'));
  assert.equal(String.fromCharCode(...(body.data ?? [])), 'hello');
  assert.match(
    run.finish(),
    /A → 1 +create \/x "hello"\n(.*\n)*.*1 → A +getData \/x: "hello" version 0/,
  );
});

test('learn client: a watch → its event', () => {
  const run = oneServer();
  const client = run.connect('A', 1);
  run.call(client, read('exists', '/x', true));
  run.call(client, create('/x'));
  assert.deepEqual(client.events, ['event NodeCreated /x']);
});

test('learn client: its server dies → no connection; it goes elsewhere with its session', () => {
  const run = new LearnRun({ voters: [1, 2, 3] });
  run.prepare(() => run.startAll(1, 2, 3));
  const client = run.connect('A', 1);
  const { sessionId } = client;
  run.kill(1);
  run.settle();
  assert.equal(client.isConnected, false);
  assert.throws(() => client.ask(create('/x')), /no connection/);
  run.connect('A', 2);
  assert.equal(client.sessionId, sessionId);
  assert.equal(client.server, 2);
});

test('learn client: nobody serves there → refused', () => {
  const run = new LearnRun({ voters: [1, 2] });
  assert.equal(run.client('A').connect(1), false);
  assert.match(run.finish(), /A → 1 +connect: a new session \(refused\)/);
});
