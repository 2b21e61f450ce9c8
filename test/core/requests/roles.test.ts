/**
 * A leader and learners under random requests: clients of all of them write, read, sync, close and
 * move, while the links between the servers run at any pace.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import type { SentAsk } from '../../../src/sim/clients/client-request.ts';
import { createAsk, setAsk } from '../../scenario/asks.ts';
import type { Received, ReceivedReply } from '../../scenario/received.ts';
import { ToyClient } from './toy-client.ts';
import { ToyEnsemble } from './toy-ensemble.ts';

const LEARNERS = 3;
const CLIENTS = 6;
const STEPS = 600;

class RolesRun {
  readonly #prng: Prng;
  readonly #ensemble = new ToyEnsemble(LEARNERS);
  readonly #users: User[] = [];
  readonly figures = { replies: 0, syncs: 0, moved: 0, refused: 0 };

  constructor(seed: number) {
    this.#prng = new Prng(seed);
    for (let i = 0; i < CLIENTS; i++) this.#users.push(new User(this.#ensemble, this.#prng, i));
  }

  run(): void {
    for (let step = 0; step < STEPS; step++) {
      this.#step();
      for (const user of this.#users) user.check();
    }
    this.#ensemble.settle();
    for (const user of this.#users) user.check();
    this.#ensemble.settle();
    this.#ensemble.assertAgree();
    for (const user of this.#users) {
      user.check();
      user.assertAllAnswered();
      for (const [name, count] of Object.entries(user.figures)) {
        this.figures[name as keyof typeof this.figures] += count;
      }
    }
  }

  #step(): void {
    const ensemble = this.#ensemble;
    const learner = ensemble.learner(this.#prng.below(LEARNERS));
    const user = this.#users[this.#prng.below(CLIENTS)] ?? assert.fail();
    switch (this.#prng.below(8)) {
      case 0:
      case 1:
        return void ensemble.deliverUp(learner);
      case 2:
        return void ensemble.commitOne();
      case 3:
      case 4:
        return void ensemble.deliverDown(learner);
      default:
        return user.act();
    }
  }
}

/** A client, and what it may expect. Only it writes its node. */
class User {
  readonly figures = { replies: 0, syncs: 0, moved: 0, refused: 0 };
  readonly #ensemble: ToyEnsemble;
  readonly #prng: Prng;
  readonly #index: number;
  #client: ToyClient;
  #checked = 0;
  /** What the node holds after the writes that were sent on this connection. */
  #written = 0;
  /** Reads by their xid: what they must show, or the most that they may show. */
  readonly #expected = new Map<number, { readonly value: number; readonly isExact: boolean }>();
  /** Syncs by their xid: what was committed when they were sent. */
  readonly #committed = new Map<number, number>();
  /** On this connection: no other may write for the session from then on. */
  #hasWritten = false;
  /** A connection that the client has left and the server has not yet noticed. */
  #ghost: ToyClient | null = null;
  #lastZxid = 0;

  constructor(ensemble: ToyEnsemble, prng: Prng, index: number) {
    this.#ensemble = ensemble;
    this.#prng = prng;
    this.#index = index;
    this.#client = new ToyClient(this.#anyServer());
    this.#send(createAsk(this.#path, { data: Buffer.from('0') }));
  }

  get #path(): string {
    return `/c${this.#index}`;
  }

  #anyServer() {
    const { processors } = this.#ensemble;
    return processors[this.#prng.below(processors.length)] ?? assert.fail();
  }

  act(): void {
    const client = this.#client;
    if (client.closed !== null) return this.#comeBack();
    // A client that waits for the answer to its ConnectRequest would be held by the driver.
    const roll = this.#prng.below(40);
    if (client.connection.isThrottled) return roll === 0 ? this.#comeBack() : undefined;
    // With a session of which it does not know yet, what it wrote would be another session's.
    if (roll === 0 && client.answer !== null) return this.#comeBack();
    if (roll < 3 && this.#ghost !== null) return this.#ghost.send(setAsk(this.#path, '0'));
    if (roll === 3) return this.#send({ kind: 'closeSession' });
    if (roll < 14) {
      this.#written++;
      this.#hasWritten = true;
      return this.#send(setAsk(this.#path, String(this.#written)));
    }
    if (roll < 22) {
      const expected = { value: this.#written, isExact: this.#hasWritten };
      this.#expected.set(client.nextXid, expected);
      return this.#send({ kind: 'getData', path: this.#path, watch: this.#prng.below(4) === 0 });
    }
    if (roll < 26) {
      this.#committed.set(client.nextXid, this.#ensemble.leader.lastZxid);
      return this.#send({ kind: 'sync', path: '/' });
    }
    this.#send(this.#anyWrite());
  }

  #anyWrite(): SentAsk {
    const path = `/n${this.#prng.below(8)}`;
    switch (this.#prng.below(6)) {
      case 0:
        return createAsk(path, { flags: 1 });
      case 1:
        return createAsk('/s', { flags: 3 });
      case 2:
        return { kind: 'delete', path, version: -1 };
      case 3:
        return { kind: 'ping' };
      case 4:
        return { kind: 'multi', parts: [createAsk(path), setAsk(this.#path, 'x', 9999)] };
      default:
        return { kind: 'multi', parts: [{ ...createAsk(path), type: OpCode.create2 }] };
    }
  }

  #send(ask: SentAsk): void {
    this.#client.send(ask);
  }

  /** With its session, which may be closed, and then with a new one. */
  #comeBack(): void {
    const client = this.#client;
    const isRefused = client.answer === 0n || client.closed === 'session closed';
    // Writes under way may or may not come yet.
    this.#hasWritten = false;
    this.#expected.clear();
    this.#committed.clear();
    this.#checked = 0;
    client.nextXid = Math.ceil((client.nextXid + 1) / 1000) * 1000;
    if (client.closed === null && !client.connection.isThrottled) this.#leaveGhost(client);
    else if (isRefused)
      client.move(this.#anyServer(), { sessionId: 0n, password: new Uint8Array(16) });
    else client.move(this.#anyServer());
  }

  #leaveGhost(ghost: ToyClient): void {
    const gone = this.#ghost;
    if (gone !== null) gone.processor.disconnect(gone.connection);
    this.#ghost = ghost;
    const { sessionId, password, lastZxid } = ghost;
    this.#client = new ToyClient(this.#anyServer(), { sessionId, password, lastZxid });
    this.#client.nextXid = ghost.nextXid;
  }

  #checkGhost(): void {
    this.#ghost?.poll();
    if (this.#ghost?.closed == null) return;
    if (this.#ghost.closed === 'session moved') this.figures.moved++;
    this.#ghost = null;
  }

  check(): void {
    const client = this.#client;
    this.#checkGhost();
    if (client.closed === null) client.poll();
    const { received } = client;
    for (; this.#checked < received.length; this.#checked++) {
      this.#onReceived(received[this.#checked] ?? assert.fail());
    }
  }

  #onReceived(received: Received): void {
    if (received.kind === 'connected' && received.response.sessionId === 0n) this.figures.refused++;
    if (received.kind !== 'reply') return;
    this.figures.replies++;
    const expectedXid = this.#client.sent.shift();
    assert.equal(received.xid, expectedXid, 'replies come in the order of the requests');
    assert.ok(received.zxid >= this.#lastZxid, 'what was seen is not unseen');
    this.#lastZxid = received.zxid;
    this.#onReply(received);
  }

  #onReply({ xid, zxid, err, body, ask }: ReceivedReply): void {
    // The end of the session may overtake the connection that has it now.
    if (ask?.kind === 'setData' && err !== 0) this.#expected.clear();
    const committed = this.#committed.get(xid);
    if (committed !== undefined) {
      this.figures.syncs++;
      assert.ok(zxid >= committed, 'a sync is not ahead of what was committed before it');
    }
    const expected = this.#expected.get(xid);
    if (expected === undefined || err !== 0) return;
    const shown = Number(Buffer.from(body.data ?? []).toString());
    if (expected.isExact) assert.equal(shown, expected.value, 'a session reads what it wrote');
    else assert.ok(shown <= expected.value, 'nothing is shown that was not written');
  }

  assertAllAnswered(): void {
    if (this.#client.closed === null) assert.deepEqual(this.#client.sent, []);
  }
}

test('roles: random requests of clients of all servers → replies in order, one tree, syncs that hold', () => {
  const total = { replies: 0, syncs: 0, moved: 0, refused: 0 };
  for (let seed = 1; seed <= 150; seed++) {
    const run = new RolesRun(seed);
    try {
      run.run();
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
    for (const name of Object.keys(total) as (keyof typeof total)[]) {
      total[name] += run.figures[name];
    }
  }
  for (const [name, count] of Object.entries(total)) assert.ok(count > 20, `${name}: ${count}`);
});
