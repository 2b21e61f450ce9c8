import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestOptions } from '../../../../src/core/requests/request-options.ts';
import { ServerDatabase } from '../../../../src/core/requests/server-database.ts';
import {
  createReadOnlyProcessor,
  type ReadOnlyProcessor,
} from '../../../../src/core/requests/writes/read-only-writes.ts';
import { LearnerSessionTracker } from '../../../../src/core/sessions/learner-session-tracker.ts';
import { sessionPassword } from '../../../../src/core/sessions/session-password.ts';
import { DataTree } from '../../../../src/core/tree/data-tree.ts';
import { ErrorCode } from '../../../../src/protocol/error-code.ts';
import { BinaryReader } from '../../../../src/protocol/jute/binary-reader.ts';
import { type ConnectRequest, ReplyHeader } from '../../../../src/protocol/records/connect.ts';
import { simAccess } from '../../../../src/sim/access.ts';
import {
  encodeAsk,
  encodeConnect,
  type SentAsk,
} from '../../../../src/sim/clients/client-request.ts';
import { splitFrames } from '../../../../src/sim/split-frames.ts';
import { createAsk, setAsk } from '../../../scenario/asks.ts';
import { readReceived } from '../../../scenario/received.ts';
import { REQUEST_OPTIONS } from '../../../scenario/scenario-options.ts';

const LOCAL = { localSessionsEnabled: true };
const KNOWN = 0x0100_0000_0000_0007n;

function open(options: Partial<RequestOptions> = {}) {
  const requests = { ...REQUEST_OPTIONS, ...options };
  const database = new ServerDatabase(DataTree.fresh(requests), requests);
  database.tree.lastProcessedZxid = 9;
  database.sessionsWithTimeouts.set(KNOWN, 6000);
  const start = { monotonicMs: 0, seedMs: 1000, lastZxid: 0 };
  const sessions = new LearnerSessionTracker(requests, start);
  const parts = { database, sessions, access: simAccess(), options: requests };
  return createReadOnlyProcessor(parts, { monotonicMs: 0, wallMs: 1000 });
}

class Client {
  readonly connection;
  readonly #processor: ReadOnlyProcessor;
  readonly #asked: { xid: number; ask: SentAsk }[] = [];
  hasConnected = false;

  constructor(processor: ReadOnlyProcessor, facts: Partial<ConnectRequest> = {}) {
    this.#processor = processor;
    this.connection = processor.connect({ address: '10.0.0.1', port: 1 });
    const session = { sessionId: 0n, passwd: new Uint8Array(16) };
    const rest = { protocolVersion: 0, lastZxidSeen: 0, timeOut: 6000, readOnly: true };
    processor.receive(this.connection, encodeConnect({ ...rest, ...session, ...facts }));
  }

  get asked() {
    return this.#asked;
  }

  takeFrames(): Uint8Array[] {
    const bytes = this.connection.output?.written().slice() ?? new Uint8Array(0);
    this.#processor.output.release(this.connection);
    return splitFrames(bytes);
  }

  takeConnected() {
    const [received] = this.takeFrames().map((frame) => readReceived(this, frame));
    return received?.kind === 'connected' ? received.response : null;
  }

  /** The error of each reply. */
  call(...asks: SentAsk[]): number[] {
    asks.forEach((ask, xid) => {
      this.#asked.push({ xid, ask });
      this.#processor.receive(this.connection, encodeAsk(xid, ask));
    });
    return this.takeFrames().map((frame) => ReplyHeader.read(new BinaryReader(frame)).err);
  }
}

test('read-only: a client that did not ask for it → closed without an answer', () => {
  for (const readOnly of [false, undefined]) {
    const client = new Client(open(LOCAL), { readOnly });
    assert.deepEqual(client.takeFrames(), []);
    assert.equal(client.connection.closeReason, 'not a read-only client');
  }
});

test('read-only: a new local session → at once, and told that it is read-only', () => {
  const client = new Client(open(LOCAL));
  const response = client.takeConnected();
  assert.equal(response?.readOnly, true);
  assert.notEqual(response?.sessionId, 0n);
  assert.equal(response?.timeOut, 6000);
});

test('read-only: without local sessions a new one → an error where the answer would be', () => {
  const processor = open();
  const client = new Client(processor);
  const [frame] = client.takeFrames();
  assert.equal(frame?.length, 16);
  const { xid, zxid, err } = ReplyHeader.decode(frame ?? new Uint8Array(0));
  assert.deepEqual([xid, zxid, err], [0, 9, ErrorCode.NotReadOnly]);
  assert.equal(client.connection.closeReason, 'no session without a leader');
});

test('read-only: a session of the ensemble → closed without an answer, local sessions or not', () => {
  for (const options of [{}, LOCAL]) {
    const client = new Client(open(options), { sessionId: KNOWN, passwd: sessionPassword(KNOWN) });
    assert.deepEqual(client.takeFrames(), []);
    assert.equal(client.connection.closeReason, 'no global session in read-only mode');
  }
});

test('read-only: an unknown session → expired with local sessions, else taken for good', () => {
  const unknown = { sessionId: 77n, passwd: sessionPassword(77n) };
  assert.equal(new Client(open(LOCAL), unknown).takeConnected()?.sessionId, 0n);
  const client = new Client(open(), unknown);
  assert.equal(client.takeConnected()?.sessionId, 77n);
  // It is not ours to close.
  assert.deepEqual(client.call({ kind: 'closeSession' }), [ErrorCode.NotReadOnly]);
  assert.equal(client.connection.isClosing, false);
});

test('read-only: a local session comes back → goes on', () => {
  const processor = open(LOCAL);
  const first = new Client(processor).takeConnected();
  const sessionId = first?.sessionId ?? 0n;
  const again = new Client(processor, { sessionId, passwd: sessionPassword(sessionId) });
  assert.equal(again.takeConnected()?.sessionId, sessionId);
});

test('read-only: reads and pings → served; whatever changes something and sync → refused', () => {
  const client = new Client(open(LOCAL));
  client.takeConnected();
  const served = client.call(
    { kind: 'getData', path: '/', watch: true },
    { kind: 'exists', path: '/none', watch: true },
    { kind: 'ping' },
  );
  assert.deepEqual(served, [ErrorCode.Ok, ErrorCode.NoNode, ErrorCode.Ok]);
  const refused = client.call(
    createAsk('/x'),
    setAsk('/', 'x'),
    { kind: 'delete', path: '/x', version: -1 },
    { kind: 'setAcl', path: '/', acl: [], version: -1 },
    { kind: 'multi', parts: [] },
    { kind: 'sync', path: '/' },
  );
  assert.deepEqual(refused, Array(6).fill(ErrorCode.NotReadOnly));
});

test('read-only: a local session is closed → answered, and the connection ends', () => {
  const client = new Client(open(LOCAL));
  client.takeConnected();
  assert.deepEqual(client.call({ kind: 'closeSession' }), [ErrorCode.Ok]);
  assert.equal(client.connection.closeReason, 'session closed');
});
