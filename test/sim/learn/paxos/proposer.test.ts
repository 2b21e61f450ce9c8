import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Acceptor } from '../../../../src/sim/learn/paxos/acceptor.ts';
import { Proposer } from '../../../../src/sim/learn/paxos/proposer.ts';

function ground() {
  const acceptors = new Map(['1', '2', '3'].map((name) => [name, new Acceptor()] as const));
  const lines: string[] = [];
  const propose = (value: string) =>
    new Proposer({
      ...{ name: value, value, acceptors },
      sent: (to, text) => lines.push(`to ${to}: ${text}`),
      got: (names, text) => lines.push(`of ${names}: ${text}`),
    });
  return { acceptors, lines, propose };
}

test('paxos proposer: nobody else → its value is accepted by a quorum', () => {
  const { propose, lines } = ground();
  const red = propose('red');
  assert.ok(red.prepare(1) && red.accept());
  assert.deepEqual(lines.slice(-2), ['to 3: ACCEPT 1 "red"', 'of 1,2,3: ACCEPTED']);
});

test('paxos proposer: one acceptor has accepted another value → it proposes that', () => {
  const { propose, acceptors } = ground();
  acceptors.get('2')?.accept({ number: 1, value: 'red' });
  const blue = propose('blue');
  assert.ok(blue.prepare(2) && blue.accept());
  assert.equal(blue.value, 'red');
});

test('paxos proposer: two values accepted by one each → the one with the higher number', () => {
  const { propose, acceptors } = ground();
  acceptors.get('1')?.accept({ number: 2, value: 'green' });
  acceptors.get('2')?.accept({ number: 1, value: 'red' });
  const blue = propose('blue');
  assert.ok(blue.prepare(3));
  assert.equal(blue.value, 'green');
});

test('paxos proposer: two of three have promised more → no quorum', () => {
  const { propose, acceptors } = ground();
  const red = propose('red');
  assert.ok(red.prepare(1));
  for (const name of ['1', '3']) acceptors.get(name)?.prepare(2);
  assert.equal(red.accept(), false);
});
