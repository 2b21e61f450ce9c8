/**
 * The target `frames`: what clients send. Four of them say what they like, good frames and mutated
 * ones, cut anywhere; a fifth behaves well and must never notice. `connect` is the same with
 * mutated handshakes only.
 */
import assert from 'node:assert/strict';
import type { Prng } from '../../src/base/prng.ts';
import { connectBody, int, Op, openAcl } from '../interop/raw-client.ts';
import { FRAME_BYTES_MAX, type FuzzClient, FuzzServer } from './fuzz-server.ts';
import { type FuzzTarget, fromHex, smallerLists, toHex } from './fuzz-target.ts';
import {
  INTERESTING_INTS,
  intBytes,
  joined,
  mutateBytes,
  mutateParts,
  type Part,
} from './mutation.ts';
import { RequestGrammar } from './request-grammar.ts';

const CLIENTS = 4;
const ACTIONS = 100;

/** `first` is sent in place of a handshake; without one the client connects as it should. */
export type ClientAction =
  | { readonly kind: 'send' | 'first'; readonly client: number; readonly bytes: Uint8Array }
  | { readonly kind: 'drop'; readonly client: number }
  | { readonly kind: 'advance'; readonly ms: number };

const framed = (payload: Buffer): Buffer => Buffer.concat([intBytes(payload.length), payload]);

function frameOf(parts: Part[], prng: Prng): Buffer {
  const payload = prng.chance(0.15) ? mutateParts(parts, prng) : joined(parts);
  if (prng.chance(0.99)) return framed(payload);
  return Buffer.concat([intBytes(prng.pick([...INTERESTING_INTS, FRAME_BYTES_MAX])), payload]);
}

/** The ids that the first sessions of every FuzzServer have: its clock always begins the same. */
const sessionIds: readonly bigint[] = (() => {
  const fuzz = new FuzzServer();
  return Array.from({ length: CLIENTS + 1 }, () => {
    const client = fuzz.connect();
    fuzz.receive(client, framed(connectBody()));
    return client.frames[0]?.readBigInt64BE(8) ?? 0n;
  });
})();

function generateAction(prng: Prng, grammar: RequestGrammar): ClientAction {
  const client = prng.below(CLIENTS);
  const chance = prng.below(100);
  if (chance < 3) return { kind: 'advance', ms: prng.pick([1, 500, 1_000, 5_000, 20_000]) };
  if (chance < 6) return { kind: 'drop', client };
  if (chance < 10) return { kind: 'first', client, bytes: frameOf(grammar.connect(), prng) };
  const frames: Buffer[] = [];
  for (let left = prng.chance(0.3) ? prng.between(1, 8) : 1; left > 0; left--) {
    frames.push(frameOf(grammar.request(), prng));
  }
  const bytes = Buffer.concat(frames);
  return { kind: 'send', client, bytes: prng.chance(0.02) ? mutateBytes(bytes, prng) : bytes };
}

function generateHandshake(prng: Prng, grammar: RequestGrammar): ClientAction {
  if (prng.chance(0.05)) return { kind: 'advance', ms: prng.pick([1, 1_000, 20_000]) };
  const parts = grammar.connect();
  const payload = prng.chance(0.6) ? mutateParts(parts, prng) : joined(parts);
  return { kind: 'first', client: prng.below(CLIENTS), bytes: framed(payload) };
}

/** Counts the whole frames in a stream, on its own and slowly. */
class FrameCount {
  frames = 0;
  #rest: Buffer = Buffer.alloc(0);

  push(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 4) {
      const length = this.#rest.readInt32BE(0);
      if (length < 0 || length > FRAME_BYTES_MAX || this.#rest.length < 4 + length) return;
      this.frames++;
      this.#rest = this.#rest.subarray(4 + length);
    }
  }
}

interface Speaker {
  readonly client: FuzzClient;
  readonly sent: FrameCount;
}

class Conversation {
  readonly #fuzz = new FuzzServer();
  readonly #speakers: (Speaker | undefined)[] = [];
  readonly #observer: FuzzClient;
  readonly #observerId: Buffer;
  #sets = 0;

  constructor() {
    this.#observer = this.#fuzz.connect();
    this.#fuzz.receive(this.#observer, framed(connectBody({ timeOut: 60_000 })));
    const [response] = this.#observer.frames.splice(0);
    assert.ok(response !== undefined, 'no session');
    this.#observerId = response.subarray(8, 16);
    const body = Buffer.concat([pathOf('/observed'), int(-1), int(1), openAcl, int(0)]);
    assert.equal(this.#ask(Op.create, body).err, 0);
  }

  act(action: ClientAction): void {
    if (action.kind === 'advance') {
      this.#fuzz.advance(action.ms);
    } else if (action.kind === 'drop') {
      this.#drop(action.client);
    } else if (!Buffer.from(action.bytes).includes(this.#observerId)) {
      // Who knows a session's id may cut its connection off, in Java as here.
      if (action.kind === 'first') this.#drop(action.client);
      const speaker = this.#speaker(action.client, action.kind === 'send');
      this.#say(speaker, action.bytes);
    }
    this.#observe();
  }

  end(): void {
    this.#fuzz.assertRecoverable();
    const { server } = this.#fuzz;
    for (let at = 0; at < CLIENTS; at++) this.#drop(at);
    this.#fuzz.disconnect(this.#observer);
    this.#fuzz.advance(70_000);
    this.#fuzz.advance(1_000);
    assert.equal(server.sessions.size, 0, 'a session never expires');
    assert.deepEqual(server.database.tree.ephemeralOwners(), []);
    assert.equal(server.processor.connections.size, 0);
    assert.equal(server.processor.watches.watchCount, 0, 'watches of connections that are gone');
    this.#fuzz.assertRecoverable();
  }

  #drop(at: number): void {
    const speaker = this.#speakers[at];
    if (speaker !== undefined) this.#fuzz.disconnect(speaker.client);
    this.#speakers[at] = undefined;
  }

  #speaker(at: number, isConnected: boolean): Speaker {
    const known = this.#speakers[at];
    if (known !== undefined && !known.client.isClosed) return known;
    const speaker = { client: this.#fuzz.connect(), sent: new FrameCount() };
    this.#speakers[at] = speaker;
    if (isConnected) this.#say(speaker, framed(connectBody()));
    return speaker;
  }

  #say({ client, sent }: Speaker, bytes: Uint8Array): void {
    sent.push(bytes);
    // In pieces, as a network may cut it; where, is a function of the bytes.
    const middle = bytes.length % 3 === 0 ? bytes.length >> 1 : bytes.length;
    this.#fuzz.receive(client, bytes.slice(0, middle));
    if (middle < bytes.length) this.#fuzz.receive(client, bytes.slice(middle));
    if (client.isClosed) return;
    assert.ok(client.received >= sent.frames, 'a request has neither a reply nor closed');
    client.frames = [];
  }

  /** A write and a read of its own node, both answered and both right. */
  #observe(): void {
    const version = this.#sets++;
    const set = Buffer.concat([pathOf('/observed'), int(4), int(version), int(version)]);
    assert.equal(this.#ask(Op.setData, set).err, 0, 'another session was disturbed');
    const read = this.#ask(Op.getData, Buffer.concat([pathOf('/observed'), Buffer.of(0)]));
    assert.deepEqual([read.err, read.body.readInt32BE(4)], [0, version]);
  }

  #ask(type: number, body: Buffer): { err: number; body: Buffer } {
    const client = this.#observer;
    this.#fuzz.receive(client, framed(Buffer.concat([int(1), int(type), body])));
    assert.ok(!client.isClosed, 'another connection was closed');
    const [reply] = client.frames.splice(0).slice(-1);
    assert.ok(reply !== undefined, 'another connection is not answered');
    return { err: reply.readInt32BE(12), body: reply.subarray(16) };
  }
}

const pathOf = (path: string): Buffer => Buffer.concat([int(path.length), Buffer.from(path)]);

function clientTarget(
  name: string,
  next: (prng: Prng, grammar: RequestGrammar) => ClientAction,
): FuzzTarget<readonly ClientAction[]> {
  return {
    name,
    generate(prng) {
      const grammar = new RequestGrammar(prng, sessionIds.slice(1));
      return Array.from({ length: ACTIONS }, () => next(prng, grammar));
    },
    check(actions) {
      const conversation = new Conversation();
      for (const action of actions) conversation.act(action);
      conversation.end();
    },
    encode: (actions) => `${actions.map(encodeAction).join('\n')}\n`,
    decode: (text) => text.trim().split('\n').map(decodeAction),
    smaller: smallerLists,
  };
}

function encodeAction(action: ClientAction): string {
  if (action.kind === 'advance') return `advance ${action.ms}`;
  if (action.kind === 'drop') return `drop ${action.client}`;
  return `${action.kind} ${action.client} ${toHex(action.bytes)}`;
}

function decodeAction(line: string): ClientAction {
  const [kind, number = '', hex = ''] = line.split(' ');
  if (kind === 'advance') return { kind, ms: Number(number) };
  if (kind === 'drop') return { kind, client: Number(number) };
  assert.ok(kind === 'send' || kind === 'first', line);
  return { kind, client: Number(number), bytes: fromHex(hex) };
}

export const framesTarget = clientTarget('frames', generateAction);
export const connectTarget = clientTarget('connect', generateHandshake);
