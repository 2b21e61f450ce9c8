// A client that writes without pause, one request after the other, while one of the servers gets a
// signal: how long until the next leader acknowledges a write, and the longest time without an
// acknowledged one. Cut off, it tries the servers round and round with its session, at once and
// again; a client library waits longer. The new leader shows in the epoch of a reply's zxid.

import { setTimeout as delay } from 'node:timers/promises';
import { pathBody, setDataBody } from '../../test/interop/raw-body.ts';
import {
  Op,
  RawClient,
  type RawConnectOptions,
  type RawReply,
} from '../../test/interop/raw-client.ts';
import type { FaultJob, FaultResult } from './job.ts';
import { SMALL_BYTES, writePath } from './prepare.ts';

const SESSION_TIMEOUT_MS = 30_000;
/** A server that has just lost its leader may leave a request unanswered. */
const ANSWER_TIMEOUT_MS = 500;
/** Between two rounds over all servers. */
const ROUND_PAUSE_MS = 2;
const BEFORE_MS = 300;
const AFTER_MS = 1_000;
const DEADLINE_MS = 60_000;

const body = setDataBody(writePath(0), Buffer.alloc(SMALL_BYTES, 'x'));

const epochOf = (zxid: bigint): bigint => zxid >> 32n;

class PersistentWriter {
  readonly #ports: readonly number[];
  #server: number;
  #client: RawClient | undefined;
  #session: Pick<RawConnectOptions, 'sessionId' | 'passwd'> = {};
  #lastAt = 0;
  epoch = 0n;
  longestGapMs = 0;

  constructor(ports: readonly number[], firstServer: number) {
    this.#ports = ports;
    this.#server = firstServer;
  }

  /** One acknowledged write, however many attempts it takes; gives the time of the answer. */
  async write(): Promise<number> {
    const deadline = performance.now() + DEADLINE_MS;
    for (let attempt = 1; performance.now() < deadline; attempt += 1) {
      const reply = await this.#attempt();
      if (reply !== undefined) return this.#note(reply);
      this.#drop();
      this.#server = (this.#server + 1) % this.#ports.length;
      if (attempt % this.#ports.length === 0) await delay(ROUND_PAUSE_MS);
    }
    throw new Error(`No write was acknowledged within ${DEADLINE_MS} ms.`);
  }

  /** Gaps are counted from here on. */
  forget(): void {
    this.longestGapMs = 0;
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }

  #note({ err, zxid }: RawReply): number {
    if (err !== 0) throw new Error(`A write got error ${err}.`);
    const now = performance.now();
    if (this.#lastAt > 0) this.longestGapMs = Math.max(this.longestGapMs, now - this.#lastAt);
    this.#lastAt = now;
    this.epoch = epochOf(zxid);
    return now;
  }

  #drop(): void {
    this.#client?.connection.destroy();
    this.#client = undefined;
  }

  async #attempt(): Promise<RawReply | undefined> {
    try {
      this.#client ??= await this.#connect();
      return await this.#client.request(Op.setData, body);
    } catch {
      // Refused, closed or unanswered: the next server.
      return undefined;
    }
  }

  async #connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.#ports[this.#server] ?? 0, {
      timeOut: SESSION_TIMEOUT_MS,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      ...this.#session,
    });
    if (client.timeOut <= 0) {
      client.connection.destroy();
      throw new Error('The session is lost.');
    }
    this.#session = { sessionId: client.sessionId, passwd: client.passwd };
    return client;
  }
}

const writeFor = async (writer: PersistentWriter, milliseconds: number): Promise<void> => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) await writer.write();
};

export const runFault = async (job: FaultJob): Promise<FaultResult> => {
  const setUp = await RawClient.connect(job.ports[job.firstServer] ?? 0);
  await setUp.must(Op.sync, pathBody('/'));
  await setUp.close();
  const writer = new PersistentWriter(job.ports, job.firstServer);
  await writeFor(writer, BEFORE_MS);
  writer.forget();
  const epoch = writer.epoch;
  const signalledAt = performance.now();
  process.kill(job.pid, job.signal);
  let recoveryMs: number | null = null;
  while (job.isLeader && recoveryMs === null) {
    const answeredAt = await writer.write();
    if (writer.epoch > epoch) recoveryMs = answeredAt - signalledAt;
  }
  await writeFor(writer, AFTER_MS);
  await writer.close();
  return { recoveryMs, longestGapMs: writer.longestGapMs };
};
