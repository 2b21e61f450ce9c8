/**
 * LearnClient: one session that does what its scenario says, and nothing by itself: it does not
 * ping, and does not come back when its connection ends.
 */
import { describeSessionId } from '../../base/session-id.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { ConnectResponse, ReplyHeader, Xid } from '../../protocol/records/connect.ts';
import { WatcherEvent } from '../../protocol/records/watches.ts';
import { encodeAsk, encodeConnect, fixedXid, type SentAsk } from '../clients/client-request.ts';
import { readReplyBody } from '../clients/reply-body.ts';
import type { Ensemble } from '../ensemble/ensemble.ts';
import type { AskRecord } from '../history.ts';
import type { ConnectionOwner, SimConnection } from '../sim-connection.ts';
import {
  type Answer,
  describeAnswer,
  describeSent,
  describeWatchEvent,
} from './describe-request.ts';

export interface LearnClientParts {
  readonly name: string;
  readonly index: number;
  readonly ensemble: Ensemble;
  readonly timeoutMs: number;
  /** Something goes to a server. */
  sent(server: number, text: string): void;
  /** Something comes from it. */
  got(server: number, text: string): void;
}

export class LearnClient implements ConnectionOwner {
  readonly index: number;
  sessionId = 0n;
  /** The newest that it has seen. */
  lastZxid = 0;
  /** The last one. */
  answer: Answer | null = null;
  /** All events, as they are printed. */
  readonly events: string[] = [];
  readonly #parts: LearnClientParts;
  #password: Uint8Array = new Uint8Array(16);
  #connection: SimConnection | null = null;
  #isConnected = false;
  #lastXid = 0;
  #waiting: AskRecord[] = [];

  constructor(parts: LearnClientParts) {
    this.#parts = parts;
    this.index = parts.index;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Everything that was asked is answered. */
  get isAnswered(): boolean {
    return this.#waiting.length === 0;
  }

  get server(): number {
    return this.#connection?.record.server ?? 0;
  }

  /** With its session, if it has one. False where nobody serves clients. */
  connect(sid: number, isReadOnly = false): boolean {
    const { ensemble, timeoutMs } = this.#parts;
    const { sessionId } = this;
    const attempt = {
      at: ensemble.at(),
      sessionId,
      isPasswordRight: true,
      timeOutMs: timeoutMs,
      lastZxidSeen: this.lastZxid,
      isReadOnly,
    };
    this.#connection?.breakOff();
    this.#isConnected = false;
    this.#waiting = [];
    const connection = ensemble.open(ensemble.peer(sid), attempt, this);
    this.#connection = connection;
    const what = sessionId === 0n ? 'a new session' : `session ${describeSessionId(sessionId)}`;
    const marks = `${isReadOnly ? ', read-only will do' : ''}${connection === null ? ' (refused)' : ''}`;
    this.#parts.sent(sid, `connect: ${what}${marks}`);
    connection?.send(
      encodeConnect({
        protocolVersion: 0,
        lastZxidSeen: this.lastZxid,
        timeOut: timeoutMs,
        sessionId,
        passwd: this.#password,
        readOnly: isReadOnly,
      }),
    );
    return connection !== null;
  }

  ask(ask: SentAsk): void {
    const connection = this.#connection;
    if (connection === null) throw new Error(`client ${this.#parts.name} has no connection`);
    const xid = fixedXid(ask) ?? ++this.#lastXid;
    const at = this.#parts.ensemble.at();
    const asked: AskRecord = { at, xid, ask, reply: null, ids: [], takenAt: -1 };
    connection.record.asked.push(asked);
    this.#waiting.push(asked);
    this.answer = null;
    this.#parts.sent(this.server, describeSent(ask));
    connection.send(encodeAsk(xid, ask));
  }

  onFrame(connection: SimConnection, frame: Uint8Array): void {
    if (connection !== this.#connection) return;
    connection.record.seen++;
    const reader = new BinaryReader(frame);
    if (!this.#isConnected) return this.#onConnected(ConnectResponse.read(reader));
    const { xid, zxid, err } = ReplyHeader.read(reader);
    this.lastZxid = Math.max(this.lastZxid, zxid);
    if (xid === Xid.notification) {
      const { type, path } = WatcherEvent.read(reader);
      const text = describeWatchEvent(type, path ?? '');
      this.events.push(text);
      return this.#parts.got(this.server, text);
    }
    const at = this.#waiting.findIndex((asked) => asked.xid === xid);
    const asked = this.#waiting.splice(Math.max(at, 0), 1)[0];
    if (asked === undefined) return;
    const body = err === 0 ? readReplyBody(asked.ask, frame.subarray(16)) : {};
    this.answer = { zxid, err, body };
    this.#parts.got(this.server, describeAnswer(asked.ask, this.answer));
  }

  onEnd(connection: SimConnection): void {
    if (connection !== this.#connection) return;
    this.#parts.got(this.server, 'the connection ends');
    this.#connection = null;
    this.#isConnected = false;
    this.#waiting = [];
  }

  #onConnected({ sessionId, passwd, timeOut }: ConnectResponse): void {
    if (timeOut === 0) return this.#parts.got(this.server, 'the session has expired');
    this.#isConnected = true;
    this.sessionId = sessionId;
    this.#password = passwd ?? this.#password;
    const text = `session ${describeSessionId(sessionId)}, timeout ${timeOut / 1000} s`;
    this.#parts.got(this.server, text);
  }
}
