/**
 * MachineClient: an application over the client's real session machine (`src/client/machine`), whose
 * driver here is virtual time. It waits for nothing: what it asks while there is no connection has to
 * go out later. When its machine is at an end it begins with another one. What it was told is kept
 * for the checkers; what leaves it is in the history of its connections, as of any client.
 */
import type { Prng } from '../../base/prng.ts';
import type { Host } from '../../client/machine/host-provider.ts';
import type { MachineEffects, State, StateChange } from '../../client/machine/machine-options.ts';
import type { Failure } from '../../client/machine/operation.ts';
import { SessionMachine } from '../../client/machine/session-machine.ts';
import type { WatchEvent, WatchListener } from '../../client/machine/watch-event.ts';
import type { EventQueue, QueuedEvent } from '../event-queue.ts';
import type { AskRecord, ConnectAttempt, ConnectionHistory } from '../history.ts';
import type { SimClock } from '../sim-clock.ts';
import type { ConnectionOwner, SimConnection } from '../sim-connection.ts';
import { splitFrames } from '../split-frames.ts';
import type { SimMachineRequest } from './machine-request.ts';
import { MachineWorkload } from './machine-workload.ts';
import { readSentFrame } from './read-ask.ts';
import type { ClientConfig } from './sim-client.ts';

export interface MachineClientParts {
  readonly index: number;
  readonly clock: SimClock;
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly config: ClientConfig;
  /** All that there may be. */
  readonly servers: readonly number[];
  at(): number;
  /** A new connection, or null where nobody listens. */
  open(server: number, attempt: ConnectAttempt, client: MachineClient): SimConnection | null;
  connectRequest(bytes: Uint8Array): Uint8Array;
}

/** One machine from its start to its end, and the states that it told. */
export interface MachineLife {
  readonly machine: SessionMachine<SimMachineRequest>;
  readonly isRenewing: boolean;
  readonly sessionTimeoutMs: number;
  readonly changes: StateChange[];
  readonly requests: SimMachineRequest[];
  /** What has left, by its xid, which counts on over all sessions of a machine. */
  readonly sent: Map<number, SentRecord>;
}

export interface SentRecord {
  readonly asked: AskRecord;
  readonly connection: ConnectionHistory;
}

const FRAME_BYTES_MAX = 1_048_575;
const OPEN_US_MAX = 3000;
/** Requests without an answer. */
const WAITING_MAX = 12;

export class MachineClient implements MachineEffects<SimMachineRequest>, ConnectionOwner {
  readonly index: number;
  readonly lives: MachineLife[] = [];
  /** All requests that were settled in their turn, in the order of settling. */
  readonly settled: SimMachineRequest[] = [];
  readonly #parts: MachineClientParts;
  readonly #workload: MachineWorkload;
  #isWild = true;
  #life: MachineLife;
  #connection: SimConnection | null = null;
  /** Connections that have stood. */
  #connections = 0;
  /** The one under way; those before it have been given up. */
  #attempt = 0;
  #hasSaidHello = false;
  #timer: QueuedEvent | null = null;
  #pausedUntilUs = 0;
  #late: (() => void)[] = [];
  #asked = 0;
  #isSubmitting = false;

  constructor(parts: MachineClientParts) {
    this.index = parts.index;
    this.#parts = parts;
    this.#workload = new MachineWorkload(parts.prng.fork(), parts.index);
    this.#life = this.#begin();
    this.#submit(this.#workload.first());
    this.#think();
  }

  get sessionId(): bigint {
    return this.#life.machine.sessionId;
  }

  get state(): State {
    return this.#life.machine.state;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Nothing is under way for it, and its connection is one indeed. */
  get isSettled(): boolean {
    const { machine } = this.#life;
    if (machine.state !== 'connected' || this.#connection?.isClientEndOpen !== true) return false;
    return machine.inFlightCount + machine.queuedCount === 0;
  }

  /** From now on it asks for nothing more. */
  calm(): void {
    this.#isWild = false;
    this.#pausedUntilUs = 0;
    this.#wake();
  }

  // --- Lives --------------------------------------------------------------------------------------

  #begin(): MachineLife {
    const { prng, config, servers } = this.#parts;
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = config.server.requests;
    const isRenewing = prng.chance(0.4);
    const sessionTimeoutMs = prng.between(minSessionTimeoutMs, maxSessionTimeoutMs);
    const machine = new SessionMachine<SimMachineRequest>(
      {
        hosts: servers.map((port) => ({ host: 'server', port })),
        isShuffled: true,
        sessionTimeoutMs,
        connectionTimeoutMs: prng.pick([200, 1000, 3000]),
        reconnect: { baseMs: prng.pick([10, 100]), maxMs: 1000 },
        sessionId: 0n,
        password: new Uint8Array(16),
        canBeReadOnly: false,
        isRenewing,
        inFlightMax: prng.pick([1, config.pipelineMax, 1000]),
        frameBytesMax: FRAME_BYTES_MAX,
        auths: [],
        sasl: null,
        prng: prng.fork(),
      },
      this,
    );
    const life: MachineLife = {
      ...{ machine, isRenewing, sessionTimeoutMs },
      ...{ changes: [], requests: [], sent: new Map() },
    };
    this.lives.push(life);
    this.#life = life;
    this.#input(() => machine.start());
    return life;
  }

  #think(): void {
    const { clock, queue, prng, config } = this.#parts;
    const us = prng.between(100, this.#isWild ? config.thinkUsMax : 100_000);
    queue.add(clock.nowUs + us, `machine ${this.index}`, () => {
      this.#act();
      this.#think();
    });
  }

  #act(): void {
    const { clock, prng, config } = this.#parts;
    if (clock.nowUs < this.#pausedUntilUs) return;
    const { machine, requests } = this.#life;
    if (machine.isOver) {
      this.#begin();
      return;
    }
    if (!this.#isWild) return;
    const { faults } = config;
    if (faults.breaks && prng.chance(0.02)) this.#break();
    if (faults.silence && prng.chance(0.006)) return this.#pause(machine.timeoutMs);
    // Little at a time, so that there is something to ask all the while.
    if (this.#asked > config.asksMax || prng.chance(0.7)) return;
    if (prng.chance(0.01)) return this.#input(() => machine.close());
    const open = requests.filter(({ outcomes }) => outcomes.length === 0);
    const room = Math.min(WAITING_MAX - open.length, config.asksMax + 1 - this.#asked);
    const count = Math.min(prng.between(1, 3), room);
    for (let i = 0; i < count; i++) this.#submit(this.#workload.next());
    if (open.length > 0 && prng.chance(0.03)) this.#cancel(prng.pick(open));
  }

  /** Now and then nobody tells the client: it has to find out by the silence. */
  #break(): void {
    const connection = this.#connection;
    if (connection === null) return;
    if (this.#parts.prng.chance(0.7)) return connection.breakOff();
    connection.isClientEndOpen = false;
    const { clock, queue, prng } = this.#parts;
    queue.add(clock.nowUs + prng.below(2_000_000), 'half open', () => connection.endServerSide());
  }

  #submit(request: SimMachineRequest): void {
    const { machine, requests } = this.#life;
    this.#asked++;
    requests.push(request);
    this.#input(() => {
      this.#isSubmitting = true;
      machine.submit(request);
      this.#isSubmitting = false;
    });
  }

  #cancel(request: SimMachineRequest): void {
    if (request.outcomes.length > 0) return;
    const outcome = this.#life.machine.cancel(request);
    request.outcomes.push({ kind: 'cancelled', outcome });
  }

  // --- The loop of a driver -----------------------------------------------------------------------

  /** A process that stands still hears of everything when it goes on, and of the time last. */
  #input(action: () => void): void {
    if (this.#parts.clock.nowUs < this.#pausedUntilUs) {
      this.#late.push(action);
      return;
    }
    this.#life.machine.setNow(this.#parts.clock.nowUs / 1000);
    action();
    this.#flush();
    this.#setTimer();
  }

  #pause(timeoutMs: number): void {
    const { clock, queue, prng } = this.#parts;
    this.#pausedUntilUs =
      clock.nowUs + Math.floor(timeoutMs * 1000 * prng.pick([0.3, 0.9, 1.1, 3]));
    queue.add(this.#pausedUntilUs, 'client goes on', () => this.#wake());
  }

  #wake(): void {
    if (this.#parts.clock.nowUs < this.#pausedUntilUs) return;
    const late = this.#late;
    this.#late = [];
    for (const action of late) this.#input(action);
    this.#setTimer();
  }

  #setTimer(): void {
    const { clock, queue } = this.#parts;
    const { deadlineMs } = this.#life.machine;
    const dueUs = Math.max(clock.nowUs + 1, Math.ceil(deadlineMs * 1000));
    if (this.#timer?.timeUs === dueUs) return;
    if (this.#timer !== null) this.#timer.isCancelled = true;
    this.#timer = null;
    if (dueUs === Infinity) return;
    this.#timer = queue.add(dueUs, `machine ${this.index} tick`, () => {
      this.#timer = null;
      // Whoever stands still looks at the clock when it goes on.
      if (clock.nowUs < this.#pausedUntilUs) return;
      this.#input(() => this.#life.machine.tick());
    });
  }

  /** All that one turn has to say, in one write. */
  #flush(): void {
    const { output } = this.#life.machine;
    if (output.at === 0) return;
    const bytes = output.bytes.slice(0, output.at);
    output.clear();
    const connection = this.#connection;
    if (connection === null) return;
    const isHello = !this.#hasSaidHello;
    this.#hasSaidHello = true;
    for (const [i, frame] of splitFrames(bytes).entries()) {
      if (!isHello || i > 0) this.#note(connection, frame);
    }
    connection.send(isHello ? this.#parts.connectRequest(bytes) : bytes);
  }

  #note({ record }: SimConnection, frame: Uint8Array): void {
    const { xid, ask } = readSentFrame(frame);
    const at = this.#parts.at();
    const asked: AskRecord = { at, xid, ask, reply: null, ids: [], takenAt: -1 };
    record.asked.push(asked);
    if (xid > 0) this.#life.sent.set(xid, { asked, connection: record });
  }

  // --- ConnectionOwner ----------------------------------------------------------------------------

  onFrame(connection: SimConnection, frame: Uint8Array): void {
    this.#input(() => {
      if (connection !== this.#connection) return;
      connection.record.seen++;
      const bytes = new Uint8Array(4 + frame.length);
      new DataView(bytes.buffer).setInt32(0, frame.length);
      bytes.set(frame, 4);
      const { prng, config } = this.#parts;
      const cut = config.faults.breaks && prng.chance(0.3) ? prng.below(bytes.length) : 0;
      const { machine } = this.#life;
      if (cut > 0) machine.receive(bytes.slice(0, cut));
      if (connection === this.#connection) machine.receive(bytes.slice(cut));
    });
  }

  onEnd(connection: SimConnection): void {
    this.#input(() => {
      if (connection !== this.#connection) return;
      this.#connection = null;
      this.#life.machine.lost('the connection has ended');
    });
  }

  // --- MachineEffects -----------------------------------------------------------------------------

  dial({ port }: Host): void {
    const { clock, queue, prng } = this.#parts;
    const attempt = ++this.#attempt;
    queue.add(clock.nowUs + prng.between(50, OPEN_US_MAX), 'dial', () => {
      this.#input(() => this.#open(attempt, port));
    });
  }

  #open(attempt: number, server: number): void {
    if (attempt !== this.#attempt) return;
    const { machine, sessionTimeoutMs } = this.#life;
    const { config, prng } = this.#parts;
    // Lost without a trace: only the time that an attempt may take ends it.
    if (this.#isWild && config.faults.breaks && prng.chance(0.05)) return;
    const connection = this.#parts.open(
      server,
      {
        at: this.#parts.at(),
        sessionId: machine.sessionId,
        isPasswordRight: true,
        timeOutMs: sessionTimeoutMs,
        lastZxidSeen: machine.lastZxid,
      },
      this,
    );
    if (connection === null) return machine.lost('refused');
    this.#connection = connection;
    this.#connections++;
    this.#hasSaidHello = false;
    machine.opened();
  }

  send(): void {
    // The driver looks after each input.
  }

  hangUp(): void {
    this.#attempt++;
    const connection = this.#connection;
    if (connection === null) return;
    this.#flush();
    this.#connection = null;
    connection.isClientEndOpen = false;
    const { clock, queue, prng } = this.#parts;
    const us = prng.pick([20_000, 100_000, 2_000_000]);
    queue.add(clock.nowUs + prng.below(us), 'hang up', () => connection.endServerSide());
  }

  probe(): void {
    throw new Error('it never asks for read-only service');
  }

  succeed(request: SimMachineRequest, value: unknown): void {
    request.outcomes.push({ kind: 'ok', value });
    this.#onSettled(request);
  }

  fail(request: SimMachineRequest, failure: Failure): void {
    request.outcomes.push({ kind: 'failed', failure });
    // The end of a client is told first to what waits, and only then to what is under way.
    const isClosed = failure.code === 'InvalidState' && failure.outcome === 'notSent';
    request.isRefused = this.#isSubmitting || isClosed;
    this.#onSettled(request);
  }

  #onSettled(request: SimMachineRequest): void {
    request.sent = this.#life.sent.get(request.xid) ?? null;
    if (!request.isRefused) this.settled.push(request);
    // Before that nothing is promised of its watch.
    const { watching } = request;
    if (watching !== null) watching.setOn = this.#connections;
  }

  onState(change: StateChange): void {
    this.#life.changes.push(change);
  }

  onWatch(listeners: Iterable<WatchListener>, event: WatchEvent): void {
    for (const listener of listeners) listener(event);
  }

  onAuth(): void {
    throw new Error('it has no identities');
  }
}
