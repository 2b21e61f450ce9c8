import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientConnection } from '../../../../src/core/requests/client-connection.ts';
import { ServerStats } from '../../../../src/core/requests/connection-stats.ts';
import { SessionEndings } from '../../../../src/core/requests/stats/session-endings.ts';
import { Stalls } from '../../../../src/core/requests/stats/stalls.ts';
import { newSession, type Session } from '../../../../src/core/sessions/session-tracker.ts';
import { BinaryWriter } from '../../../../src/protocol/jute/binary-writer.ts';

const TIMEOUT_MS = 4000;
const NOW = { monotonicMs: 100_000, wallMs: 777 };
const REMOTE = { address: '10.0.0.1', port: 5 };

function makeEndings() {
  const stalls = new Stalls();
  return { stalls, endings: new SessionEndings(stalls) };
}

function makeSession(more: Partial<Session> = {}): Session {
  return { ...newSession(9n, TIMEOUT_MS, false), ...more };
}

/** Whose client was last answered then. */
function connectionHeard(lastResponseMs: number): ClientConnection {
  const host = {
    stats: new ServerStats(),
    maySee: () => true,
    outputOf: () => new BinaryWriter(),
  };
  const facts = { id: 1, remote: REMOTE, frameBytesMax: 100, nowWallMs: 0 };
  const connection = new ClientConnection(host, facts);
  connection.stats.lastResponseMs = lastResponseMs;
  return connection;
}

test('session endings: connected, and not a word → silent, and for how long', () => {
  const { endings } = makeEndings();
  endings.onExpired(makeSession(), { now: NOW, connection: connectionHeard(95_000) });
  assert.deepEqual(endings.recent(), [
    {
      sessionId: 9n,
      timeoutMs: TIMEOUT_MS,
      endedMs: 777,
      silentMs: 5000,
      stalledMs: 0,
      connection: { remote: REMOTE, lost: null },
      cause: 'silent',
    },
  ]);
});

test('session endings: the connection had ended → how, and when', () => {
  const { endings } = makeEndings();
  const departure = { atMs: 95_500, heardMs: 95_000, reason: 'connection reset', remote: REMOTE };
  endings.onExpired(makeSession({ departure }), { now: NOW, connection: undefined });
  const [ending] = endings.recent();
  assert.equal(ending?.cause, 'connectionLost');
  assert.equal(ending?.silentMs, 5000);
  const lost = { reason: 'connection reset', agoMs: 4500 };
  assert.deepEqual(ending?.connection, { remote: REMOTE, lost });
});

test('session endings: the server stood still → it is to blame only if the client was well without that', () => {
  for (const [stalledMs, cause] of [
    [3500, 'serverStalled'],
    [2000, 'silent'],
  ] as const) {
    const { stalls, endings } = makeEndings();
    stalls.record({ endedMs: 99_000, durationMs: stalledMs, cause: 'halted' });
    endings.onExpired(makeSession(), { now: NOW, connection: connectionHeard(95_000) });
    assert.equal(endings.recent()[0]?.cause, cause);
    assert.equal(endings.recent()[0]?.stalledMs, stalledMs);
  }
});

test('session endings: never here → who had it, if anybody', () => {
  const { endings } = makeEndings();
  const facts = { now: NOW, connection: undefined };
  endings.onExpired(makeSession(), facts);
  endings.onExpired(makeSession({ owner: {} }), facts);
  assert.deepEqual(
    endings.recent().map(({ cause, silentMs }) => [cause, silentMs]),
    [
      ['silentElsewhere', null],
      ['neverReturned', null],
    ],
  );
});

test('session endings: more than are kept → counted, told, and the last ones kept, the last first', () => {
  const { endings } = makeEndings();
  let told = 0;
  endings.onEnding = () => {
    told++;
  };
  const facts = { now: NOW, connection: undefined };
  for (let at = 1; at <= 300; at++) {
    endings.onEnded(makeSession({ id: BigInt(at) }), 'clientClosed', facts);
  }
  const recent = endings.recent();
  assert.deepEqual([endings.counts.clientClosed, told, recent.length], [300, 300, 256]);
  assert.deepEqual([recent[0]?.sessionId, recent.at(-1)?.sessionId], [300n, 45n]);
  endings.reset();
  assert.equal(endings.counts.clientClosed, 0);
});
