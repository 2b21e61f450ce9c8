import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newConnectionHistory } from '../../../../src/sim/clients/sim-client.ts';
import { checkSyncs, Timeline } from '../../../../src/sim/ensemble/checkers/syncs.ts';
import { newEnsembleHistory } from '../../../../src/sim/ensemble/ensemble-history.ts';
import type { AskRecord } from '../../../../src/sim/history.ts';
import { quietConfig } from '../ensemble-rig.ts';

/** A sync asked at 10 and answered at 20 with this zxid; 7 is committed from 9 on. */
function violations(zxid: number, timeline: Timeline, syncQuorum = false): string[] {
  const history = newEnsembleHistory(quietConfig());
  const attempt = { at: 1, sessionId: 0n, isPasswordRight: true, timeOutMs: 1, lastZxidSeen: 0 };
  const connection = newConnectionHistory(0, 0, { attempt, life: 1 });
  const reply = { at: 20, xid: 1, zxid, err: 0, body: { path: '/' } };
  const ask = { kind: 'sync', path: '/' } as const;
  const asked: AskRecord = { at: 10, xid: 1, ask, reply, ids: [], takenAt: 11 };
  connection.stream.push({ kind: 'reply', asked, reply });
  history.connections.push(connection);
  return checkSyncs(history, { timeline, syncQuorum }).map(({ invariant }) => invariant);
}

function timeline(): Timeline {
  const made = new Timeline();
  made.onLeading(1, 0);
  made.onCommitted(9, 7);
  made.onCommitted(15, 8);
  return made;
}

test('syncs: what was committed when it was asked is shown → good; less → H9', () => {
  assert.deepEqual(violations(7, timeline()), []);
  assert.deepEqual(violations(6, timeline()), ['H9']);
});

test('syncs: two lead at once → promised with sync.quorum only; one has ended before → it is', () => {
  const two = timeline();
  two.onLeading(2, 12);
  assert.deepEqual(violations(6, two), []);
  assert.deepEqual(violations(6, two, true), ['H9']);
  const after = new Timeline();
  after.onLeading(1, 0);
  after.onLeadingEnd(1, 5);
  after.onLeading(2, 6);
  after.onCommitted(9, 7);
  assert.deepEqual(violations(6, after), ['H9']);
});
