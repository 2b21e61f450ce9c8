/**
 * SessionMachine: the client's side of a session (ZooKeeper's ClientCnxn) as a function of its
 * inputs. It knows no socket, no clock and no promise: `opened`, `receive`, `lost`, `setNow` with
 * `tick`, `submit` and `close` go in; bytes (`output`) and `MachineEffects` come out, in order.
 *
 * Replies come in the order of the requests (a server's guarantee), so what is in flight is a
 * queue, and a reply with another xid than the first one's shows that the two sides no longer speak
 * of the same thing: the connection is given up, and the outcome of all in flight is unknown.
 *
 * What was never sent outlives a lost connection, for one session time-out; a user of Java's client
 * has to send it again. What was sent is never sent again by the machine.
 */

import { ErrorCode } from '../../protocol/error-code.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { FrameDecoder } from '../../protocol/jute/frame-decoder.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import {
  AuthPacket,
  ConnectRequest,
  ConnectResponse,
  Xid,
} from '../../protocol/records/connect.ts';
import { WatcherEvent } from '../../protocol/records/watches.ts';
import { failureOfCode } from './failure.ts';
import { type Host, HostProvider } from './host-provider.ts';
import { Liveness } from './liveness.ts';
import type {
  AuthInfo,
  MachineEffects,
  MachineOptions,
  State,
  StateChange,
} from './machine-options.ts';
import { nodeEvent } from './node-event.ts';
import type { Failure, MachineRequest, Outcome, WatchKind } from './operation.ts';
import { closeSession, sasl } from './operations.ts';
import { type OwnRequest, RequestFlow } from './request-flow.ts';
import { RequestQueue } from './request-queue.ts';
import { watchChunks } from './watch-chunks.ts';
import { WATCH_TABLES, WatchRegistry } from './watch-registry.ts';

/** A getChildren of many nodes is longer than any request may be. */
const REPLY_BYTES_MAX = 67_108_864;

/**
 * `idle` until `start`; `waiting` for the next attempt; `up` when requests may be sent; `closing`
 * when the end of the session was asked for.
 */
type Link = 'idle' | 'waiting' | 'dialing' | 'handshake' | 'sasl' | 'up' | 'closing' | 'over';

function finalFailure(state: 'closed' | 'expired' | 'authFailed', reason?: string): Failure {
  const codes = { closed: 'InvalidState', expired: 'SessionExpired', authFailed: 'AuthFailed' };
  const code = codes[state] as Failure['code'];
  return { code, outcome: 'notSent', reason: reason ?? 'the client is closed' };
}

export class SessionMachine<R extends MachineRequest> {
  /** What is to be sent. The driver takes it on `send` and clears it, or puts a new one in place. */
  output = new BinaryWriter(4096);
  readonly watches = new WatchRegistry();

  readonly #options: MachineOptions;
  readonly #effects: MachineEffects<R>;
  readonly #hosts: HostProvider;
  readonly #liveness: Liveness;
  readonly #reader = new BinaryReader();
  readonly #requests: RequestFlow<R>;
  readonly #auths: AuthInfo[];
  #authsInFlight = new RequestQueue<AuthInfo>();
  #decoder = new FrameDecoder(REPLY_BYTES_MAX);
  #link: Link = 'idle';
  #state: State = 'connecting';
  #host: Host | null = null;
  #sessionId: bigint;
  #password: Uint8Array;
  /** A session that only a read-only server knows is not asked for elsewhere. */
  #isKnownToQuorum: boolean;
  #timeoutMs = 0;
  #lastZxid = 0;
  /** After a reconnect or a renewal: what persistent watches have to hear once they are set. */
  #brokenBy: 'reconnected' | 'expired' | null = null;
  #setWatchesLeft = 0;
  #lossReason: string | undefined;

  constructor(options: MachineOptions, effects: MachineEffects<R>) {
    this.#options = options;
    this.#effects = effects;
    this.#hosts = new HostProvider({ ...options, ...options.reconnect });
    this.#liveness = new Liveness(options);
    this.#requests = new RequestFlow({ ...options, effects, watches: this.watches });
    this.#auths = [...options.auths];
    this.#sessionId = options.sessionId;
    this.#password = options.password;
    this.#isKnownToQuorum = options.sessionId !== 0n;
  }

  get state(): State {
    return this.#state;
  }

  get sessionId(): bigint {
    return this.#sessionId;
  }

  get password(): Uint8Array {
    return this.#password;
  }

  /** Negotiated; 0 before the first connection. */
  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  get lastZxid(): number {
    return this.#lastZxid;
  }

  /** Why the last attempt or connection failed, for people. */
  get lossReason(): string | undefined {
    return this.#lossReason;
  }

  /** Attempts to connect that came to nothing, ever. */
  get lostAttempts(): number {
    return this.#hosts.lostAttempts;
  }

  get hostCount(): number {
    return this.#hosts.size;
  }

  /** That it is connected to. */
  get server(): Host | null {
    return this.#link === 'up' || this.#link === 'closing' ? this.#host : null;
  }

  get isUp(): boolean {
    return this.#link === 'up';
  }

  get inFlightCount(): number {
    return this.#requests.inFlightCount;
  }

  get queuedCount(): number {
    return this.#requests.queuedCount;
  }

  /** The state is final. */
  get isOver(): boolean {
    return this.#link === 'over';
  }

  // -- time

  /** Before every input that depends on it; monotonic. */
  setNow(nowMs: number): void {
    this.#liveness.nowMs = nowMs;
  }

  /** When `tick` has something to do at the earliest; Infinity when never. */
  get deadlineMs(): number {
    const linkDeadlineMs = this.#liveness.deadlineMs(this.#link);
    if (this.isUp) return linkDeadlineMs;
    return Math.min(linkDeadlineMs, this.#requests.waitingSinceMs + this.#queueTimeoutMs);
  }

  get #queueTimeoutMs(): number {
    return this.#timeoutMs > 0 ? this.#timeoutMs : this.#options.sessionTimeoutMs;
  }

  tick(): void {
    this.#expireQueued();
    switch (this.#link) {
      case 'waiting':
        if (this.#liveness.isDialDue) this.#dial();
        return;
      case 'dialing':
      case 'handshake':
      case 'sasl':
        if (this.#liveness.isAttemptOver) {
          this.#lose(`no session within ${this.#options.connectionTimeoutMs} ms`);
        }
        return;
      case 'closing':
        if (this.#liveness.isCloseOver) this.#finish('closed', 'the server did not answer');
        return;
      case 'up':
        this.#keepAlive();
        return;
      default:
    }
  }

  #keepAlive(): void {
    const liveness = this.#liveness;
    const { oldest } = this.#requests;
    if (liveness.isReadOver) return this.#lose('nothing came from the server');
    if (oldest !== undefined && liveness.isReplyOver(oldest.atMs)) {
      return this.#lose(`no reply to ${oldest.operation.name}`);
    }
    if (liveness.isPingDue) this.#sendHeaderOnly(Xid.ping, OpCode.ping);
    if (liveness.isProbeDue) {
      liveness.onProbe();
      this.#effects.probe(this.#hosts.next());
    }
  }

  /** What waited for a connection for a whole session time-out. */
  #expireQueued(): void {
    if (this.isUp) return;
    const reason = `no connection within ${this.#queueTimeoutMs} ms`;
    const failure = { code: 'ConnectionLoss', outcome: 'notSent', reason } as const;
    this.#requests.failWaitingSince(this.#liveness.nowMs - this.#queueTimeoutMs, failure);
  }

  // -- the connection

  /** Begins to connect. */
  start(): void {
    if (this.#link === 'idle') this.#dial();
  }

  #dial(): void {
    this.#link = 'dialing';
    this.#host = this.#hosts.next();
    this.#liveness.onDial();
    this.#effects.dial(this.#host);
  }

  /** The connection that was asked for stands. */
  opened(): void {
    if (this.#link !== 'dialing') return;
    this.#link = 'handshake';
    this.#decoder = new FrameDecoder(REPLY_BYTES_MAX);
    this.output.clear();
    if (this.#state === 'connecting') this.#changeState('associating');
    const mark = this.#beginFrame();
    ConnectRequest.write(this.output, {
      protocolVersion: 0,
      lastZxidSeen: this.#lastZxid,
      timeOut: this.#options.sessionTimeoutMs,
      sessionId: this.#isKnownToQuorum ? this.#sessionId : 0n,
      passwd: this.#isKnownToQuorum ? this.#password : new Uint8Array(16),
      readOnly: this.#options.canBeReadOnly,
    });
    this.output.endFrame(mark);
  }

  /** The connection or the attempt has ended. */
  lost(reason: string): void {
    if (this.#link === 'closing') return this.#finish('closed');
    const isAlive = this.#link !== 'idle' && this.#link !== 'waiting' && !this.isOver;
    if (isAlive) this.#lose(reason);
  }

  /** Gives the connection up and plans the next attempt. */
  #lose(reason: string): void {
    const { server } = this;
    if (this.#link !== 'up' || !this.#liveness.hasHeld) this.#hosts.onFailed();
    else this.#hosts.onHeld();
    this.#effects.hangUp();
    const where = server === null ? reason : `${server.host}:${server.port}: ${reason}`;
    if (this.#link === 'closing') return this.#finish('closed', where);
    this.#lossReason = where;
    this.#wait();
    this.#failInFlight({ code: 'ConnectionLoss', outcome: 'unknown', reason: where });
    if (this.#state === 'connected' || this.#state === 'connectedReadOnly') {
      this.#brokenBy ??= 'reconnected';
      this.#changeState('disconnected', where);
    } else if (this.#state === 'associating') {
      this.#changeState('connecting', where);
    }
  }

  #wait(): void {
    this.#link = 'waiting';
    this.#host = null;
    this.output.clear();
    this.#liveness.onWait(this.#hosts.delayMs());
  }

  receive(chunk: Uint8Array): void {
    const decoder = this.#decoder;
    this.#liveness.onReceive();
    try {
      decoder.push(chunk);
      while (this.#decoder === decoder && decoder.next()) this.#onFrame(decoder);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      this.#lose(`the server sent what cannot be read: ${error.message}`);
    }
    this.#sendQueued();
  }

  #onFrame({ bytes, start, end }: FrameDecoder): void {
    const reader = this.#reader.reset(bytes, start, end);
    if (this.#link === 'handshake') return this.#onConnectResponse(ConnectResponse.read(reader));
    if (this.#link !== 'up' && this.#link !== 'closing' && this.#link !== 'sasl') return;
    const xid = reader.int();
    const zxid = reader.longAsNumber();
    const err = reader.int();
    const request = this.#requests.oldest;
    if (request !== undefined && request.xid === xid) {
      this.#requests.onReply(request, err, reader);
      this.#saw(zxid);
      return;
    }
    if (xid === Xid.ping) return;
    if (xid === Xid.notification) return this.#onNotification(zxid);
    if (xid === Xid.auth) return this.#onAuthReply(err);
    if (xid === Xid.setWatches) return this.#onSetWatchesReply(err);
    // Its zxid is not believed: a wrong one would be refused by every server from now on.
    const wanted = request === undefined ? 'no reply' : `the reply to xid ${request.xid}`;
    throw new JuteError(`${wanted} was expected, one to xid ${xid} came`);
  }

  // -- the session

  #onConnectResponse(response: ConnectResponse): void {
    const { timeOut, sessionId, passwd, readOnly = false } = response;
    if (timeOut <= 0) return this.#onExpired();
    this.#sessionId = sessionId;
    this.#password = Uint8Array.from(passwd ?? new Uint8Array(16));
    this.#timeoutMs = timeOut;
    this.#isKnownToQuorum ||= !readOnly;
    this.#liveness.onSession(timeOut);
    const state = readOnly ? 'connectedReadOnly' : 'connected';
    const exchange = this.#options.sasl;
    if (exchange === null) return this.#becomeUp(state);
    this.#link = 'sasl';
    this.#sendSaslToken(exchange.start(), state);
  }

  #becomeUp(state: 'connected' | 'connectedReadOnly'): void {
    this.#link = 'up';
    this.#liveness.onUp(state === 'connectedReadOnly');
    for (const auth of this.#auths) this.#sendAuth(auth);
    this.#sendWatches();
    this.#changeState(state);
    this.#sendQueued();
  }

  /** The server no longer has the session. */
  #onExpired(): void {
    this.#effects.hangUp();
    const failure: Failure = { code: 'SessionExpired', outcome: 'notSent' };
    if (!this.#options.isRenewing) return this.#finish('expired', 'the session has expired');
    this.#requests.failWaiting(failure);
    this.#sessionId = 0n;
    this.#password = new Uint8Array(16);
    this.#isKnownToQuorum = false;
    this.#brokenBy = 'expired';
    this.#changeState('expired', 'the session has expired; a new one is asked for');
    if (this.isOver) return;
    this.#changeState('connecting');
    this.#wait();
  }

  #onAuthFailed(reason: string): void {
    this.#effects.hangUp();
    this.#finish('authFailed', reason);
  }

  #sendSaslToken(token: Uint8Array, state: 'connected' | 'connectedReadOnly'): void {
    this.#sendOwn(sasl, { token }, (challenge, err) => {
      if (err !== ErrorCode.Ok) return this.#onAuthFailed('the server refused the SASL token');
      try {
        const next = this.#options.sasl?.next(challenge as Uint8Array) ?? null;
        if (next === null) this.#becomeUp(state);
        else this.#sendSaslToken(next, state);
      } catch (error) {
        this.#onAuthFailed(error instanceof Error ? error.message : String(error));
      }
    });
  }

  // -- requests

  /** Takes the request; it ends in `succeed` or `fail`, if it is not cancelled. */
  submit(request: R): void {
    const refusal = this.#refusal();
    if (refusal !== null) return this.#requests.fail(request, refusal);
    if (this.#canSend && this.#requests.queuedCount === 0) return this.#sendRequest(request);
    this.#requests.wait(request, this.#liveness.nowMs);
  }

  #refusal(): Failure | null {
    const outcome = 'notSent';
    switch (this.#state) {
      case 'expired':
        return this.isOver ? { code: 'SessionExpired', outcome } : null;
      case 'authFailed':
        return { code: 'AuthFailed', outcome };
      default:
    }
    if (this.isOver || this.#link === 'closing') {
      return { code: 'InvalidState', outcome, reason: 'the client is closed' };
    }
    if (!this.#requests.isFull) return null;
    return { code: 'ThrottledOp', outcome, reason: `${this.queuedCount} requests are waiting` };
  }

  get #canSend(): boolean {
    return this.#link === 'up' && this.#requests.hasRoom;
  }

  /** As RequestFlow does. */
  cancel(request: R): Outcome {
    return this.#requests.cancel(request);
  }

  #sendQueued(): void {
    while (this.#canSend) {
      const request = this.#requests.takeWaiting();
      if (request === undefined) return;
      this.#sendRequest(request);
    }
  }

  #sendRequest(request: R | OwnRequest): void {
    const mark = this.#beginFrame();
    this.#requests.send(request, this.output, { mark, nowMs: this.#liveness.nowMs });
  }

  #saw(zxid: number): void {
    if (zxid > this.#lastZxid) this.#lastZxid = zxid;
  }

  #failInFlight(failure: Failure): void {
    this.#requests.failInFlight(failure);
    // They are sent again with the next connection.
    this.#authsInFlight = new RequestQueue();
    this.#setWatchesLeft = 0;
  }

  // -- watches and identities

  /** Which watches on this path are asked for and not yet answered. */
  watchesInFlight(path: string): Set<WatchKind> {
    return this.#requests.watchesAskedFor(path);
  }

  #onNotification(zxid: number): void {
    const { type, path } = WatcherEvent.read(this.#reader);
    const event = nodeEvent({ type, path: path ?? '', zxid });
    this.#saw(zxid);
    if (event === null) return;
    const listeners = this.watches.take(event);
    if (listeners.size > 0) this.#effects.onWatch(listeners, event);
  }

  #sendWatches(): void {
    if (this.watches.size === 0) {
      this.#brokenBy = null;
      return;
    }
    for (const { opCode, paths } of watchChunks(this.watches)) {
      const mark = this.#beginFrame();
      this.output.int(Xid.setWatches);
      this.output.int(opCode);
      this.output.longFromNumber(this.#lastZxid);
      for (const list of paths) {
        this.output.int(list.length);
        for (const path of list) this.output.ustring(path);
      }
      this.output.endFrame(mark);
      this.#setWatchesLeft++;
    }
  }

  #onSetWatchesReply(err: number): void {
    if (err !== ErrorCode.Ok) throw new JuteError(`setWatches failed with ${err}`);
    this.#setWatchesLeft--;
    if (this.#setWatchesLeft > 0 || this.#brokenBy === null) return;
    const reason = this.#brokenBy;
    this.#brokenBy = null;
    this.#tellPersistent(reason);
  }

  #tellPersistent(reason: 'reconnected' | 'expired'): void {
    for (const name of ['persistent', 'persistentRecursive'] as const) {
      for (const [path, listeners] of [...this.watches.entries(name)]) {
        this.#effects.onWatch([...listeners], { type: 'continuityBroken', path, reason });
      }
    }
  }

  /** Kept, and sent again with each connection. Ends in `onAuth`. */
  addAuth(auth: AuthInfo): void {
    const refusal = this.#refusal();
    if (refusal !== null) return this.#effects.onAuth(auth, refusal);
    this.#auths.push(auth);
    if (this.#link === 'up') this.#sendAuth(auth);
  }

  #sendAuth(auth: AuthInfo): void {
    const mark = this.#beginFrame();
    this.output.int(Xid.auth);
    this.output.int(OpCode.auth);
    AuthPacket.write(this.output, { type: 0, scheme: auth.scheme, auth: auth.auth });
    this.output.endFrame(mark);
    this.#authsInFlight.push(auth);
  }

  #onAuthReply(err: number): void {
    const auth = this.#authsInFlight.shift();
    if (auth === undefined) throw new JuteError('an answer to no auth came');
    const failure = err === ErrorCode.Ok ? null : failureOfCode(ErrorCode.AuthFailed);
    this.#effects.onAuth(auth, failure);
    if (failure !== null) this.#onAuthFailed(`the server refused the scheme ${auth.scheme}`);
  }

  // -- read-only servers

  /** What a server that was asked by `isro` said. */
  probed(host: Host, isReadWrite: boolean): void {
    if (this.#link !== 'up' || this.#state !== 'connectedReadOnly' || !isReadWrite) return;
    this.#hosts.prefer(host);
    this.#lose(`${host.host}:${host.port} takes writes`);
  }

  // -- the end

  /** Ends the session at the server, within the connection time-out, and then the connection. */
  close(): void {
    if (this.isOver) return this.#changeState('closed');
    if (this.#link === 'closing') return;
    if (this.#link !== 'up') {
      this.#effects.hangUp();
      return this.#finish('closed');
    }
    this.#link = 'closing';
    this.#liveness.onClose();
    this.#requests.failWaiting({
      code: 'InvalidState',
      outcome: 'notSent',
      reason: 'the client is closed',
    });
    this.#sendOwn(closeSession, null, () => this.#finish('closed'));
  }

  #finish(state: 'closed' | 'expired' | 'authFailed', reason?: string): void {
    if (this.isOver) return;
    this.#link = 'over';
    this.#host = null;
    this.#effects.hangUp();
    this.#decoder = new FrameDecoder(REPLY_BYTES_MAX);
    this.output.clear();
    const failure = finalFailure(state, reason);
    this.#failInFlight({ ...failure, outcome: 'unknown' });
    this.#requests.failWaiting(failure);
    for (const auth of this.#auths) this.#effects.onAuth(auth, failure);
    if (state === 'expired') this.#tellPersistent('expired');
    this.#changeState(state, reason);
    this.#removeWatches();
  }

  #removeWatches(): void {
    for (const name of WATCH_TABLES) {
      for (const [path, listeners] of [...this.watches.entries(name)]) {
        this.#effects.onWatch([...listeners], { type: 'watchRemoved', path });
      }
    }
    this.watches.clear();
  }

  #changeState(state: State, reason?: string): void {
    const previous = this.#state;
    if (previous === state) return;
    this.#state = state;
    const change: StateChange = { state, previous, sessionId: this.#sessionId };
    this.#effects.onState(reason === undefined ? change : { ...change, reason });
  }

  // -- output

  #beginFrame(): number {
    if (this.output.at === 0) this.#effects.send();
    this.#liveness.onSend();
    return this.output.beginFrame();
  }

  #sendHeaderOnly(xid: number, opCode: number): void {
    const mark = this.#beginFrame();
    this.output.int(xid);
    this.output.int(opCode);
    this.output.endFrame(mark);
  }

  #sendOwn(
    operation: OwnRequest['operation'],
    args: unknown,
    onReply: OwnRequest['onReply'],
  ): void {
    this.#sendRequest({
      ...{ operation, args, onReply, watch: null },
      ...{ phase: 'new', xid: 0, frameBytes: 0, atMs: 0 },
    });
  }
}
