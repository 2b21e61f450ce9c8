/**
 * RecordingWriter: a client that pipelines writes and remembers every acknowledgement, across
 * crashes of the server, so that afterwards it can say what must be there.
 *
 * Its node /w<i> is only ever set by it, to 1, 2, 3 …: at any time its data equal its version, and
 * neither may be less than the last acknowledged one. Two nodes that a multi sets together must
 * always be equal. Sequential nodes are created, some are deleted again, and no name may come twice.
 * As a session's writes are applied in the order of sending, what was not acknowledged is a prefix.
 */
import assert from 'node:assert/strict';
import type { Prng } from '../../src/base/prng.ts';
import {
  bool,
  buf,
  cat,
  int,
  Op,
  openAcl,
  RawClient,
  type RawReply,
  str,
  vec,
} from '../interop/raw-client.ts';

export const PERSISTENT = 0;
export const EPHEMERAL = 1;
export const SEQUENTIAL = 2;
const NO_NODE = -101;
/** Sequential nodes that are kept; older ones get deleted. */
const NODES_KEPT = 40;

export const createBody = (path: string, data: string, flags = PERSISTENT): Buffer =>
  cat(str(path), buf(data), vec([openAcl]), int(flags));
export const setBody = (path: string, data: string | Uint8Array): Buffer =>
  cat(str(path), buf(data), int(-1));
export const pathBody = (path: string): Buffer => cat(str(path), bool(false));
export const deleteBody = (path: string): Buffer => cat(str(path), int(-1));

const multiHeader = (type: number, isDone = false): Buffer => cat(int(type), bool(isDone), int(-1));

type Expectation =
  | { readonly kind: 'set'; readonly value: number }
  | { readonly kind: 'pair'; readonly value: number }
  | { readonly kind: 'create'; readonly data: string }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'other' };

export interface WriterCounts {
  acknowledged: number;
  reconnects: number;
  takenUp: number;
}

export class RecordingWriter {
  readonly counts: WriterCounts = { acknowledged: 0, reconnects: 0, takenUp: 0 };
  readonly #id: number;
  readonly #prng: Prng;
  readonly #depth: number;
  #client: RawClient | null = null;
  #waiting: Expectation[] = [];
  #setSent = 0;
  #setAcknowledged = 0;
  #pairSent = 0;
  #pairAcknowledged = 0;
  #created = new Map<string, string>();
  #deleting = new Set<string>();
  /** Every name that a create was ever answered with. */
  readonly #names = new Set<string>();
  #nodeCount = 0;

  constructor(id: number, prng: Prng, depth = 16) {
    this.#id = id;
    this.#prng = prng;
    this.#depth = depth;
  }

  get ephemeralPath(): string {
    return `/e${this.#id}`;
  }

  get sessionId(): bigint {
    return this.#client?.sessionId ?? 0n;
  }

  async prepare(client: RawClient): Promise<void> {
    for (const path of [`/w${this.#id}`, `/a${this.#id}`, `/b${this.#id}`, this.#folder]) {
      await client.must(Op.create, createBody(path, '0'));
    }
  }

  get #folder(): string {
    return `/s${this.#id}`;
  }

  /** Connects: with a new session, or sometimes with the one that the crash has cut off. */
  async connect(port: number, timeOut: number): Promise<void> {
    const former = this.#client;
    this.counts.reconnects++;
    if (former !== null && this.#prng.chance(0.5)) {
      const { sessionId, passwd } = former;
      this.#client = await RawClient.connect(port, { timeOut, sessionId, passwd });
      if (this.#client.sessionId === sessionId) {
        this.counts.takenUp++;
        return;
      }
      this.#client.connection.destroy();
    }
    this.#client = await RawClient.connect(port, { timeOut });
  }

  /** What must be there after a crash, and goes on from what is. */
  async verify(): Promise<void> {
    const client = this.#connected();
    this.#waiting = [];
    this.#setSent = await this.#verifySet(client);
    this.#pairSent = await this.#verifyPair(client);
    await this.#verifyCreated(client);
  }

  async #verifySet(client: RawClient): Promise<number> {
    const { value, version } = readValue(await client.must(Op.getData, pathBody(`/w${this.#id}`)));
    const where = `/w${this.#id}: data ${value}, version ${version}`;
    assert.equal(value, version, where);
    assert.ok(value >= this.#setAcknowledged, `${where}; acknowledged ${this.#setAcknowledged}`);
    assert.ok(value <= this.#setSent, `${where}; sent ${this.#setSent}`);
    this.#setAcknowledged = value;
    return value;
  }

  async #verifyPair(client: RawClient): Promise<number> {
    const a = readValue(await client.must(Op.getData, pathBody(`/a${this.#id}`)));
    const b = readValue(await client.must(Op.getData, pathBody(`/b${this.#id}`)));
    assert.deepEqual(a, b, 'a multi was applied in part');
    assert.ok(a.value >= this.#pairAcknowledged, `/a${this.#id}: ${a.value} is too old`);
    this.#pairAcknowledged = a.value;
    return a.value;
  }

  async #verifyCreated(client: RawClient): Promise<void> {
    const listed = await client.must(Op.getChildren, pathBody(this.#folder));
    const present = new Set(readStrings(listed.body).map((name) => `${this.#folder}/${name}`));
    for (const [path, data] of this.#created) {
      if (this.#deleting.has(path) && !present.has(path)) {
        this.#created.delete(path);
        continue;
      }
      assert.ok(present.has(path), `${path} was acknowledged and is gone`);
      const reply = await client.must(Op.getData, pathBody(path));
      assert.equal(readBuffer(reply.body).toString(), data, path);
    }
    this.#deleting.clear();
    for (const path of present) {
      if (this.#created.has(path)) continue;
      assert.ok(!this.#names.has(path), `${path} was deleted and is back, or its name came twice`);
      this.#names.add(path);
      const reply = await client.must(Op.getData, pathBody(path));
      this.#created.set(path, readBuffer(reply.body).toString());
    }
  }

  /** Creates this session's ephemeral; the one of a dead session must go first. */
  async holdEphemeral(): Promise<void> {
    const client = this.#connected();
    for (;;) {
      const created = await client.request(
        Op.create,
        createBody(this.ephemeralPath, 'mine', EPHEMERAL),
      );
      if (created === undefined) return;
      if (created.err === 0) return;
      assert.equal(created.err, -110);
      const found = await client.request(Op.exists, cat(str(this.ephemeralPath), bool(true)));
      if (found === undefined) return;
      if (found.err === NO_NODE) continue;
      if (readOwner(found.body) === client.sessionId) return;
      if (!(await this.#nextEvent(client))) return;
    }
  }

  /** Pings until the event comes: the session must outlive the wait. */
  async #nextEvent(client: RawClient): Promise<boolean> {
    while (client.events.length === 0) {
      client.send(Op.ping, Buffer.alloc(0), -2);
      if ((await client.nextReply()) === undefined) return false;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    client.events.length = 0;
    return true;
  }

  /** Keeps `depth` writes under way until `isOver`, then drains; returns when cut off, too. */
  async run(isOver: () => boolean): Promise<void> {
    const client = this.#connected();
    for (;;) {
      while (this.#waiting.length < this.#depth && !isOver()) this.#sendOne(client);
      if (this.#waiting.length === 0) return;
      const reply = await client.nextReply();
      if (reply === undefined) return;
      this.#onReply(reply);
    }
  }

  close(): void {
    this.#client?.connection.destroy();
  }

  #sendOne(client: RawClient): void {
    const chance = this.#prng.below(10);
    if (chance < 5) {
      const value = ++this.#setSent;
      client.send(Op.setData, setBody(`/w${this.#id}`, String(value)));
      this.#waiting.push({ kind: 'set', value });
    } else if (chance < 6) {
      const value = ++this.#pairSent;
      client.send(Op.multi, this.#pairBody(value));
      this.#waiting.push({ kind: 'pair', value });
    } else if (chance < 8 || this.#created.size < NODES_KEPT) {
      const data = `${this.#id}:${++this.#nodeCount}`;
      client.send(Op.create, createBody(`${this.#folder}/n-`, data, SEQUENTIAL));
      this.#waiting.push({ kind: 'create', data });
    } else {
      this.#sendDelete(client);
    }
  }

  #pairBody(value: number): Buffer {
    return cat(
      multiHeader(Op.setData),
      setBody(`/a${this.#id}`, String(value)),
      multiHeader(Op.setData),
      setBody(`/b${this.#id}`, String(value)),
      multiHeader(-1, true),
    );
  }

  #sendDelete(client: RawClient): void {
    const path = [...this.#created.keys()].find((each) => !this.#deleting.has(each));
    if (path === undefined) return;
    this.#deleting.add(path);
    client.send(Op.delete, deleteBody(path));
    this.#waiting.push({ kind: 'delete', path });
  }

  #onReply(reply: RawReply): void {
    const expected = this.#waiting.shift();
    assert.ok(expected !== undefined, 'a reply that nobody waits for');
    assert.equal(reply.err, 0, `${expected.kind}: error ${reply.err}`);
    this.counts.acknowledged++;
    switch (expected.kind) {
      case 'set':
        this.#setAcknowledged = expected.value;
        return;
      case 'pair':
        this.#pairAcknowledged = expected.value;
        return;
      case 'create': {
        const path = readBuffer(reply.body).toString();
        assert.ok(!this.#names.has(path), `${path} was given twice`);
        this.#names.add(path);
        this.#created.set(path, expected.data);
        return;
      }
      case 'delete':
        this.#created.delete(expected.path);
        this.#deleting.delete(expected.path);
    }
  }

  #connected(): RawClient {
    assert.ok(this.#client !== null, 'not connected');
    return this.#client;
  }
}

export function readBuffer(body: Buffer): Buffer {
  const length = body.readInt32BE(0);
  return body.subarray(4, 4 + Math.max(length, 0));
}

export function readStrings(body: Buffer): string[] {
  const strings: string[] = [];
  let at = 4;
  for (let left = body.readInt32BE(0); left > 0; left--) {
    const text = readBuffer(body.subarray(at));
    strings.push(text.toString());
    at += 4 + text.length;
  }
  return strings;
}

/** Data and version of a getData reply. */
export function readValue(reply: RawReply): { value: number; version: number } {
  const data = readBuffer(reply.body);
  const stat = reply.body.subarray(4 + data.length);
  return { value: Number(data.toString()), version: stat.readInt32BE(32) };
}

function readOwner(stat: Buffer): bigint {
  return stat.readBigInt64BE(44);
}
