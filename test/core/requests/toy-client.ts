/** ToyClient: a client of one of the servers of a ToyEnsemble, with all that it got. */
import assert from 'node:assert/strict';
import type { ClientConnection } from '../../../src/core/requests/client-connection.ts';
import {
  encodeAsk,
  encodeConnect,
  fixedXid,
  type SentAsk,
} from '../../../src/sim/clients/client-request.ts';
import { splitFrames } from '../../../src/sim/split-frames.ts';
import { type Received, type ReceivedReply, readReceived } from '../../scenario/received.ts';
import type { Processor } from './toy-ensemble.ts';

export interface ConnectFacts {
  readonly sessionId?: bigint;
  readonly password?: Uint8Array;
  readonly timeOut?: number;
  readonly lastZxid?: number;
}

export class ToyClient {
  processor: Processor;
  connection: ClientConnection;
  hasConnected = false;
  asked: { readonly xid: number; readonly ask: SentAsk }[] = [];
  /** The xids in the order in which they were sent on this connection. */
  sent: number[] = [];
  received: Received[] = [];
  /** Why the server ended the connection. */
  closed: string | null = null;
  sessionId = 0n;
  password: Uint8Array = new Uint8Array(16);
  lastZxid = 0;
  nextXid = 1;

  constructor(processor: Processor, facts: ConnectFacts = {}) {
    this.processor = processor;
    this.lastZxid = facts.lastZxid ?? 0;
    this.sessionId = facts.sessionId ?? 0n;
    this.password = facts.password ?? this.password;
    this.connection = this.#open(facts);
  }

  /** Goes to a server with the session that it has. */
  move(processor: Processor, facts: ConnectFacts = {}): void {
    if (this.closed === null) this.processor.disconnect(this.connection);
    this.processor = processor;
    this.hasConnected = false;
    this.asked = [];
    this.sent = [];
    this.received = [];
    this.closed = null;
    const { sessionId, password } = this;
    this.connection = this.#open({ sessionId, password, ...facts });
  }

  #open({ sessionId = 0n, password = new Uint8Array(16), timeOut = 6000 }: ConnectFacts) {
    const connection = this.processor.connect({ address: '10.0.0.1', port: 1 });
    const session = { sessionId, passwd: password, readOnly: false };
    const rest = { protocolVersion: 0, lastZxidSeen: this.lastZxid, timeOut };
    this.processor.receive(connection, encodeConnect({ ...rest, ...session }));
    return connection;
  }

  send(ask: SentAsk): void {
    const xid = fixedXid(ask) ?? this.nextXid++;
    this.asked.push({ xid, ask });
    this.sent.push(xid);
    this.sendBytes(encodeAsk(xid, ask));
  }

  /** As a driver does: what a held connection has not read is kept for it. */
  sendBytes(chunk: Uint8Array): void {
    const { frames } = this.connection;
    if (this.closed !== null) return;
    assert.equal(frames.hasUnread, false, 'a driver would not read from it');
    this.processor.receive(this.connection, chunk);
    if (frames.hasUnread) frames.keepUnread();
  }

  /** What the server has for it; ends the connection when the server does. */
  poll(): readonly Received[] {
    const { output, closeReason } = this.connection;
    const bytes = output?.written().slice() ?? new Uint8Array(0);
    this.processor.output.release(this.connection);
    const fresh = splitFrames(bytes).map((frame) => this.#take(frame));
    if (closeReason !== null && this.closed === null) {
      this.closed = closeReason;
      this.processor.disconnect(this.connection);
    }
    return fresh;
  }

  #take(frame: Uint8Array): Received {
    const received = readReceived(this, frame);
    this.received.push(received);
    if (received.kind === 'connected' && received.response.sessionId !== 0n) {
      this.sessionId = received.response.sessionId;
      this.password = received.response.passwd ?? this.password;
    }
    if (received.kind === 'reply') this.lastZxid = Math.max(this.lastZxid, received.zxid);
    return received;
  }

  get replies(): readonly ReceivedReply[] {
    this.poll();
    return this.received.filter((each) => each.kind === 'reply');
  }

  /** Ids of those that were answered on this connection, with the error. */
  get outcomes(): readonly (readonly [number, number])[] {
    return this.replies.map(({ xid, err }) => [xid, err] as const);
  }

  /** The server's answer to the ConnectRequest: the session's id, 0n for a refusal, null for none. */
  get answer(): bigint | null {
    this.poll();
    const connected = this.received.find((each) => each.kind === 'connected');
    return connected?.kind === 'connected' ? connected.response.sessionId : null;
  }
}
