/**
 * ScenarioServer: a StandaloneServer whose clock and disk move only by hand, with named clients.
 * Everything that goes in or comes out is written down as one line, so that a scenario's trace
 * shows in which order things happen; unit tests use the same object and look at the replies.
 */
import { Prng } from '../../src/base/prng.ts';
import { DatabaseRecovery } from '../../src/core/database-recovery.ts';
import type { ClientConnection } from '../../src/core/requests/client-connection.ts';
import { StandaloneServer } from '../../src/core/standalone-server.ts';
import type { DiskOp } from '../../src/core/storage/disk.ts';
import { recover } from '../../src/core/storage/recovery.ts';
import { BinaryReader } from '../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import { simAccess } from '../../src/sim/access.ts';
import {
  type Ask,
  encodeAsk,
  encodeConnect,
  fixedXid,
} from '../../src/sim/clients/client-request.ts';
import { splitFrames } from '../../src/sim/split-frames.ts';
import { ToyDisk } from '../core/storage/toy-disk.ts';
import {
  describeConnected,
  describeEvent,
  describeOp,
  describeRecord,
  describeReply,
} from './describe.ts';
import { type Received, readReceived } from './received.ts';
import { serverOptions } from './scenario-options.ts';

export interface ScenarioClient {
  readonly name: string;
  connection: ClientConnection | null;
  /** What it asked and has no reply to. */
  readonly asked: { readonly xid: number; readonly ask: Ask }[];
  readonly received: Received[];
  sessionId: bigint;
  password: Uint8Array;
  lastZxid: number;
  nextXid: number;
  hasConnected: boolean;
  /** Sent while the server does not read from it. */
  held: Uint8Array[];
}

export interface ConnectFacts {
  readonly timeOut?: number;
  /** Another client's session, to be taken up. */
  readonly sessionId?: bigint;
  readonly password?: Uint8Array;
  readonly lastZxidSeen?: number;
  readonly address?: string;
  readonly isOldForm?: boolean;
}

const WALL_START_MS = 1_000_000;

export class ScenarioServer {
  readonly trace: string[] = [];
  readonly options: ReturnType<typeof serverOptions>;
  disk = new ToyDisk();
  server: StandaloneServer;
  monotonicMs = 0;
  /** True once the disk has failed: the process is gone. */
  hasFailed = false;
  readonly #clients = new Map<string, ScenarioClient>();

  /** Booted on an empty disk, its first snapshot taken. */
  constructor(options = serverOptions()) {
    this.options = options;
    this.server = this.#boot();
    this.syncDisk();
    this.trace.length = 0;
  }

  client(name: string): ScenarioClient {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const client: ScenarioClient = {
      name,
      connection: null,
      asked: [],
      received: [],
      sessionId: 0n,
      password: new Uint8Array(16),
      lastZxid: 0,
      nextXid: 1,
      hasConnected: false,
      held: [],
    };
    this.#clients.set(name, client);
    return client;
  }

  connect(name: string, facts: ConnectFacts = {}): ScenarioClient {
    const client = this.client(name);
    this.open(client, facts.address);
    this.sendBytes(
      client,
      encodeConnect({
        protocolVersion: 0,
        lastZxidSeen: facts.lastZxidSeen ?? client.lastZxid,
        timeOut: facts.timeOut ?? 6000,
        sessionId: facts.sessionId ?? client.sessionId,
        passwd: facts.password ?? client.password,
        readOnly: facts.isOldForm ? undefined : false,
      }),
    );
    return client;
  }

  /** The transport alone. */
  open(client: ScenarioClient, address = '10.0.0.1'): void {
    this.#now();
    client.connection = this.server.connect({ address, port: 1 });
    client.hasConnected = false;
    client.asked.length = 0;
    client.held = [];
  }

  send(name: string, ask: Exclude<Ask, { kind: 'garbage' }>): void {
    const client = this.client(name);
    const xid = fixedXid(ask) ?? client.nextXid++;
    client.asked.push({ xid, ask });
    this.sendBytes(client, encodeAsk(xid, ask));
  }

  sendBytes(client: ScenarioClient, bytes: Uint8Array): void {
    const { connection } = client;
    if (connection === null) throw new Error(`${client.name} is not connected`);
    if (connection.isThrottled) {
      this.#add(`${client.name} is not read from`);
      client.held.push(bytes);
      return;
    }
    this.#receive(client, connection, bytes);
    this.#leave();
  }

  #receive(client: ScenarioClient, connection: ClientConnection, bytes: Uint8Array): void {
    this.#now();
    this.server.receive(connection, bytes);
    if (connection.isThrottled) this.#add(`${client.name} paused`);
  }

  /** A request of any type with any body, well formed or not. */
  callRaw(name: string, type: number, writeBody: (writer: BinaryWriter) => void): Received {
    const client = this.client(name);
    const writer = new BinaryWriter();
    const mark = writer.beginFrame();
    writer.int(client.nextXid++);
    writer.int(type);
    writeBody(writer);
    writer.endFrame(mark);
    this.sendBytes(client, writer.take());
    this.syncDisk();
    return this.#last(client);
  }

  /** Asks, lets the disk finish, and gives what came back last. */
  call(name: string, ask: Exclude<Ask, { kind: 'garbage' }>): Received {
    this.send(name, ask);
    this.syncDisk();
    return this.#last(this.client(name));
  }

  #last(client: ScenarioClient): Received {
    const last = client.received.at(-1);
    if (last === undefined) throw new Error('nothing came back');
    return last;
  }

  disconnect(name: string): void {
    const client = this.client(name);
    if (client.connection === null) return;
    this.#now();
    this.server.disconnect(client.connection);
    client.connection = null;
    this.#leave();
  }

  /** Anything else that a driver may ask of the server. */
  step(action: (server: StandaloneServer) => void): void {
    this.#now();
    action(this.server);
    this.#leave();
  }

  tick(ms: number): void {
    this.monotonicMs += ms;
    this.step((server) => server.tick());
  }

  /** Time goes on, in steps of the driver's timer, until the client's session expires. */
  expire(name: string): void {
    const { sessionId } = this.client(name);
    for (let steps = 0; this.server.sessions.get(sessionId)?.isClosing === false; steps++) {
      if (steps > 1000) throw new Error('the session does not expire');
      this.tick(500);
    }
  }

  /** Finishes the oldest disk op that is under way; false when there is none. */
  finishOne(): boolean {
    const [op] = this.disk.pending;
    if (op === undefined || this.hasFailed) return false;
    const done = this.disk.finish(op);
    this.#add(`disk ${describeOp(op)} ${done.ok ? 'done' : done.code}`);
    this.#now();
    this.server.onDiskDone(done);
    this.#leave();
    return true;
  }

  syncDisk(): void {
    while (this.finishOne());
  }

  failDisk(kind: DiskOp['kind'], code: string): void {
    this.disk.failure = { kind, code };
  }

  /** Power is lost: of what was not synced, some sectors survive and some do not. */
  crash(seed: number): void {
    this.#restart(this.disk.crash(new Prng(seed)));
  }

  /** The process alone is killed. */
  kill(): void {
    this.#restart(this.disk.restart());
  }

  #restart(disk: ToyDisk): void {
    this.monotonicMs += 1000;
    for (const client of this.#clients.values()) client.connection = null;
    this.disk = disk;
    this.hasFailed = false;
    this.server = this.#boot();
    while (!this.server.isReady && this.finishOne());
  }

  #boot(): StandaloneServer {
    const recovery = new DatabaseRecovery(this.options.requests);
    const result = recover(
      this.disk,
      { trustEmptySnapshot: false, dbAutocreate: true, hasSeparateLogDirectory: false },
      recovery,
    );
    if (!result.ok) throw new Error(`${result.file} ${result.offset} ${result.reason}`);
    const { database, digestMismatches } = recovery;
    this.#add(
      `recovered zxid=0x${result.lastZxid.toString(16)} nodes=${database.tree.nodeCount}` +
        ` sessions=${database.sessionsWithTimeouts.size} mismatches=${digestMismatches.length}`,
    );
    const server = new StandaloneServer({
      options: this.options,
      access: simAccess(),
      prng: new Prng(1),
      database,
      start: result,
      needsFirstSnapshot: result.needsFirstSnapshot,
      now: { monotonicMs: this.monotonicMs, wallMs: WALL_START_MS + this.monotonicMs },
    });
    this.#traceLog(server);
    this.server = server;
    this.#leave();
    return server;
  }

  /** Each txn as it goes to the log. */
  #traceLog({ storage }: StandaloneServer): void {
    const begin = storage.beginTxn.bind(storage);
    const end = storage.endTxn.bind(storage);
    let reader = new BinaryReader(new Uint8Array(0));
    let bytes = () => new Uint8Array(0);
    storage.beginTxn = (zxid) => {
      const writer = begin(zxid);
      const start = writer.at;
      bytes = () => writer.bytes.slice(start, writer.at);
      return writer;
    };
    storage.endTxn = () => {
      reader = new BinaryReader(bytes());
      this.#add(`log ${describeRecord(reader)}`);
      end();
    };
  }

  #now(): void {
    const { monotonicMs } = this;
    this.server.setNow({ monotonicMs, wallMs: WALL_START_MS + monotonicMs });
  }

  /** As a driver does: output first, then the disk. */
  #leave(): void {
    const { server } = this;
    for (const connection of server.takeDirty()) this.#flush(connection);
    for (const event of server.takeEvents()) {
      if (event.kind === 'failed') this.hasFailed = true;
      if (event.kind !== 'synced') this.#add(`server ${event.kind}`);
    }
    for (const connection of server.processor.takeResumed()) this.#resume(connection);
    const ops = this.hasFailed ? [] : server.takeDiskOps();
    for (const op of ops) this.#add(`disk ${describeOp(op)} …`);
    this.disk.start(ops);
  }

  #flush(connection: ClientConnection): void {
    const client = this.#clientOf(connection);
    const bytes = connection.output?.written().slice() ?? new Uint8Array(0);
    this.server.processor.output.release(connection);
    if (client === undefined) return;
    for (const frame of splitFrames(bytes)) this.#take(client, frame);
    if (!connection.isClosing) return;
    this.#add(`${client.name} × ${connection.closeReason}`);
    this.server.disconnect(connection);
    client.connection = null;
  }

  #take(client: ScenarioClient, frame: Uint8Array): void {
    const received = readReceived(client, frame);
    client.received.push(received);
    switch (received.kind) {
      case 'connected':
        client.sessionId = received.response.sessionId;
        client.password = received.response.passwd ?? client.password;
        return this.#add(`${client.name} ← ${describeConnected(received.response)}`);
      case 'event':
        return this.#add(`${client.name} ← ${describeEvent(received)}`);
      case 'reply':
        client.lastZxid = Math.max(client.lastZxid, received.zxid);
        return this.#add(`${client.name} ← ${describeReply(received)}`);
    }
  }

  #resume(connection: ClientConnection): void {
    const client = this.#clientOf(connection);
    if (client === undefined) return;
    this.#add(`${client.name} resumed`);
    while (client.held.length > 0 && !connection.isThrottled) {
      const bytes = client.held.shift();
      if (bytes !== undefined) this.#receive(client, connection, bytes);
    }
  }

  #clientOf(connection: ClientConnection): ScenarioClient | undefined {
    return [...this.#clients.values()].find((client) => client.connection === connection);
  }

  #add(line: string): void {
    this.trace.push(line);
  }
}
