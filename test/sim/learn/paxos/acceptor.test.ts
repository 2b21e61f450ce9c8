import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Acceptor } from '../../../../src/sim/learn/paxos/acceptor.ts';

test('paxos acceptor: a lower number than promised → rejected, in both phases', () => {
  const acceptor = new Acceptor();
  assert.deepEqual(acceptor.prepare(2), { kind: 'PROMISE', accepted: null });
  assert.deepEqual(acceptor.prepare(1), { kind: 'REJECT', promised: 2 });
  assert.deepEqual(acceptor.prepare(2), { kind: 'REJECT', promised: 2 });
  assert.deepEqual(acceptor.accept({ number: 1, value: 'x' }), { kind: 'REJECT', promised: 2 });
});

test('paxos acceptor: what it has accepted → told with the next promise', () => {
  const acceptor = new Acceptor();
  const proposal = { number: 3, value: 'x' };
  assert.deepEqual(acceptor.accept(proposal), { kind: 'ACCEPTED' });
  assert.deepEqual(acceptor.prepare(4), { kind: 'PROMISE', accepted: proposal });
  assert.deepEqual(acceptor.prepare(3), { kind: 'REJECT', promised: 4 });
});
