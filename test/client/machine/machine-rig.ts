/** A session machine whose other side is the test: hand-made bytes in, recorded effects out. */
import assert from 'node:assert/strict';
import { Prng } from '../../../src/base/prng.ts';
import type { Host } from '../../../src/client/machine/host-provider.ts';
import type {
  AuthInfo,
  MachineEffects,
  MachineOptions,
  StateChange,
} from '../../../src/client/machine/machine-options.ts';
import type {
  AnyOperation,
  Failure,
  MachineRequest,
  WatchIntent,
} from '../../../src/client/machine/operation.ts';
import { SessionMachine } from '../../../src/client/machine/session-machine.ts';
import type { WatchEvent, WatchListener } from '../../../src/client/machine/watch-event.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { FrameDecoder } from '../../../src/protocol/jute/frame-decoder.ts';
import { ConnectRequest, ConnectResponse } from '../../../src/protocol/records/connect.ts';
import { WatcherEvent } from '../../../src/protocol/records/watches.ts';

export const SESSION_ID = 0x100_0000_0000_0001n;
export const PASSWORD = new Uint8Array(16).fill(7);

export interface TestRequest extends MachineRequest {
  readonly label: string;
}

export function request(
  label: string,
  operation: AnyOperation,
  args: unknown,
  watch: WatchIntent | null = null,
): TestRequest {
  return { label, operation, args, watch, phase: 'new', xid: 0, frameBytes: 0, atMs: 0 };
}

/** What a client sent behind the connect request. */
export interface SentFrame {
  readonly xid: number;
  readonly opCode: number;
  readonly body: Uint8Array;
}

const DEFAULTS: MachineOptions = {
  hosts: [{ host: 'a', port: 1 }],
  isShuffled: false,
  sessionTimeoutMs: 9000,
  connectionTimeoutMs: 2000,
  reconnect: { baseMs: 100, maxMs: 1000 },
  sessionId: 0n,
  password: new Uint8Array(16),
  canBeReadOnly: false,
  isRenewing: false,
  inFlightMax: 1000,
  frameBytesMax: 1000,
  auths: [],
  sasl: null,
  prng: new Prng(1),
};

export class MachineRig implements MachineEffects<TestRequest> {
  readonly machine: SessionMachine<TestRequest>;
  /** One line for each effect but `send`. */
  readonly log: string[] = [];
  readonly values: unknown[] = [];
  readonly failures: Failure[] = [];
  readonly events: WatchEvent[] = [];
  nowMs = 0;

  constructor(options: Partial<MachineOptions> = {}) {
    this.machine = new SessionMachine({ ...DEFAULTS, ...options }, this);
    this.machine.setNow(0);
  }

  // -- inputs

  /** Starts, opens the connection and takes the connect request. */
  open(): ReturnType<typeof ConnectRequest.decode> {
    if (this.log.length === 0) this.machine.start();
    this.machine.opened();
    return ConnectRequest.decode(this.takeRaw()[0] as Uint8Array);
  }

  /** Connects, and takes what the machine sends on a new connection. */
  connect(response: Partial<ConnectResponse> = {}): SentFrame[] {
    this.open();
    this.accept(response);
    return this.takeSent();
  }

  accept(response: Partial<ConnectResponse> = {}): void {
    const whole = {
      ...{ protocolVersion: 0, timeOut: 9000, sessionId: SESSION_ID, passwd: PASSWORD },
      ...{ readOnly: false, ...response },
    };
    this.receiveFrame((writer) => ConnectResponse.write(writer, whole));
  }

  reply(
    { xid, zxid = 1, err = 0 }: { xid: number; zxid?: number; err?: number },
    body: (writer: BinaryWriter) => void = () => {},
  ): void {
    this.receiveFrame((writer) => {
      writer.int(xid);
      writer.longFromNumber(zxid);
      writer.int(err);
      body(writer);
    });
  }

  notify(type: number, path: string, zxid = -1): void {
    this.reply({ xid: -1, zxid }, (writer) => WatcherEvent.write(writer, { type, state: 3, path }));
  }

  receiveFrame(body: (writer: BinaryWriter) => void): void {
    this.machine.receive(frame(body));
  }

  /** Lets time pass, with a tick at each deadline and at the end. */
  pass(ms: number): void {
    const end = this.nowMs + ms;
    for (let ticks = 0; this.machine.deadlineMs <= end; ticks++) {
      assert.ok(ticks < 1000, 'the deadline does not move');
      this.nowMs = Math.max(this.nowMs, this.machine.deadlineMs);
      this.machine.setNow(this.nowMs);
      this.machine.tick();
    }
    this.nowMs = end;
    this.machine.setNow(end);
    this.machine.tick();
  }

  // -- what came out

  takeRaw(): Uint8Array[] {
    const decoder = new FrameDecoder(1 << 24);
    decoder.push(this.machine.output.take());
    const frames: Uint8Array[] = [];
    while (decoder.next()) frames.push(decoder.bytes.slice(decoder.start, decoder.end));
    return frames;
  }

  takeSent(): SentFrame[] {
    return this.takeRaw().map((bytes) => {
      const reader = new BinaryReader(bytes);
      return { xid: reader.int(), opCode: reader.int(), body: bytes.subarray(8) };
    });
  }

  takeLog(): string[] {
    return this.log.splice(0);
  }

  // -- effects

  dial({ host }: Host): void {
    this.log.push(`dial ${host}`);
  }

  send(): void {}

  hangUp(): void {
    this.log.push('hangUp');
  }

  probe({ host }: Host): void {
    this.log.push(`probe ${host}`);
  }

  succeed({ label }: TestRequest, value: unknown): void {
    this.values.push(value);
    this.log.push(`${label} succeeds`);
  }

  fail({ label }: TestRequest, failure: Failure): void {
    this.failures.push(failure);
    this.log.push(`${label} fails: ${failure.code} ${failure.outcome}`);
  }

  onState({ state }: StateChange): void {
    this.log.push(`is ${state}`);
  }

  onWatch(listeners: Iterable<WatchListener>, event: WatchEvent): void {
    this.events.push(event);
    this.log.push(`${event.type} ${event.path}`);
    for (const listener of listeners) listener(event);
  }

  onAuth({ scheme }: AuthInfo, failure: Failure | null): void {
    this.log.push(`auth ${scheme} ${failure === null ? 'succeeds' : `fails: ${failure.code}`}`);
  }
}

export function frame(body: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  const mark = writer.beginFrame();
  body(writer);
  writer.endFrame(mark);
  return writer.take();
}

/** 68 bytes, of which the version counts. */
export function writeStat(writer: BinaryWriter, version = 0): void {
  for (let i = 0; i < 4; i++) writer.longFromNumber(i + 1);
  writer.int(version);
  writer.int(0);
  writer.int(0);
  writer.long(0n);
  writer.int(0);
  writer.int(0);
  writer.longFromNumber(5);
}
