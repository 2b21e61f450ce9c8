/**
 * RequestFlow: the requests of a session, first those in flight, then those that wait to be sent;
 * both are bounded. It frames what it sends and settles each request once. When something may be
 * sent is the session machine's to know.
 */
import { ErrorCode } from '../../protocol/error-code.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { failureOfCode } from './failure.ts';
import type { MachineEffects } from './machine-options.ts';
import type { Failure, MachineRequest, Outcome, WatchKind } from './operation.ts';
import { RequestQueue } from './request-queue.ts';
import type { WatchRegistry } from './watch-registry.ts';

/** Requests in flight hold memory until they are answered. */
const IN_FLIGHT_BYTES_MAX = 16_777_216;
/** More than a program can mean to have waiting. */
const QUEUED_MAX = 1_000_000;
const XID_MAX = 2 ** 31 - 1;

/** One of the machine's own; its reply concerns nobody else. */
export interface OwnRequest extends MachineRequest {
  readonly onReply: (value: unknown, err: number) => void;
}

function isOwn(request: MachineRequest): request is OwnRequest {
  return 'onReply' in request;
}

export interface RequestFlowOptions<R extends MachineRequest> {
  readonly inFlightMax: number;
  readonly frameBytesMax: number;
  readonly effects: Pick<MachineEffects<R>, 'succeed' | 'fail'>;
  readonly watches: WatchRegistry;
}

export class RequestFlow<R extends MachineRequest> {
  readonly #options: RequestFlowOptions<R>;
  readonly #inFlight = new RequestQueue<R | OwnRequest>();
  readonly #queued = new RequestQueue<R>();
  #inFlightBytes = 0;
  #xid = 0;

  constructor(options: RequestFlowOptions<R>) {
    this.#options = options;
  }

  get inFlightCount(): number {
    return this.#inFlight.size;
  }

  get queuedCount(): number {
    return this.#queued.size;
  }

  /** The one whose reply comes next. */
  get oldest(): R | OwnRequest | undefined {
    return this.#inFlight.first;
  }

  /** When the first of those that wait came; Infinity when none does. */
  get waitingSinceMs(): number {
    return this.#queued.first?.atMs ?? Infinity;
  }

  get isFull(): boolean {
    return this.#queued.size >= QUEUED_MAX;
  }

  /** One more may be in flight. */
  get hasRoom(): boolean {
    return (
      this.#inFlight.size < this.#options.inFlightMax && this.#inFlightBytes < IN_FLIGHT_BYTES_MAX
    );
  }

  wait(request: R, nowMs: number): void {
    request.phase = 'queued';
    request.atMs = nowMs;
    this.#queued.push(request);
  }

  /** The next that still wants to be sent. */
  takeWaiting(): R | undefined {
    for (;;) {
      const request = this.#queued.shift();
      if (request === undefined || request.phase === 'queued') return request;
    }
  }

  /** Writes the request behind `mark`, where its frame begins. One that is too long fails. */
  send(request: R | OwnRequest, output: BinaryWriter, { mark, nowMs }: FrameStart): void {
    const { operation } = request;
    const { frameBytesMax } = this.#options;
    const xid = this.#xid === XID_MAX ? 1 : this.#xid + 1;
    output.int(xid);
    output.int(operation.opCode);
    try {
      operation.write(output, request.args);
    } catch (error) {
      // Half a frame would spoil all that follow.
      output.at = mark;
      throw error;
    }
    const frameBytes = output.at - mark - 4;
    if (frameBytes > frameBytesMax) {
      output.at = mark;
      const reason = `${frameBytes} bytes; a request has at most ${frameBytesMax}`;
      return this.fail(request, { code: 'BadArguments', outcome: 'notSent', reason });
    }
    output.endFrame(mark);
    this.#xid = xid;
    request.xid = xid;
    request.frameBytes = frameBytes;
    request.phase = 'sent';
    request.atMs = nowMs;
    this.#inFlightBytes += frameBytes;
    this.#inFlight.push(request);
  }

  /**
   * The reply to the oldest one. It is read before that leaves the queue: one that cannot be read
   * leaves it in flight, to fail there.
   */
  onReply(request: R | OwnRequest, err: number, reader: BinaryReader): void {
    const value = err === ErrorCode.Ok ? request.operation.read(reader) : undefined;
    this.#inFlight.shift();
    this.#inFlightBytes -= request.frameBytes;
    if (isOwn(request)) return request.onReply(value, err);
    if (request.phase === 'abandoned') {
      request.phase = 'settled';
      return;
    }
    const { watch } = request;
    if (watch !== null && (err === ErrorCode.Ok || err === ErrorCode.NoNode)) {
      this.#options.watches.register(watch, err === ErrorCode.NoNode);
    }
    if (err !== ErrorCode.Ok) return this.fail(request, failureOfCode(err));
    request.phase = 'settled';
    this.#options.effects.succeed(request, value);
  }

  /** Unless it is settled, or nobody waits for it. */
  fail(request: R | OwnRequest, failure: Failure): void {
    if (isOwn(request) || request.phase === 'settled') return;
    const wasAbandoned = request.phase === 'abandoned';
    request.phase = 'settled';
    if (!wasAbandoned) this.#options.effects.fail(request, failure);
  }

  failInFlight(failure: Failure): void {
    this.#inFlightBytes = 0;
    for (const request of this.#inFlight.takeAll()) this.fail(request, failure);
  }

  failWaiting(failure: Failure): void {
    for (const request of this.#queued.takeAll()) this.fail(request, failure);
  }

  /** Those that have waited since then or longer. */
  failWaitingSince(sinceMs: number, failure: Failure): void {
    for (;;) {
      const first = this.#queued.first;
      if (first === undefined || first.atMs > sinceMs) return;
      this.#queued.shift();
      this.fail(first, failure);
    }
  }

  /**
   * Nobody waits for it any more. What was not sent is not sent; the reply to what was is taken and
   * dropped, with its watch.
   */
  cancel(request: R): Outcome {
    const isSent = request.phase === 'sent';
    request.phase = isSent ? 'abandoned' : 'settled';
    return isSent ? 'unknown' : 'notSent';
  }

  /** Which watches on this path are asked for and not yet answered. */
  watchesAskedFor(path: string): Set<WatchKind> {
    const kinds = new Set<WatchKind>();
    for (const queue of [this.#inFlight, this.#queued]) {
      for (const { watch, phase } of queue) {
        if (watch?.path === path && phase !== 'settled') kinds.add(watch.kind);
      }
    }
    return kinds;
  }
}

export interface FrameStart {
  readonly mark: number;
  readonly nowMs: number;
}
