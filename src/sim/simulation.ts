/**
 * Simulation: one seed from beginning to end. Chaos in several lives of the server, then quiet, in
 * which everything must come to rest, then a power cycle, then the audit of all that happened.
 */
import type { Prng } from '../base/prng.ts';
import { checkHistory, type Judges } from './checkers/check-history.ts';
import { checkRecoveredState, checkRecoveryBounds } from './checkers/durability.ts';
import { checkOrder } from './checkers/linearizability/check-order.ts';
import { newConnectionHistory, SimClient } from './clients/sim-client.ts';
import { Workload } from './clients/workload.ts';
import { Decisions } from './decisions/decisions.ts';
import { DiskFaults } from './disk/disk-faults.ts';
import type { LoggedTxn } from './disk/log-records.ts';
import { type Rot, rotOneFile } from './disk/rot.ts';
import { type CrashKind, SimDisk } from './disk/sim-disk.ts';
import { auditSnapshots } from './disk/snapshot-audit.ts';
import { EventQueue } from './event-queue.ts';
import { type ConnectAttempt, type History, newHistory, type Violation } from './history.ts';
import { ModelTree } from './model/model-tree.ts';
import { describeValue, sameValue } from './model/same-value.ts';
import { streamOf } from './named-streams.ts';
import type { ServerHooks } from './server-hooks.ts';
import { SimClock } from './sim-clock.ts';
import { type SimConfig, simConfig } from './sim-config.ts';
import { SimConnection } from './sim-connection.ts';
import { type Booted, SimServer } from './sim-server.ts';
import { Trace } from './trace.ts';
import { asViolations, Violated } from './violated.ts';

export interface SimulationOptions {
  readonly hooks?: (prng: Prng) => ServerHooks;
  readonly print?: (line: string) => void;
  /** Digests find much by themselves; without them the checkers have to. */
  readonly withoutDigests?: boolean;
  readonly judges?: Judges;
  /** Instead of that of the seed. */
  readonly config?: SimConfig;
  /** Instead of chance; also what notes them down. */
  readonly decisions?: Decisions;
}

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly hash: string;
  readonly lastLines: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly history: History;
}

type Phase = 'chaos' | 'quiet' | 'over';

const EVENTS_MAX = 60_000;
/** How long the system may take to come to rest once the faults have stopped. */
const QUIET_US_MAX = 60_000_000;
const PAUSE_US_MAX = 3_000_000;

export function runSeed(seed: number, options: SimulationOptions = {}): SimulationResult {
  const config = options.config ?? simConfig(seed);
  if (options.withoutDigests !== true) return new Simulation(config, options).run();
  const requests = { ...config.server.requests, digestEnabled: false };
  const server = { ...config.server, requests };
  return new Simulation({ ...config, server }, options).run();
}

class Simulation {
  readonly #config: SimConfig;
  readonly #clock = new SimClock();
  readonly #queue: EventQueue;
  readonly #trace: Trace;
  readonly #hooks: ServerHooks;
  readonly #judges: Judges;
  readonly #decisions: Decisions;
  readonly #faults: DiskFaults;
  readonly #disk: SimDisk;
  readonly #server: SimServer;
  #model = new ModelTree();
  readonly #history: History;
  readonly #clients: SimClient[] = [];
  readonly #workload: Workload;
  readonly #prng: Prng;
  readonly #connectionPrng: Prng;
  readonly #planted = new Set<string>();
  readonly counts: Record<string, number> = {};
  #at = 0;
  #phase: Phase = 'chaos';
  #livesLeft: number;
  #crashAtOp = Number.POSITIVE_INFINITY;
  #crashKind: CrashKind = 'kill';
  #quietUs = 0;
  #probesLeft = 2;

  constructor(config: SimConfig, options: SimulationOptions) {
    const { seed, faults } = config;
    this.#config = config;
    this.#livesLeft = config.lives;
    this.#prng = streamOf(seed, 'chaos');
    this.#connectionPrng = streamOf(seed, 'net');
    const ties = streamOf(seed, 'ties');
    this.#queue = new EventQueue(ties);
    this.#trace = new Trace(options.print ?? null);
    this.#hooks = options.hooks?.(streamOf(seed, 'mutant')) ?? {};
    this.#judges = options.judges ?? 'all';
    this.#decisions = options.decisions ?? new Decisions();
    this.#decisions.setNoise([ties]);
    this.#workload = new Workload(streamOf(seed, 'workload'));
    this.#faults = new DiskFaults(streamOf(seed, 'disk faults'), {
      eio: faults.eio ? 0.004 : 0,
      syncError: faults.syncError ? 0.004 : 0,
      slow: faults.slowDisk ? 0.05 : 0,
      slowUsMax: 400_000,
    });
    this.#disk = new SimDisk({
      clock: this.#clock,
      queue: this.#queue,
      faults: this.#faults,
      prng: streamOf(seed, 'disk'),
      hasSeparateLogDirectory: config.hasSeparateLogDirectory,
      forceSync: config.server.storage.forceSync,
    });
    this.#history = newHistory(config, config.faults.pauses ? (PAUSE_US_MAX * 6) / 1000 : 0);
    this.#server = this.#makeServer();
  }

  run(): SimulationResult {
    let violations: readonly Violation[];
    try {
      this.#chaosAndQuiet();
      this.#powerCycle();
      violations = this.#audit();
    } catch (error) {
      violations = this.#judges === 'order' ? this.#auditOrder() : asViolations(error);
    } finally {
      this.#hooks.restore?.();
    }
    return {
      seed: this.#config.seed,
      violations,
      hash: this.#trace.hash,
      lastLines: this.#trace.lastLines(),
      counts: { ...this.counts, events: this.#at, txns: this.#history.txns.length },
      history: this.#history,
    };
  }

  #audit(): readonly Violation[] {
    const order = this.#auditOrder();
    return this.#judges === 'order' ? order : [...checkHistory(this.#history), ...order];
  }

  #auditOrder(): readonly Violation[] {
    const { kind, violations } = checkOrder(this.#history);
    this.#count(`orders ${kind}`);
    return violations;
  }

  #makeServer(): SimServer {
    return new SimServer({
      clock: this.#clock,
      queue: this.#queue,
      disk: this.#disk,
      config: this.#config,
      prng: streamOf(this.#config.seed, 'server'),
      trace: this.#trace,
      hooks: this.#hooks,
      history: this.#history,
      at: () => this.#at,
      onReady: () => {},
      onEnd: (reason) => this.#onServerEnd(reason),
    });
  }

  // --- Chaos and quiet ----------------------------------------------------------------------------

  #chaosAndQuiet(): void {
    this.#boot();
    for (let i = 0; i < this.#config.clients; i++) this.#clients.push(this.#makeClient(i));
    this.#planDisturbance();
    for (; this.#phase !== 'over'; this.#at++) {
      if (this.#at > EVENTS_MAX) throw new Violated([liveness('too many events')]);
      const event = this.#queue.take();
      if (event === undefined) throw new Violated([liveness('nothing is left to happen')]);
      this.#clock.moveTo(event.timeUs);
      event.action();
      if (this.#disk.opCount >= this.#crashAtOp) this.#crash(this.#crashKind);
      if (this.#phase === 'quiet') this.#checkQuiet();
    }
  }

  #makeClient(index: number): SimClient {
    const { seed, faults } = this.#config;
    return new SimClient({
      index,
      clock: this.#clock,
      queue: this.#queue,
      prng: streamOf(seed, `client ${index}`),
      config: this.#config,
      workload: this.#workload,
      decisions: this.#decisions,
      netPrng: this.#connectionPrng,
      at: () => this.#at,
      open: (attempt, client) => this.#open(attempt, client, faults.slowNet ? 40_000 : 800),
      connectRequest: (bytes) => this.#hooks.connectRequest?.(bytes) ?? bytes,
    });
  }

  #open(attempt: ConnectAttempt, client: SimClient, delayUsMax: number): SimConnection | null {
    if (!this.#server.isReady) return null;
    const { life } = this.#server;
    const id = this.#history.connections.length;
    const record = newConnectionHistory(id, client.index, { attempt, life });
    const connection = new SimConnection({
      clock: this.#clock,
      queue: this.#queue,
      prng: this.#connectionPrng.fork(),
      shape: { delayUsMin: 20, delayUsMax, rechunks: this.#config.faults.rechunk },
      ends: {
        onBytes: (from, bytes) => this.#server.receive(from, bytes),
        onServerSideEnd: (from) => this.#server.onClosedByClient(from),
        onFrame: (from, frame) => client.onFrame(from, frame),
        onClientSideEnd: (from) => client.onEnd(from),
      },
      record,
    });
    if (!this.#server.accept(connection)) return null;
    this.#history.connections.push(record);
    this.#count('connections');
    return connection;
  }

  /** Each life ends at some op of the disk or at some time; meanwhile smaller things happen. */
  #planDisturbance(): void {
    const { lifeUsMax, faults } = this.#config;
    const prng = this.#prng;
    this.#decide(`life ${this.#server.life}`);
    const us = this.#clock.nowUs + prng.between(1000, lifeUsMax);
    const kinds: CrashKind[] = [];
    if (faults.kill) kinds.push('kill');
    if (faults.powerLoss) kinds.push('powerLoss', 'powerLoss');
    this.#crashKind = kinds.length > 0 ? prng.pick(kinds) : 'kill';
    const { life } = this.#server;
    if (kinds.length > 0 && prng.chance(0.5)) {
      const ops = prng.pick([prng.below(10), prng.below(60), prng.below(500)]);
      this.#crashAtOp = this.#disk.opCount + 1 + ops;
    }
    this.#queue.add(us, 'life ends', () => {
      if (this.#server.life !== life || this.#phase !== 'chaos') return;
      if (this.#server.server === null) return;
      this.#decide(`end of life ${life}`);
      if (kinds.length === 0) this.#stopCleanly();
      else if (prng.chance(0.15)) this.#stopCleanly();
      else this.#crash(this.#crashKind);
    });
    for (let count = prng.below(6); count > 0; count--) {
      const name = `disturbance ${life}.${count}`;
      this.#queue.add(this.#clock.nowUs + prng.below(lifeUsMax), 'disturb', () => {
        if (this.#phase !== 'chaos' || !this.#decide(name)) return;
        this.#disturb();
        this.#decisions.end();
      });
    }
    this.#decisions.end();
  }

  /** False where this is left out of what is replayed. */
  #decide(source: string): boolean {
    return this.#decisions.begin(source, this.#clock.nowUs, [this.#prng]);
  }

  #disturb(): void {
    const { faults } = this.#config;
    const prng = this.#prng;
    const kind = prng.below(6);
    switch (kind) {
      case 1:
        this.#decisions.note('snapshot');
        return this.#server.takeSnapshot();
      case 2:
        if (!faults.wallJumps) return;
        this.#decisions.note('the wall clock jumps');
        this.#count('wall jumps');
        return this.#clock.jumpWall(prng.pick([-3_600_000, -500, 700, 86_400_000]));
      case 3:
        if (!faults.pauses) return;
        this.#decisions.note('pause');
        this.#count('pauses');
        return this.#server.pause(prng.below(PAUSE_US_MAX));
      case 4:
        if (faults.diskFull) this.#fillDisk();
        return;
      default:
        this.#decisions.note('purge');
        return this.#server.purge();
    }
  }

  #fillDisk(): void {
    this.#decisions.note('the disk is full');
    this.#faults.isFull = true;
    this.#count('full disks');
    const freeUs = this.#clock.nowUs + this.#prng.pick([1000, 100_000, 2_000_000]);
    this.#queue.add(freeUs, 'disk freed', () => {
      this.#faults.isFull = false;
    });
  }

  #stopCleanly(): void {
    this.#decisions.note('clean stop');
    this.#count('clean stops');
    if (this.#server.isReady) this.#server.shutdown();
    else this.#crash('kill');
  }

  #onServerEnd(reason: 'failed' | 'closed'): void {
    this.#count(reason);
    this.#decide(`${reason} in ${this.#server.life}`);
    this.#crash(this.#config.faults.powerLoss && this.#prng.chance(0.3) ? 'powerLoss' : 'kill');
  }

  #crash(kind: CrashKind): void {
    this.#count(kind);
    this.#decisions.note(`crash (${kind})`);
    this.#decisions.end();
    this.#decide(`down after ${this.#server.life}`);
    this.#trace.add(this.#clock.nowUs, `crash ${kind}`);
    this.#crashAtOp = Number.POSITIVE_INFINITY;
    this.#server.stop();
    this.#disk.crash(kind);
    const downUs = this.#prng.pick([1000, 50_000, 1_500_000]);
    this.#decisions.end();
    this.#queue.add(this.#clock.nowUs + downUs, 'restart', () => this.#restart());
  }

  #restart(): void {
    if (this.#server.server !== null) return;
    if (this.#phase === 'chaos') this.#damageAtRest();
    this.#boot();
    if (this.#phase === 'chaos' && --this.#livesLeft <= 0) this.#beginQuiet();
    else if (this.#phase === 'chaos') this.#planDisturbance();
  }

  /** Everything heals; clients behave. */
  #beginQuiet(): void {
    this.#phase = 'quiet';
    this.#faults.isOn = false;
    this.#faults.isFull = false;
    this.#quietUs = this.#clock.nowUs;
    for (const client of this.#clients) client.calm();
  }

  /** L4: what is asked is answered, and everybody gets through. Then once more, with writes. */
  #checkQuiet(): void {
    const elapsedUs = this.#clock.nowUs - this.#quietUs;
    if (this.#at % 16 === 0 && this.#clients.every((client) => client.isSettled)) {
      if (this.#probesLeft > 0) this.#probe();
      else if (elapsedUs >= this.#quietUsMin) this.#phase = 'over';
    } else if (elapsedUs > QUIET_US_MAX) {
      const stuck = this.#clients.filter((client) => !client.isSettled);
      const message = `clients ${stuck.map(({ index }) => index)} do not come to rest`;
      throw new Violated([liveness(message)]);
    }
  }

  #probe(): void {
    this.#probesLeft--;
    for (const client of this.#clients) {
      for (const ask of this.#workload.probe()) client.ask(ask);
    }
  }

  /** Long enough for every silent session to have expired. */
  get #quietUsMin(): number {
    const { maxSessionTimeoutMs, tickTimeMs } = this.#config.server.requests;
    return (maxSessionTimeoutMs + 2 * tickTimeMs) * 1000 + this.#config.tickUs * 2 + 1_000_000;
  }

  // --- Boot and power cycle -----------------------------------------------------------------------

  #rot: Rot | null = null;

  #damageAtRest(): void {
    const { faults } = this.#config;
    const prng = this.#prng;
    if (!this.#decide(`damage after ${this.#server.life}`)) return;
    if (faults.readError && prng.chance(0.3)) {
      this.#disk.readFault = prng.pick(['log', 'snapshot'] as const);
    }
    if (faults.cutSnapshots && prng.chance(0.5)) this.#plantCutSnapshots();
    if (faults.rot && prng.chance(0.5)) this.#rot = rotOneFile(this.#disk, prng);
    if (this.#disk.readFault !== null) this.#decisions.note(`no ${this.#disk.readFault} is read`);
    if (this.#rot !== null) {
      this.#decisions.note(this.#rot.text);
      this.#count('rot');
      this.#trace.add(this.#clock.nowUs, `rot: ${this.#rot.text}`);
    }
    this.#decisions.end();
  }

  /** As a Java server with a full disk leaves them. */
  #plantCutSnapshots(): void {
    if (!this.#disk.list('snapshot').some((name) => name.startsWith('snapshot.'))) return;
    this.#decisions.note('snapshots that were cut off');
    for (let count = this.#prng.between(1, 4); count > 0; count--) {
      const zxid = this.#disk.journal.lastWritten + count * 3;
      const name = `snapshot.${zxid.toString(16)}`;
      if (this.#disk.file('snapshot', name) !== undefined) continue;
      this.#disk.plant('snapshot', name, Uint8Array.from([0x5a, 0x4b, 0x53, 0x4e, 0, 0, 0, 2]));
      this.#planted.add(name);
      this.#count('cut snapshots');
    }
  }

  #boot(): void {
    let booted = this.#server.boot();
    const isExcused = this.#rot !== null || this.#config.faults.readError;
    if (!booted.result.ok) {
      this.#count('refused starts');
      const { file, offset, reason } = booted.result;
      this.#trace.add(this.#clock.nowUs, `refused: ${file} at ${offset}: ${reason}`);
      if (!isExcused || file === '' || reason === '') {
        const message = `refused to start: ${file} at ${offset}: ${reason}`;
        throw new Violated([{ invariant: 'L6', message }]);
      }
      this.#rot?.undo();
      this.#rot = null;
      this.#disk.readFault = null;
      booted = this.#server.boot();
    }
    this.#verify(booted);
    this.#rot?.undo();
    this.#rot = null;
    this.#server.start(booted);
  }

  #verify({ result, recovery }: Booted): void {
    if (!result.ok) {
      const message = `refused to start: ${result.file} at ${result.offset}: ${result.reason}`;
      throw new Violated([{ invariant: 'L6', message }]);
    }
    const { lastZxid } = result;
    this.#trace.add(this.#clock.nowUs, `recovered ${lastZxid}`);
    const { journal } = this.#disk;
    const shown = this.#server.shownZxid;
    assertNone(checkRecoveryBounds({ lastZxid, shown, written: journal.lastWritten }));
    if (lastZxid < this.#model.lastZxid) this.#forgetAfter(lastZxid);
    for (const logged of journal.settle(lastZxid)) {
      this.#applyToModel(logged);
      const prepared = this.#server.prepared.get(logged.zxid);
      this.#history.txns.push({
        ...logged,
        preparedAt: prepared?.at ?? 0,
        preparedUs: prepared?.us ?? 0,
      });
      if (logged.digest !== null && logged.digest !== this.#model.digest) {
        const message = `txn ${logged.zxid} says the digest is ${logged.digest}`;
        throw new Violated([{ invariant: 'P18', message }]);
      }
    }
    const { digestEnabled } = this.#config.server.requests;
    assertNone(checkRecoveredState(recovery, this.#model, { zxid: lastZxid, digestEnabled }));
  }

  #applyToModel(logged: LoggedTxn): void {
    try {
      this.#model.apply(logged);
    } catch (error) {
      const message = `txn ${logged.zxid}: ${error instanceof Error ? error.message : error}`;
      throw new Violated([{ invariant: 'P18', message }]);
    }
  }

  /** The last recovery had read what was never made durable, and nobody was shown it. */
  #forgetAfter(zxid: number): void {
    const { txns } = this.#history;
    while ((txns.at(-1)?.zxid ?? 0) > zxid) txns.pop();
    this.#model = new ModelTree();
    for (const txn of txns) this.#model.apply(txn);
  }

  /** What is left when the power goes, and from every snapshot that is retained. */
  #powerCycle(): void {
    this.#checkSilentSessions();
    this.#server.stop();
    this.#disk.readFault = null;
    this.#disk.crash(this.#config.server.storage.forceSync ? 'powerLoss' : 'kill');
    const booted = this.#server.boot();
    this.#verify(booted);
    this.#checkSameAgain(booted);
    const { server, hasSeparateLogDirectory } = this.#config;
    const audit = auditSnapshots(this.#disk, {
      requests: server.requests,
      retainCount: server.snapRetainCount,
      hasSeparateLogDirectory,
      planted: this.#planted,
      model: this.#model,
    });
    this.#count('audited snapshots', audit.count);
    assertNone(audit.violations);
  }

  /** D3: reading changes nothing, so it finds the same again. */
  #checkSameAgain({ result }: Booted): void {
    const again = this.#server.boot().result;
    if (sameValue(result, again)) return;
    const message = `recovered ${describeValue(result)}, then ${describeValue(again)}`;
    throw new Violated([{ invariant: 'D3', message }]);
  }

  /** E5: whoever has been silent for long is gone. */
  #checkSilentSessions(): void {
    const { tickTimeMs } = this.#config.server.requests;
    const slackMs = this.#config.tickUs / 1000 + 2000;
    for (const session of this.#server.server?.sessions.sessions() ?? []) {
      const silentMs = (this.#server.silentUs(session.id) ?? 0) / 1000;
      const allowedMs = this.#server.timeoutMsOf(session.id) + 2 * tickTimeMs + slackMs;
      if (silentMs <= allowedMs) continue;
      const message = `session ${session.id} is silent for ${silentMs} ms and still there`;
      throw new Violated([{ invariant: 'E5', message }]);
    }
  }

  #count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }
}

function liveness(message: string): Violation {
  return { invariant: 'L4', message };
}

function assertNone(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new Violated(violations);
}
