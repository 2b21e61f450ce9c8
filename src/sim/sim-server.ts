/**
 * SimServer: the driver of the real StandaloneServer in virtual time, and the observer of all that
 * leaves it. One object for the run; each life of the server's process is a `boot`.
 *
 * Here P15 is checked: at the moment a reply leaves, what it shows is on stable storage.
 */
import type { Prng } from '../base/prng.ts';
import { DatabaseRecovery } from '../core/database-recovery.ts';
import type { ClientConnection } from '../core/requests/client-connection.ts';
import type { Session } from '../core/sessions/session-tracker.ts';
import { StandaloneServer } from '../core/standalone-server.ts';
import { type RecoveryResult, recover } from '../core/storage/recovery.ts';
import { simAccess } from './access.ts';
import type { SimDisk } from './disk/sim-disk.ts';
import type { EventQueue } from './event-queue.ts';
import { FrameRecorder } from './frame-recorder.ts';
import type { History } from './history.ts';
import type { ServerHooks } from './server-hooks.ts';
import type { SimClock } from './sim-clock.ts';
import type { SimConfig } from './sim-config.ts';
import type { SimConnection } from './sim-connection.ts';
import { splitFrames } from './split-frames.ts';
import type { Trace } from './trace.ts';
import { Violated } from './violated.ts';

export interface SimServerParts {
  readonly clock: SimClock;
  readonly queue: EventQueue;
  readonly disk: SimDisk;
  readonly config: SimConfig;
  readonly prng: Prng;
  readonly trace: Trace;
  readonly hooks: ServerHooks;
  readonly history: History;
  at(): number;
  onReady(): void;
  /** The disk failed, or a clean stop has ended: the process is gone. */
  onEnd(reason: 'failed' | 'closed'): void;
}

export interface Booted {
  readonly result: RecoveryResult;
  readonly recovery: DatabaseRecovery;
}

/** When and as what a txn was prepared. */
export interface Prepared {
  readonly at: number;
  readonly us: number;
}

export class SimServer {
  life = 0;
  /** The highest zxid that anybody was shown. */
  shownZxid = 0;
  server: StandaloneServer | null = null;
  readonly prepared = new Map<number, Prepared>();
  readonly recorder: FrameRecorder;
  readonly #parts: SimServerParts;
  readonly #connections = new Map<ClientConnection, SimConnection>();
  readonly #heardUs = new Map<bigint, number>();
  readonly #timeoutMs = new Map<bigint, number>();
  #isDiskTurnPlanned = false;
  #isReady = false;
  #isClosing = false;
  #pausedUntilUs = 0;
  #late: { readonly label: string; readonly action: (server: StandaloneServer) => void }[] = [];

  constructor(parts: SimServerParts) {
    this.#parts = parts;
    this.recorder = new FrameRecorder(parts.at);
    parts.disk.onDone = (op, done) => {
      const seen = parts.hooks.done?.(op, done) ?? done;
      this.#step(`${op.lane} ${op.kind} ${done.ok ? 'ok' : done.code}`, (server) => {
        server.onDiskDone(seen);
      });
    };
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** When the session was last heard of; undefined where the server does not know it. */
  silentUs(session: bigint): number | undefined {
    const heardUs = this.#heardUs.get(session);
    return heardUs === undefined ? undefined : this.#parts.clock.nowUs - heardUs;
  }

  timeoutMsOf(session: bigint): number {
    return this.#timeoutMs.get(session) ?? 0;
  }

  /** Recovers from the disk as it is. A server is only made of it by `start`. */
  boot(): Booted {
    const { disk, config, hooks } = this.#parts;
    const recovery = new DatabaseRecovery(config.server.requests);
    const reader = hooks.reader?.(disk) ?? disk;
    const result = recover(reader, recoveryOptions(config), recovery);
    if (result.ok) hooks.onRecovered?.(recovery);
    return { result, recovery };
  }

  start({ result, recovery }: Booted): void {
    const { clock, config, hooks, prng } = this.#parts;
    if (!result.ok) throw new Error('a refused recovery cannot be started');
    this.life++;
    this.prepared.clear();
    this.#heardUs.clear();
    for (const [id, timeoutMs] of recovery.database.sessionsWithTimeouts) {
      this.#heardUs.set(id, clock.nowUs);
      this.#timeoutMs.set(id, timeoutMs);
    }
    const server = new StandaloneServer({
      options: config.server,
      access: simAccess(),
      prng: prng.fork(),
      database: recovery.database,
      start: result,
      needsFirstSnapshot: result.needsFirstSnapshot,
      now: this.#now(),
    });
    this.server = server;
    this.#watch(server);
    hooks.onServer?.(server);
    this.#planTick(this.life);
    this.#step('start', () => {});
  }

  /** The process is gone, in the middle of whatever it did. */
  stop(): void {
    this.server = null;
    this.#isReady = false;
    this.#isDiskTurnPlanned = false;
    this.#isClosing = false;
    this.#pausedUntilUs = 0;
    this.#late = [];
    this.#cutConnections();
  }

  #cutConnections(): void {
    for (const connection of this.#connections.values()) {
      connection.record.closedAt = this.#parts.at();
      connection.closeFromServer();
    }
    this.#connections.clear();
  }

  /** The event loop stands still: nothing is heard, and no timer fires. */
  pause(us: number): void {
    if (this.#late.length > 0) return;
    this.#pausedUntilUs = this.#parts.clock.nowUs + us;
  }

  /** As an operator stops it: first the connections go, then what is logged is made durable. */
  shutdown(): void {
    this.#isReady = false;
    this.#isClosing = true;
    this.#step('shutdown', (server) => {
      for (const peer of this.#connections.keys()) server.disconnect(peer);
      this.#cutConnections();
      server.shutdown();
    });
  }

  purge(): void {
    if (!this.#isReady) return;
    this.#step('purge', (server) => server.purge());
  }

  takeSnapshot(): void {
    if (!this.#isReady) return;
    this.#step('snapshot', (server) => server.takeSnapshot());
  }

  // --- Connections --------------------------------------------------------------------------------

  /** False when nobody listens. */
  accept(connection: SimConnection): boolean {
    const { server } = this;
    if (server === null || !this.#isReady) return false;
    connection.peer = server.connect({ address: connection.address, port: 1000 });
    this.#connections.set(connection.peer, connection);
    this.recorder.open(connection.record, connection.address);
    return true;
  }

  receive(connection: SimConnection, bytes: Uint8Array): void {
    const { peer } = connection;
    if (peer === null) return;
    this.#step('bytes', (server) => {
      if (peer.isClosing || !this.#connections.has(peer)) return;
      const wasClosing = peer.session?.isClosing === true;
      server.receive(peer, bytes);
      const { received } = peer.stats;
      const isAlive = this.recorder.onTaken(connection.record, received, wasClosing);
      if (isAlive && peer.session !== null && !peer.session.isClosing) {
        this.#heardUs.set(peer.session.id, this.#parts.clock.nowUs);
      }
      if (peer.isThrottled) connection.isPaused = true;
      // A real driver reads into the same buffer again at once.
      if (peer.frames.hasUnread) peer.frames.keepUnread();
      bytes.fill(0xa5);
    });
  }

  onClosedByClient(connection: SimConnection): void {
    const { peer } = connection;
    if (peer === null || !this.#connections.delete(peer)) return;
    connection.record.closedAt = this.#parts.at();
    this.#step('gone', (server) => server.disconnect(peer));
  }

  // --- The loop of a driver -----------------------------------------------------------------------

  #now() {
    const now = this.#parts.clock.now();
    return this.#parts.hooks.now?.(now) ?? now;
  }

  #watch(server: StandaloneServer): void {
    const { storage } = server;
    const { writes } = server.processor;
    const begin = storage.beginTxn.bind(storage);
    storage.beginTxn = (zxid) => {
      this.prepared.set(zxid, { at: this.#parts.at(), us: this.#parts.clock.nowUs });
      return begin(zxid);
    };
    const expire = writes.expire.bind(writes);
    writes.expire = (session: Session) => {
      this.#parts.history.expiries.push({
        sessionId: session.id,
        nowUs: this.#parts.clock.nowUs,
        silentUs: this.silentUs(session.id) ?? 0,
        timeoutMs: this.#timeoutMs.get(session.id) ?? session.timeoutMs,
      });
      expire(session);
    };
  }

  /** What came while the event loop stood still, in its order. */
  #goOn(): void {
    const late = this.#late;
    this.#late = [];
    for (const { label, action } of late) this.#step(label, action);
  }

  #planTick(life: number): void {
    const { clock, queue, config } = this.#parts;
    queue.add(clock.nowUs + config.tickUs, 'tick', () => {
      if (this.life !== life || this.server === null || this.#isClosing) return;
      this.#step('tick', (server) => server.tick());
      this.#planTick(life);
    });
  }

  #step(label: string, action: (server: StandaloneServer) => void): void {
    const { server } = this;
    if (server === null) return;
    const { clock, queue, trace } = this.#parts;
    if (clock.nowUs < this.#pausedUntilUs) {
      if (this.#late.length === 0) queue.add(this.#pausedUntilUs, 'goes on', () => this.#goOn());
      this.#late.push({ label, action });
      return;
    }
    trace.add(clock.nowUs, `server ${label}`);
    server.setNow(this.#now());
    action(server);
    this.#leave(server);
  }

  #leave(server: StandaloneServer): void {
    for (const connection of server.takeDirty()) this.#flush(server, connection);
    for (const peer of server.processor.takeResumed()) this.#connections.get(peer)?.resume();
    for (const event of server.takeEvents()) {
      this.#parts.trace.add(this.#parts.clock.nowUs, `event ${event.kind}`);
      if (event.kind === 'ready') {
        this.#isReady = true;
        // Nobody could be heard before: every session has its whole time from now on.
        for (const id of this.#heardUs.keys()) this.#heardUs.set(id, this.#parts.clock.nowUs);
        this.#parts.onReady();
      } else if (event.kind === 'failed' || event.kind === 'closed') {
        return this.#parts.onEnd(event.kind);
      }
    }
    this.#planDiskTurn();
  }

  /** As in a real driver: everything that arrives in one turn goes into one write of the log. */
  #planDiskTurn(): void {
    if (this.#isDiskTurnPlanned) return;
    this.#isDiskTurnPlanned = true;
    const { clock, queue, disk, hooks, prng } = this.#parts;
    const { life } = this;
    queue.add(clock.nowUs + prng.pick([0, 0, 20, 300]), 'disk turn', () => {
      const { server } = this;
      if (this.life !== life || server === null) return;
      this.#isDiskTurnPlanned = false;
      const ops = server.takeDiskOps();
      for (const op of ops) {
        const name = 'name' in op ? op.name : '';
        this.#parts.trace.add(clock.nowUs, `start ${op.lane} ${op.kind} ${name}`);
      }
      disk.start(hooks.ops?.(ops, server) ?? ops);
      this.#leaveIfDirty(server);
    });
  }

  /** A mutant may have made the server answer. */
  #leaveIfDirty(server: StandaloneServer): void {
    for (const connection of server.takeDirty()) this.#flush(server, connection);
  }

  #flush(server: StandaloneServer, peer: ClientConnection): void {
    const connection = this.#connections.get(peer);
    const written = peer.output?.written() ?? new Uint8Array(0);
    const plain = connection === undefined ? [] : splitFrames(written);
    const frames = this.#parts.hooks.frames?.(plain) ?? plain;
    server.processor.output.release(peer);
    if (connection === undefined) return;
    for (const frame of frames) this.#record(connection, frame);
    connection.sendDown(frames);
    if (peer.isClosing) return this.#end(server, connection, peer);
    if (!peer.frames.hasUnread) return;
    connection.isPaused = true;
    const { queue, clock } = this.#parts;
    queue.add(clock.nowUs + 1, 'continue', () => {
      if (!this.#connections.has(peer)) return;
      this.#step('continue', () => {
        const wasClosing = peer.session?.isClosing === true;
        server.processor.continue(peer);
        this.recorder.onTaken(connection.record, peer.stats.received, wasClosing);
        if (!peer.frames.hasUnread && !peer.isThrottled) connection.resume();
      });
    });
  }

  #end(server: StandaloneServer, connection: SimConnection, peer: ClientConnection): void {
    this.#connections.delete(peer);
    this.#parts.trace.add(
      this.#parts.clock.nowUs,
      `close ${connection.record.id}: ${peer.closeReason}`,
    );
    server.disconnect(peer);
    connection.record.closedAt = this.#parts.at();
    connection.closeFromServer();
  }

  #record(connection: SimConnection, frame: Uint8Array): void {
    const { disk, config, clock, trace } = this.#parts;
    const { journal } = disk;
    const isSynced = config.server.storage.forceSync;
    const safe = isSynced ? journal.stableThrough() : journal.writtenThrough;
    const shown = this.recorder.record(connection.record, frame);
    trace.add(clock.nowUs, `out ${connection.record.id} ${shown.text}`);
    if (shown.connected !== null && shown.connected.sessionId !== 0n) {
      const { sessionId, timeoutMs } = shown.connected;
      this.#timeoutMs.set(sessionId, timeoutMs);
      // Who takes a session up waits for its writes: with the answer its time begins anew.
      const isTakenUp = connection.record.attempt.sessionId !== 0n;
      if (isTakenUp || !this.#heardUs.has(sessionId)) this.#heardUs.set(sessionId, clock.nowUs);
      const created = journal.createdBy(sessionId);
      if (created === undefined || created > safe) {
        throw Violated.of('P15', `session ${sessionId} is shown and not durable`);
      }
    }
    if (shown.zxid > safe) {
      throw Violated.of('P15', `a reply shows zxid ${shown.zxid}; durable is ${safe}`);
    }
    this.shownZxid = Math.max(this.shownZxid, shown.zxid);
  }
}

export function recoveryOptions(config: SimConfig) {
  return {
    trustEmptySnapshot: false,
    dbAutocreate: true,
    hasSeparateLogDirectory: config.hasSeparateLogDirectory,
  };
}
