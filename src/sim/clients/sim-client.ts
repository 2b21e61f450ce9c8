/**
 * SimClient: a raw client of the protocol, which does what real ones do (one session, pipelining,
 * pings, reconnecting with its password and the last zxid it saw, asking for its watches again) and
 * what bad ones do.
 */
import type { Prng } from '../../base/prng.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { ConnectResponse, ReplyHeader, Xid } from '../../protocol/records/connect.ts';
import { WatcherEvent } from '../../protocol/records/watches.ts';
import type { Decisions } from '../decisions/decisions.ts';
import type { EventQueue } from '../event-queue.ts';
import type { AskRecord, ConnectAttempt, ConnectionHistory } from '../history.ts';
import type { SimClock } from '../sim-clock.ts';
import type { SimConnection } from '../sim-connection.ts';
import {
  type Ask,
  describeAsk,
  encodeAsk,
  encodeConnect,
  fixedXid,
  type SentAsk,
} from './client-request.ts';
import { readReplyBody } from './reply-body.ts';
import { WatchList } from './watch-list.ts';
import type { Workload } from './workload.ts';

/** What its run allows a client. */
export interface ClientConfig {
  readonly server: { readonly requests: SessionLimits };
  readonly pipelineMax: number;
  readonly thinkUsMax: number;
  /** Of each client, in all lives of its servers together. */
  readonly asksMax: number;
  readonly faults: {
    readonly breaks: boolean;
    readonly silence: boolean;
    readonly hostile: boolean;
  };
}

interface SessionLimits {
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
}

export interface SimClientParts {
  readonly index: number;
  readonly clock: SimClock;
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly config: ClientConfig;
  readonly workload: Workload;
  readonly decisions: Decisions;
  /** By whom its connections go where they go. */
  readonly netPrng: Prng;
  at(): number;
  /** A new connection, or null where nobody listens. */
  open(attempt: ConnectAttempt, client: SimClient): SimConnection | null;
  connectRequest(bytes: Uint8Array): Uint8Array;
}

const PASSWORD_BYTES = 16;
/** No counter gets there. */
const GARBAGE_XID = 0x7f000009;

export class SimClient {
  readonly index: number;
  sessionId = 0n;
  /** False in quiet times: then it behaves. */
  isWild = true;
  readonly #parts: SimClientParts;
  readonly #watches = new WatchList();
  #password: Uint8Array = new Uint8Array(PASSWORD_BYTES);
  #lastZxid = 0;
  #nextXid = 1;
  #timeoutMs = 0;
  #connection: SimConnection | null = null;
  #isConnected = false;
  /** Sent on this connection, not answered yet. */
  #waiting: AskRecord[] = [];
  #silentUntilUs = 0;
  #lastSentUs = 0;
  #outbox: Uint8Array[] = [];
  #asked = 0;
  #isThinking = false;

  constructor(parts: SimClientParts) {
    this.index = parts.index;
    this.#parts = parts;
    this.#think();
  }

  /** Nothing is under way for it. */
  get isSettled(): boolean {
    return this.#isConnected && this.#waiting.length === 0;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Where it has a session; null while it has none. */
  get server(): number | null {
    return this.#isConnected ? (this.#connection?.record.server ?? null) : null;
  }

  /** The end of chaos: from now on it behaves, and forgets what it waits for. */
  calm(): void {
    this.isWild = false;
    this.#silentUntilUs = 0;
    if (!this.#isThinking) this.#think();
  }

  ask(ask: SentAsk): void {
    if (!this.#isConnected) return;
    this.#send(ask);
    this.#flush();
  }

  onFrame(connection: SimConnection, frame: Uint8Array): void {
    if (connection !== this.#connection) return;
    connection.record.seen++;
    const reader = new BinaryReader(frame);
    if (!this.#isConnected) return this.#onConnected(ConnectResponse.read(reader));
    const { xid, zxid, err } = ReplyHeader.read(reader);
    if (zxid > this.#lastZxid) this.#lastZxid = zxid;
    if (xid === Xid.notification) {
      const { type, path } = WatcherEvent.read(reader);
      this.#watches.onEvent(type, path ?? '');
      return;
    }
    const at = this.#waiting.findIndex((asked) => asked.xid === xid);
    const asked = this.#waiting.splice(Math.max(at, 0), 1)[0];
    if (asked === undefined) return;
    this.#watches.onReply(asked.ask, err);
    if (err === 0 && asked.ask.kind === 'create') {
      const { path } = readReplyBody(asked.ask, frame.subarray(16));
      if (typeof path === 'string') this.#parts.workload.learn(path);
    }
    if (asked.ask.kind === 'closeSession') this.#forgetSession();
  }

  onEnd(connection: SimConnection): void {
    if (connection !== this.#connection) return;
    this.#connection = null;
    this.#isConnected = false;
    this.#waiting = [];
    this.#outbox = [];
  }

  #think(): void {
    const { clock, queue, decisions } = this.#parts;
    const isGiven = this.isWild && decisions.isReplay;
    const us = isGiven ? decisions.nextUs(this.#name) : clock.nowUs + this.#delayUs();
    this.#isThinking = us !== null;
    if (us === null) return;
    queue.add(Math.max(us, clock.nowUs), this.#name, () => {
      this.#turn();
      this.#think();
    });
  }

  #delayUs(): number {
    const { clock, prng, config } = this.#parts;
    const hasRoom = this.#waiting.length < config.pipelineMax && this.#asked <= config.asksMax;
    const isBusy = this.isWild && this.#isConnected && hasRoom;
    const isSilent = clock.nowUs < this.#silentUntilUs;
    const thinkUsMax = Math.max(config.thinkUsMax, 20_000);
    return prng.between(100, isBusy && !isSilent ? config.thinkUsMax : thinkUsMax);
  }

  get #name(): string {
    return `client ${this.index}`;
  }

  #turn(): void {
    const { clock, prng, netPrng, workload, decisions } = this.#parts;
    if (this.isWild) {
      const streams = [prng, workload.prng, netPrng];
      if (!decisions.begin(this.#name, clock.nowUs, streams)) return;
    }
    this.#act();
    this.#flush();
    decisions.end();
  }

  #act(): void {
    const { clock, prng, config } = this.#parts;
    if (clock.nowUs < this.#silentUntilUs) return;
    if (this.#connection === null) return this.#connect();
    if (!this.#isConnected) return;
    if (!this.isWild || this.#asked > config.asksMax) return this.#pingWhenDue();
    const { faults } = config;
    if (faults.breaks && prng.chance(0.01)) return this.#break();
    if (faults.silence && prng.chance(0.006)) return this.#goSilent();
    if (prng.chance(0.006)) return this.#send({ kind: 'closeSession' });
    if (faults.hostile && prng.chance(0.01)) return this.#sendGarbage();
    if (this.#waiting.length >= config.pipelineMax) return;
    const room = config.pipelineMax - this.#waiting.length;
    for (let count = prng.between(1, room); count > 0; count--) {
      this.#sendPart(this.#parts.workload.next());
    }
    // Closing right behind other requests, and asking behind the close, is where bugs live.
    if (prng.chance(0.01)) {
      this.#sendPart({ kind: 'closeSession' });
      if (prng.chance(0.7)) this.#sendPart(this.#parts.workload.next());
    }
  }

  #pingWhenDue(): void {
    const sinceMs = (this.#parts.clock.nowUs - this.#lastSentUs) / 1000;
    if (sinceMs > this.#timeoutMs / 3) this.#send({ kind: 'ping' });
  }

  #break(): void {
    const connection = this.#connection;
    if (connection === null) return;
    this.#parts.decisions.note('lose the connection');
    if (this.#parts.prng.chance(0.5)) {
      // Half open: the client goes on elsewhere, the server does not know yet.
      this.onEnd(connection);
      connection.isClientEndOpen = false;
      const { clock, queue, prng } = this.#parts;
      queue.add(clock.nowUs + prng.below(2_000_000), 'half open', () => {
        connection.endServerSide();
      });
      return;
    }
    connection.breakOff();
  }

  #goSilent(): void {
    const { clock, prng } = this.#parts;
    const share = prng.pick([0.3, 0.9, 1.1, 3]);
    this.#parts.decisions.note(`be silent for ${share} timeouts`);
    this.#silentUntilUs = clock.nowUs + Math.floor(this.#timeoutMs * 1000 * share);
    if (prng.chance(0.5)) this.#connection?.breakOff();
  }

  #forgetSession(): void {
    this.sessionId = 0n;
    this.#password = new Uint8Array(PASSWORD_BYTES);
    this.#watches.clear();
  }

  #connect(): void {
    const { prng, config, at } = this.#parts;
    const isHostile = this.isWild && config.faults.hostile && prng.chance(0.15);
    const guesses = isHostile && this.sessionId !== 0n && prng.chance(0.5);
    const passwd = guesses ? this.#password.map((byte) => byte ^ 0x55) : this.#password;
    const claims = isHostile && !guesses;
    const lastZxidSeen = this.#lastZxid + (claims ? prng.pick([1000, 2 ** 40]) : 0);
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = config.server.requests;
    const timeOut = this.isWild
      ? prng.between(0, maxSessionTimeoutMs + 100)
      : (minSessionTimeoutMs + maxSessionTimeoutMs) >> 1;
    const attempt: ConnectAttempt = {
      at: at(),
      sessionId: this.sessionId,
      isPasswordRight: !guesses,
      timeOutMs: timeOut,
      lastZxidSeen,
    };
    const connection = this.#parts.open(attempt, this);
    if (connection === null) return;
    this.#parts.decisions.note(`connect to ${connection.record.server || 'the server'}`);
    this.#connection = connection;
    this.#isConnected = false;
    const { sessionId } = this;
    const hasReadOnly = prng.chance(0.8);
    const bytes = encodeConnect({
      protocolVersion: 0,
      lastZxidSeen,
      timeOut,
      sessionId,
      passwd,
      readOnly: hasReadOnly ? false : undefined,
    });
    connection.send(this.#parts.connectRequest(bytes));
  }

  #onConnected({ timeOut, sessionId, passwd }: ConnectResponse): void {
    const attempt = this.#connection?.record.attempt;
    if (timeOut === 0) {
      // Refused: it will be closed. After a wrong guess the session is still there.
      if (attempt?.isPasswordRight === true) this.#forgetSession();
      return;
    }
    this.#isConnected = true;
    this.#timeoutMs = timeOut;
    const isNew = sessionId !== this.sessionId;
    this.sessionId = sessionId;
    this.#password = passwd ?? new Uint8Array(PASSWORD_BYTES);
    if (isNew) {
      this.#watches.clear();
    } else if (!this.#watches.isEmpty) {
      const watches = this.#watches.asSetWatches(this.#lastZxid);
      const kind = this.#watches.hasPersistent ? 'setWatches2' : 'setWatches';
      this.#send({ kind, watches });
      this.#flush();
    }
  }

  #sendPart(ask: SentAsk): void {
    if (!this.#parts.decisions.leavesOut()) this.#send(ask);
  }

  #send(ask: SentAsk): void {
    if (this.#connection === null) return;
    this.#parts.decisions.note(describeAsk(ask));
    const xid = fixedXid(ask) ?? this.#nextXid++;
    this.#waiting.push(this.#note(ask, xid));
    this.#lastSentUs = this.#parts.clock.nowUs;
    this.#asked++;
    this.#outbox.push(encodeAsk(xid, ask));
  }

  /** What was asked in one go leaves in one go. */
  #flush(): void {
    const outbox = this.#outbox;
    if (outbox.length === 0) return;
    this.#outbox = [];
    const bytes = new Uint8Array(outbox.reduce((sum, each) => sum + each.length, 0));
    let at = 0;
    for (const each of outbox) {
      bytes.set(each, at);
      at += each.length;
    }
    this.#connection?.send(bytes);
  }

  #note(ask: Ask, xid: number): AskRecord {
    const at = this.#parts.at();
    const asked: AskRecord = { at, xid, ask, reply: null, ids: [], takenAt: -1 };
    this.#connection?.record.asked.push(asked);
    return asked;
  }

  /** What no client may send: the server must end this connection, and nothing else. */
  #sendGarbage(): void {
    const { prng } = this.#parts;
    this.#flush();
    const connection = this.#connection;
    if (connection === null) return;
    this.#parts.decisions.note('send garbage');
    const garbage = prng.pick<readonly number[]>([
      [0xff, 0xff, 0xff, 0xff],
      [0x7f, 0xff, 0xff, 0xff, 1, 2, 3],
      [0, 0, 0, 2, 0, 0],
      [0, 0, 0, 8, 0x7f, 0, 0, 9, 0, 0, 0, 99],
      [0, 0, 0, 8, 0x7f, 0, 0, 9, 0, 0, 0, 13],
    ]);
    connection.send(Uint8Array.from(garbage));
    this.#note({ kind: 'garbage', hasHeader: garbage.length === 12 }, GARBAGE_XID);
    // Behind it nothing may be sent, or the server could take it for something else.
    this.onEnd(connection);
    connection.isClientEndOpen = false;
    const { clock, queue } = this.#parts;
    queue.add(clock.nowUs + prng.below(500_000), 'garbage end', () => connection.endServerSide());
  }
}

export function newConnectionHistory(
  id: number,
  client: number,
  facts: { attempt: ConnectAttempt; server?: number; life: number },
): ConnectionHistory {
  return {
    id,
    client,
    attempt: facts.attempt,
    sessionId: 0n,
    asked: [],
    stream: [],
    closedAt: null,
    server: facts.server ?? 0,
    life: facts.life,
    seen: 0,
    connectedZxid: -1,
  };
}
