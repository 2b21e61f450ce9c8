import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { checkSessions } from '../../../src/sim/checkers/sessions.ts';
import { newConnectionHistory } from '../../../src/sim/clients/sim-client.ts';
import { newEnsembleHistory } from '../../../src/sim/ensemble/ensemble-history.ts';
import { quietConfig } from '../ensemble/ensemble-rig.ts';

const SESSION = 7n;

function connection(id: number, from: number, at: number) {
  const attempt = {
    ...{ at: from, sessionId: id === 0 ? 0n : SESSION, isPasswordRight: true },
    ...{ timeOutMs: 1000, lastZxidSeen: 0 },
  };
  const made = newConnectionHistory(id, 0, { attempt, server: id + 1, life: 1 });
  made.sessionId = SESSION;
  const connected = { sessionId: SESSION, timeoutMs: 1000 };
  made.stream.push({ kind: 'connected', at, connected });
  return made;
}

/** A write of the first connection, prepared at 40; the second is told at 30 that it has the session. */
function judged(secondFrom: number): string[] {
  const history = newEnsembleHistory(quietConfig());
  const first = connection(0, 10, 20);
  const ask = { kind: 'delete', path: '/a', version: -1 } as const;
  first.asked.push({ at: 22, xid: 1, ask, reply: null, ids: [], takenAt: 23 });
  history.connections.push(first, connection(1, secondFrom, 30));
  const facts = { clientId: SESSION, time: 0, digest: null, preparedUs: 0 };
  history.txns.push(
    {
      ...facts,
      ...{ zxid: 1, cxid: 0, preparedAt: 5 },
      txn: { type: OpCode.createSession, body: { timeOut: 1000 } },
    },
    {
      ...facts,
      zxid: 2,
      cxid: 1,
      preparedAt: 40,
      txn: { type: OpCode.delete, body: { path: '/a' } },
    },
  );
  return checkSessions(history)
    .map(({ invariant }) => invariant)
    .filter((invariant) => invariant === 'E7');
}

test('sessions: a write that is prepared after the session was taken up elsewhere → E7', () => {
  assert.deepEqual(judged(25), ['E7']);
});

test('sessions: two take a session up at once → nobody knows which was the later one', () => {
  assert.deepEqual(judged(15), []);
});
