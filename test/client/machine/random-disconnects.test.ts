/**
 * Session machines against a fake server with a model: bytes cut anywhere, connections lost at any
 * moment, sessions expired, servers that say nonsense. Whatever happens, each request settles once,
 * replies belong to their requests, and no outcome is told wrongly.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Prng } from '../../../src/base/prng.ts';
import type { Failure } from '../../../src/client/machine/operation.ts';
import * as operations from '../../../src/client/machine/operations.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { ConnectResponse } from '../../../src/protocol/records/connect.ts';
import {
  frame,
  MachineRig,
  PASSWORD,
  request,
  type TestRequest,
  writeStat,
} from './machine-rig.ts';

/** Of the server: one counter, which `setData` raises and `exists` reads, in a Stat's version. */
class FakeServer {
  counter = 0;
  zxid = 0;
  sessionId = 1n;
  /** Labels of the writes that happened, by their data. */
  readonly applied: number[] = [];
  /** A part of a frame was said: what others would say now would be read as its rest. */
  isMidFrame = false;
  readonly #outbox: Uint8Array[] = [];

  connect(bytes: Uint8Array): void {
    const asked = new BinaryReader(bytes, 16, bytes.length).long();
    const isKnown = asked === 0n || asked === this.sessionId;
    const response = {
      ...{ protocolVersion: 0, timeOut: isKnown ? 9000 : 0, passwd: PASSWORD },
      ...{ sessionId: isKnown ? this.sessionId : 0n, readOnly: false },
    };
    this.#outbox.push(frame((writer) => ConnectResponse.write(writer, response)));
  }

  take(bytes: Uint8Array): void {
    const reader = new BinaryReader(bytes);
    const [xid, opCode] = [reader.int(), reader.int()];
    if (opCode === OpCode.setData) {
      reader.ustring();
      this.applied.push(new BinaryReader(reader.buffer() ?? new Uint8Array(4)).int());
      this.counter++;
      this.zxid++;
    }
    const hasStat = opCode === OpCode.setData || opCode === OpCode.exists;
    this.#say(xid, (writer) => {
      if (hasStat) writeStat(writer, this.counter);
    });
  }

  #say(xid: number, body: (writer: BinaryWriter) => void): void {
    const { zxid } = this;
    this.#outbox.push(
      frame((writer) => {
        writer.int(xid);
        writer.longFromNumber(xid === -2 ? 0 : zxid);
        writer.int(0);
        body(writer);
      }),
    );
  }

  /** Up to `count` bytes of what it has to say. */
  speak(count: number): Uint8Array {
    const spoken: Uint8Array[] = [];
    for (let left = count; left > 0; ) {
      const first = this.#outbox.shift();
      if (first === undefined) break;
      spoken.push(first.subarray(0, left));
      this.isMidFrame = left < first.length;
      if (this.isMidFrame) this.#outbox.unshift(first.subarray(left));
      left -= first.length;
    }
    return Uint8Array.from(Buffer.concat(spoken));
  }

  hangUp(): void {
    this.#outbox.length = 0;
    this.isMidFrame = false;
  }
}

class Driver extends MachineRig {
  readonly server = new FakeServer();
  readonly settled = new Map<string, { value?: number; failure?: Failure }>();
  isOpen = false;
  isDialing = false;
  lastRead = 0;
  count = 0;

  override dial(): void {
    this.isDialing = true;
  }

  override hangUp(): void {
    this.isDialing = false;
    this.isOpen = false;
    this.server.hangUp();
  }

  override succeed({ label }: TestRequest, value: unknown): void {
    assert.ok(!this.settled.has(label), `${label} settles twice`);
    const { version } = value as { version: number };
    this.settled.set(label, { value: version });
    assert.ok(version >= this.lastRead, 'an older state was read');
    this.lastRead = version;
  }

  override fail({ label }: TestRequest, failure: Failure): void {
    assert.ok(!this.settled.has(label), `${label} settles twice`);
    this.settled.set(label, { failure });
  }

  submit(isWrite: boolean): void {
    const number = this.count++;
    const data = new Uint8Array(4);
    new DataView(data.buffer).setInt32(0, number);
    const args = { path: '/a', data, version: -1, watch: false };
    const operation = isWrite ? operations.setData : operations.exists;
    this.machine.submit(request(`${isWrite ? 'w' : 'r'}${number}`, operation, args));
  }

  open2(): void {
    if (!this.isDialing) return;
    this.isDialing = false;
    this.isOpen = true;
    this.machine.opened();
    this.server.connect(this.takeRaw()[0] as Uint8Array);
  }

  /** What the machine has to say arrives, then a part of what the server has to say. */
  exchange(count: number): void {
    if (!this.isOpen) return;
    if (this.machine.isUp) for (const bytes of this.takeRaw()) this.server.take(bytes);
    const bytes = this.server.speak(count);
    if (bytes.length > 0) this.machine.receive(bytes);
  }

  lose(): void {
    if (!this.isOpen && !this.isDialing) return;
    this.hangUp();
    this.machine.lost('cut');
  }
}

type Step = (driver: Driver) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.boolean().map(
      (isWrite): Step =>
        (d) =>
          d.submit(isWrite),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 300 }).map(
      (n): Step =>
        (d) =>
          d.exchange(n),
    ),
  },
  { weight: 3, arbitrary: fc.constant<Step>((d) => d.open2()) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 4000 }).map(
      (ms): Step =>
        (d) =>
          d.pass(ms),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((d) => d.lose()) },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((d) => {
      d.server.sessionId++;
      d.lose();
    }),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 30 }).map(
      (length): Step =>
        (d) => {
          // Short of a header, or a reply to what was never asked.
          const bytes = frame((writer) => {
            for (let i = 0; i < length; i++) writer.byte(i + 1);
          });
          if (d.isOpen && !d.server.isMidFrame) d.machine.receive(bytes);
        },
    ),
  },
);

test('session machine: anything may happen → each request settles once and truly', () => {
  const counts = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), fc.integer(), (steps, seed) => {
      const options = { isRenewing: true, inFlightMax: 5, prng: new Prng(seed) };
      const driver = new Driver(options);
      driver.machine.start();
      for (const each of steps) each(driver);
      // Now all goes well until everything is answered.
      for (let i = 0; i < 400 && driver.settled.size < driver.count; i++) {
        driver.open2();
        driver.exchange(1 << 20);
        driver.pass(100);
      }
      assert.equal(driver.settled.size, driver.count, 'a request never settled');
      assert.ok(driver.machine.lastZxid <= driver.server.zxid, 'a zxid that never was');
      const applied = new Set(driver.server.applied);
      assert.equal(applied.size, driver.server.applied.length, 'a write was sent twice');
      for (const [label, { failure }] of driver.settled) {
        const outcome = failure?.outcome ?? 'done';
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        if (!label.startsWith('w')) continue;
        const hasHappened = applied.has(Number(label.slice(1)));
        if (failure === undefined) assert.ok(hasHappened, `${label} did not happen`);
        else if (failure.outcome !== 'unknown') assert.ok(!hasHappened, `${label} happened`);
      }
      assert.deepEqual(
        [...applied],
        [...applied].sort((one, other) => one - other),
        'out of order',
      );
    }),
    { numRuns: 1000 },
  );
  // The test is worth something only if all of this came about.
  for (const outcome of ['done', 'unknown', 'notSent']) {
    assert.ok((counts.get(outcome) ?? 0) > 100, `${outcome}: ${JSON.stringify([...counts])}`);
  }
});
