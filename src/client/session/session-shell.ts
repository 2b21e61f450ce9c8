/**
 * SessionShell: drives one session machine with a real clock, a real socket and promises. All
 * requests of one turn of the program leave in one write; one timer serves every deadline.
 */
import { Prng } from '../../base/prng.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { type CallFacts, ClientCall } from '../calls/client-call.ts';
import type { WaitOptions } from '../calls/operation-options.ts';
import type { Chroot } from '../chroot.ts';
import type { CheckedOptions, ClientDeps, ClientLogger } from '../client-options.ts';
import type { Host } from '../machine/host-provider.ts';
import type {
  AuthInfo,
  MachineEffects,
  SaslExchange,
  StateChange,
} from '../machine/machine-options.ts';
import type { Failure, Outcome } from '../machine/operation.ts';
import { SessionMachine } from '../machine/session-machine.ts';
import type { WatchEvent, WatchListener } from '../machine/watch-event.ts';
import { errorOf } from '../zookeeper-error.ts';
import type { Connection } from './connection.ts';
import { Dispatcher } from './dispatcher.ts';

/** Beyond this an output buffer is not kept for the next turn. */
const KEPT_OUTPUT_BYTES_MAX = 1_048_576;
const OUTPUT_BYTES_FIRST = 4096;
/** A turn of the program that takes longer leaves bytes unread. */
const LATE_MS = 20;
/** So often a tick gives way to reading, and no more. */
const DELAYS_MAX = 10;

export interface SessionShellOptions {
  readonly hosts: readonly Host[];
  readonly chroot: Chroot;
  readonly checked: CheckedOptions;
  readonly deps: ClientDeps;
  readonly sasl: SaslExchange | null;
  readonly logger: ClientLogger | undefined;
  /** Asks a server by `isro`; true when it takes writes. Never rejects. */
  readonly probe: (host: Host) => Promise<boolean>;
}

interface WaitingAuth {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly end: () => void;
}

export class SessionShell implements MachineEffects<ClientCall> {
  readonly machine: SessionMachine<ClientCall>;
  readonly #options: SessionShellOptions;
  readonly #dispatcher: Dispatcher;
  readonly #stateListeners = new Set<(change: StateChange) => void>();
  readonly #lossListeners = new Set<() => void>();
  #lostAttempts = 0;
  readonly #waitingAuths = new Map<AuthInfo, WaitingAuth>();
  #attempt: { cancel(): void } | null = null;
  #connection: Connection | null = null;
  #reached: Host | null = null;
  #isFlushWanted = false;
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = Infinity;

  constructor(options: SessionShellOptions) {
    const { hosts, checked, deps, sasl } = options;
    this.#options = options;
    this.#dispatcher = new Dispatcher((error) => this.#onListenerError(error));
    const prng = new Prng(Math.floor(deps.random() * 2 ** 52));
    this.machine = new SessionMachine<ClientCall>({ ...checked, hosts, sasl, prng }, this);
  }

  /** That it is connected to; where SRV records led, for one that was named by them. */
  get server(): Host | null {
    return this.machine.server === null ? null : this.#reached;
  }

  start(): void {
    this.#input(() => this.machine.start());
  }

  /** Resolves with what the operation's reply holds; rejects with a ZooKeeperError. */
  call<T>(facts: CallFacts): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.submit(new ClientCall(facts, resolve as (value: unknown) => void, reject));
    });
  }

  submit(call: ClientCall): void {
    const { machine } = this;
    if (machine.isUp) return machine.submit(call);
    // It may have to wait, and then it counts from when.
    this.#input(() => machine.submit(call));
  }

  cancel(call: ClientCall): Outcome {
    return this.machine.cancel(call);
  }

  /** A refusal ends the client; giving up waiting does not take the identity back. */
  addAuth(auth: AuthInfo, { signal, timeoutMs }: WaitOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const end = () => {
        this.#waitingAuths.delete(auth);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        end();
        reject(signal?.reason);
      };
      const onTimeout = () => {
        end();
        const failure = { code: 'RequestTimeout', outcome: 'unknown' } as const;
        reject(errorOf(failure, { operation: 'addAuth', path: undefined }));
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waitingAuths.set(auth, { resolve, reject, end });
      this.#input(() => this.machine.addAuth(auth));
    });
  }

  /** Resolves when the state is `closed`. */
  close(): Promise<void> {
    if (this.machine.state === 'closed') return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.onStateChange(({ state }) => {
        if (state !== 'closed') return;
        stop();
        resolve();
      });
      this.#input(() => this.machine.close());
    });
  }

  /** Returns what ends it. */
  onStateChange(listener: (change: StateChange) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Called after attempts to connect that failed. Returns what ends it. */
  onLoss(listener: () => void): () => void {
    this.#lossListeners.add(listener);
    return () => this.#lossListeners.delete(listener);
  }

  /** Tells listeners of what was done here, before the call that did it resolves. */
  tell(listeners: Iterable<WatchListener>, event: WatchEvent): void {
    for (const listener of listeners) this.#dispatcher.local(() => listener(event));
  }

  // -- inputs of the machine

  #input(action: () => void): void {
    this.machine.setNow(this.#options.deps.nowMs());
    action();
    this.#setTimer();
    const { lostAttempts } = this.machine;
    if (lostAttempts === this.#lostAttempts) return;
    this.#lostAttempts = lostAttempts;
    for (const listener of [...this.#lossListeners]) listener();
  }

  #onBytes(bytes: Uint8Array): void {
    this.machine.setNow(this.#options.deps.nowMs());
    this.machine.receive(bytes);
    // While nothing special happens deadlines only move away: the timer may come too early.
    // At the end there is none, and no timer may keep the process alive.
    const { deadlineMs } = this.machine;
    if (deadlineMs < this.#timerAtMs || deadlineMs === Infinity) this.#setTimer();
  }

  #setTimer(): void {
    const { deadlineMs } = this.machine;
    if (deadlineMs === this.#timerAtMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAtMs = deadlineMs;
    if (deadlineMs === Infinity) return;
    const delayMs = Math.max(0, Math.ceil(deadlineMs - this.#options.deps.nowMs()));
    this.#timer = setTimeout(() => this.#onTimer(), delayMs);
  }

  #onTimer(): void {
    this.#timer = null;
    this.#timerAtMs = Infinity;
    this.#tickSoon(this.#options.deps.nowMs(), 0);
  }

  /**
   * Not at once: when the program was busy for long, timers come before the bytes that arrived
   * meanwhile, and the server would seem to be silent. So it is when it was busy between the two.
   */
  #tickSoon(plannedMs: number, delays: number): void {
    setImmediate(() => {
      const nowMs = this.#options.deps.nowMs();
      if (nowMs - plannedMs > LATE_MS && delays < DELAYS_MAX) {
        return this.#tickSoon(nowMs, delays + 1);
      }
      this.#dispatcher.beginTurn();
      this.#input(() => this.machine.tick());
    });
  }

  // -- effects of the machine

  dial(host: Host): void {
    const timeoutMs = this.#options.checked.connectionTimeoutMs;
    this.#attempt = this.#options.deps.dial(
      { ...host, timeoutMs },
      {
        onConnected: (connection, reached = host) => {
          this.#reached = reached;
          this.#onConnected(connection);
        },
        onFailed: (reason) => {
          this.#attempt = null;
          this.#input(() => this.machine.lost(`${host.host}:${host.port}: ${reason}`));
        },
      },
    );
  }

  #onConnected(connection: Connection): void {
    this.#attempt = null;
    this.#connection = connection;
    connection.start({
      onBytes: (bytes) => {
        if (this.#connection !== connection) return;
        if (connection.sharesTurns === true) this.#dispatcher.beginTurnSoon();
        else this.#dispatcher.beginTurn();
        this.#onBytes(bytes);
      },
      onDrain: () => {},
      onClose: () => {
        if (this.#connection !== connection) return;
        this.#connection = null;
        this.#dispatcher.beginTurn();
        this.#input(() => this.machine.lost('the server closed the connection'));
      },
    });
    this.#input(() => this.machine.opened());
  }

  /** After everything that this turn has to say: microtasks come before the next tick. */
  send(): void {
    // Once for all requests of a turn: a program that was busy has an old clock.
    this.machine.setNow(this.#options.deps.nowMs());
    if (this.#isFlushWanted) return;
    this.#isFlushWanted = true;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushWanted = false;
    const { machine } = this;
    const { output } = machine;
    if (this.#connection === null || output.at === 0) return;
    const isTaken = this.#connection.write(output.bytes, output.at);
    if (isTaken && output.bytes.length <= KEPT_OUTPUT_BYTES_MAX) output.clear();
    else machine.output = new BinaryWriter(OUTPUT_BYTES_FIRST);
  }

  hangUp(): void {
    const { machine } = this;
    // What was said last, as the end of the session, may still be in the buffer.
    if (machine.output.at > 0) this.#flush();
    this.#attempt?.cancel();
    this.#attempt = null;
    const connection = this.#connection;
    this.#connection = null;
    connection?.destroy();
  }

  probe(host: Host): void {
    void this.#options.probe(host).then((isReadWrite) => {
      this.#input(() => this.machine.probed(host, isReadWrite));
    });
  }

  succeed(call: ClientCall, value: unknown): void {
    if (this.#dispatcher.isWaiting) return this.#dispatcher.settle(() => call.resolve(value));
    this.#dispatcher.onSettled();
    call.resolve(value);
  }

  fail(call: ClientCall, failure: Failure): void {
    const error = errorOf(failure, { operation: call.name, path: call.path });
    this.#dispatcher.settle(() => call.reject(error));
  }

  onState(change: StateChange): void {
    this.#options.logger?.info(describeChange(change));
    this.#dispatcher.event(() => {
      for (const listener of [...this.#stateListeners]) {
        this.#guard(() => listener(change));
      }
    });
  }

  onWatch(listeners: Iterable<WatchListener>, event: WatchEvent): void {
    const path = this.#options.chroot.toClient(event.path);
    const seen = path === event.path ? event : { ...event, path };
    for (const listener of listeners) this.#dispatcher.event(() => listener(seen));
  }

  onAuth(auth: AuthInfo, failure: Failure | null): void {
    const waiting = this.#waitingAuths.get(auth);
    // Sent again after a reconnect: nobody waits.
    if (waiting === undefined) return;
    waiting.end();
    if (failure === null) return this.#dispatcher.settle(waiting.resolve);
    const error = errorOf(failure, { operation: 'addAuth', path: undefined });
    this.#dispatcher.settle(() => waiting.reject(error));
  }

  // -- listeners

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#onListenerError(error);
    }
  }

  /** A listener that throws is the program's bug and must neither be hidden nor disturb others. */
  #onListenerError(error: unknown): void {
    this.#options.logger?.error(`a listener threw: ${String(error)}`);
    process.nextTick(() => {
      throw error;
    });
  }
}

function describeChange({ state, previous, sessionId, reason }: StateChange): string {
  const session = `session 0x${BigInt.asUintN(64, sessionId).toString(16)}`;
  return `${previous} → ${state}, ${session}${reason === undefined ? '' : `: ${reason}`}`;
}
