// A session that writes without pause while members of its ensemble die and come back. It knows
// every server, goes to the next one when it is cut off or left without an answer, takes its session
// with it, and compares what it finds with what it was told: every acknowledged write is there once,
// and of those without an answer a prefix.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { createBody, pathBody, pathWatchBody } from '../raw-body.ts';
import { Op, RawClient, type RawReply } from '../raw-client.ts';
import { type RootState, readRootState, stateAfter, writeOf } from './load-model.ts';
import { SESSION_TIMEOUT_MS } from './test-ensemble.ts';

export interface RecordingOptions {
  readonly number: number;
  /** Of every server. */
  readonly ports: readonly number[];
  readonly onAcknowledged: () => void;
}

const DEPTH = 4;
/** Between two bursts; the servers share the machine with the load. */
const PACE_MS = 8;
/** A server that is frozen says nothing for ever. */
const ANSWER_TIMEOUT_MS = 1_000;
const RECONNECT_MS = 30_000;
const ROUND_PAUSE_MS = 20;
/** The request belongs to a connection that its session has left. */
const SESSION_MOVED = -118;

export class RecordingSession {
  readonly root: string;
  readonly ephemeral: string;
  readonly #options: RecordingOptions;
  #client: RawClient;
  #server: number;
  #acknowledged = 0;
  #sent = 0;
  #lastZxidSeen = 0n;
  #lastAcknowledgedMs = performance.now();
  #isDestroyed = false;
  /** Writes that lost their answer, and how often the connection was lost. */
  unknown = 0;
  losses = 0;
  longestGapMs = 0;

  private constructor(options: RecordingOptions, client: RawClient) {
    this.#options = options;
    this.#client = client;
    this.#server = options.number % options.ports.length;
    this.root = `/load-${options.number}`;
    this.ephemeral = `/load-${options.number}-ephemeral`;
  }

  /** A new session on the server of its number, with a root and an ephemeral of its own. */
  static async open(options: RecordingOptions): Promise<RecordingSession> {
    const port = options.ports[options.number % options.ports.length];
    assert.ok(port !== undefined, 'no server');
    const client = await RawClient.connect(port, {
      timeOut: SESSION_TIMEOUT_MS,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
    });
    const session = new RecordingSession(options, client);
    await client.must(Op.create, createBody(session.root));
    await client.must(Op.create, createBody(session.ephemeral, { flags: 1 }));
    return session;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Writes until it is over and everything sent is acknowledged or known to be lost. */
  async run(isOver: () => boolean): Promise<void> {
    this.#lastAcknowledgedMs = performance.now();
    for (;;) {
      if (!isOver()) this.#sendBurst();
      if (this.#sent === this.#acknowledged) return;
      while (this.#sent > this.#acknowledged) {
        const reply = await this.#nextReply();
        if (reply === undefined) await this.#resume();
        else this.#onReply(reply);
      }
      await delay(PACE_MS);
    }
  }

  /** Compares the view of one server with the record. */
  async verify(port: number): Promise<void> {
    const reader = await RawClient.connect(port, { timeOut: SESSION_TIMEOUT_MS });
    await reader.must(Op.sync, pathBody('/'));
    const state = await readRootState(reader, this.root);
    assert.deepEqual(state, stateAfter(this.#acknowledged), `${this.root} on port ${port}`);
    assert.equal(await this.#ephemeralOwner(reader), this.#client.sessionId, this.ephemeral);
    await reader.close();
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#client.connection.destroy();
  }

  #sendBurst(): void {
    for (let index = 0; index < DEPTH; index += 1) {
      const { type, body } = writeOf(this.root, this.#sent);
      this.#client.send(type, body);
      this.#sent += 1;
    }
  }

  /** Nothing when the connection is of no use any more. */
  async #nextReply(): Promise<RawReply | undefined> {
    try {
      const reply = await this.#client.nextReply();
      return reply?.err === SESSION_MOVED ? undefined : reply;
    } catch {
      // No answer in time: the server is frozen, or cut off from the others.
      return undefined;
    }
  }

  #onReply({ err, zxid }: RawReply): void {
    assert.equal(err, 0, `${this.root}, write ${this.#acknowledged}: error ${err}`);
    this.#acknowledged += 1;
    this.#noteProgress(zxid);
    this.#options.onAcknowledged();
  }

  #noteProgress(zxid: bigint): void {
    const now = performance.now();
    this.longestGapMs = Math.max(this.longestGapMs, now - this.#lastAcknowledgedMs);
    this.#lastAcknowledgedMs = now;
    if (zxid > this.#lastZxidSeen) this.#lastZxidSeen = zxid;
  }

  /** Connects to the next server that takes the session, and learns what became of its writes. */
  async #resume(): Promise<void> {
    this.losses += 1;
    this.#client.connection.destroy();
    const deadline = performance.now() + RECONNECT_MS;
    for (let attempt = 1; performance.now() < deadline; attempt += 1) {
      if (this.#isDestroyed) break;
      this.#server = (this.#server + 1) % this.#options.ports.length;
      if (await this.#tryServer(this.#options.ports[this.#server] ?? 0)) return;
      if (attempt % this.#options.ports.length === 0) await delay(ROUND_PAUSE_MS);
    }
    throw new Error(`${this.root}: no server takes the session within ${RECONNECT_MS} ms.`);
  }

  async #tryServer(port: number): Promise<boolean> {
    const { sessionId, passwd } = this.#client;
    const client = await this.#tryConnect(port);
    if (client === undefined) return false;
    if (client.sessionId !== sessionId || client.timeOut <= 0) {
      client.connection.destroy();
      throw new Error(`${this.root}: session ${sessionId.toString(16)} is lost on port ${port}.`);
    }
    assert.deepEqual(client.passwd, passwd, 'the password of a session never changes');
    this.#client = client;
    const found = await this.#tryRead(client);
    if (found === undefined) {
      client.connection.destroy();
      return false;
    }
    assert.equal(found.owner, sessionId, `${this.ephemeral} lives with its session`);
    this.#settle(found.state);
    return true;
  }

  async #tryConnect(port: number): Promise<RawClient | undefined> {
    const { sessionId, passwd } = this.#client;
    try {
      return await RawClient.connect(port, {
        timeOut: SESSION_TIMEOUT_MS,
        answerTimeoutMs: ANSWER_TIMEOUT_MS,
        lastZxidSeen: this.#lastZxidSeen,
        sessionId,
        passwd,
      });
    } catch {
      // Refused, closed or silent: the next one.
      return undefined;
    }
  }

  /** After a sync no earlier write of this session can still be under way. */
  async #tryRead(client: RawClient): Promise<{ owner: bigint; state: RootState } | undefined> {
    try {
      await client.must(Op.sync, pathBody('/'));
      const owner = await this.#ephemeralOwner(client);
      return { owner, state: await readRootState(client, this.root) };
    } catch {
      // The connection went before all was read.
      return undefined;
    }
  }

  /** The owner, or 0 when the node is not there. */
  async #ephemeralOwner(client: RawClient): Promise<bigint> {
    const reply = await client.request(Op.exists, pathWatchBody(this.ephemeral));
    if (reply === undefined) throw new Error('The server closed.');
    return reply.err === 0 ? reply.body.readBigInt64BE(44) : 0n;
  }

  /** The state must be the one after some number of writes that is possible; goes on from there. */
  #settle(state: RootState): void {
    this.unknown += this.#sent - this.#acknowledged;
    for (let count = this.#acknowledged; count <= this.#sent; count += 1) {
      const expected = stateAfter(count);
      if (expected.cversion !== state.cversion || expected.data !== state.data) continue;
      assert.deepEqual(state, expected, `${this.root} after ${count} writes`);
      if (count > this.#acknowledged) this.#noteProgress(0n);
      this.#acknowledged = count;
      this.#sent = count;
      return;
    }
    const range = `${this.#acknowledged} acknowledged, ${this.#sent} sent`;
    assert.fail(`${this.root}: ${range}, but there is ${JSON.stringify(state)}`);
  }
}
