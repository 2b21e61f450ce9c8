/**
 * FuzzServer: the server machine with a disk that completes everything at once and a clock that
 * moves only when told, built from a configuration in the way of the shell. It watches what every
 * step leaves behind: each request answered or its connection closed, nothing outstanding, and at
 * the end a log from which the same tree comes back.
 */
import assert from 'node:assert/strict';
import { Prng } from '../../src/base/prng.ts';
import { DatabaseRecovery } from '../../src/core/database-recovery.ts';
import { AccessRules } from '../../src/core/requests/auth-provider.ts';
import type { ClientConnection } from '../../src/core/requests/client-connection.ts';
import type { RequestOptions } from '../../src/core/requests/request-options.ts';
import { StandaloneServer } from '../../src/core/standalone-server.ts';
import { type RecoveryResult, recover } from '../../src/core/storage/recovery.ts';
import { createAuthProviders } from '../../src/server/auth/auth-providers.ts';
import { readServerConfig } from '../../src/server/config/read-server-config.ts';
import { requestOptions, standaloneOptions } from '../../src/server/standalone-options.ts';
import { ToyDisk } from '../core/storage/toy-disk.ts';

export const FRAME_BYTES_MAX = 65_536;
const START_MS = 1_700_000_000_000;
const STEPS_MAX = 10_000;
const CLOSE_REASONS_MAX = 40;
/** Unsent output of one connection after a step: a full buffer and one reply more. */
const OUTPUT_BYTES_MAX = 1_048_576 + FRAME_BYTES_MAX * 64;
const CONFIG = 'dataDir=/nowhere\nclientPort=0\ntickTime=1000\nextendedTypesEnabled=true\n';
const FLAGS =
  `-Djute.maxbuffer=${FRAME_BYTES_MAX} -Dzookeeper.extendedTypesEnabled=true ` +
  '-Dzookeeper.enforceQuota=true -Dzookeeper.preAllocSize=64 -Dzookeeper.snapCount=150';

const { config } = readServerConfig({
  args: ['zoo.cfg'],
  env: { SERVER_JVMFLAGS: FLAGS },
  readFile(path) {
    if (path === 'zoo.cfg') return Buffer.from(CONFIG);
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  },
});
const OPTIONS: RequestOptions = requestOptions(config, 1);

/** What a client at the other end sees. */
export interface FuzzClient {
  readonly connection: ClientConnection;
  /** Whole frames that the server sent, without their lengths, until somebody takes them. */
  frames: Buffer[];
  received: number;
  isClosed: boolean;
  rest: Buffer;
}

export interface RecoveredDisk {
  readonly result: RecoveryResult;
  readonly recovery: DatabaseRecovery;
}

/** As the shell recovers, from a disk in memory. */
export function recoverDisk(disk: ToyDisk, trustEmptySnapshot = false): RecoveredDisk {
  const recovery = new DatabaseRecovery(OPTIONS);
  const result = recover(
    disk,
    { trustEmptySnapshot, dbAutocreate: true, hasSeparateLogDirectory: false },
    recovery,
  );
  return { result, recovery };
}

export class FuzzServer {
  readonly server: StandaloneServer;
  readonly disk: ToyDisk;
  readonly #clients = new Map<ClientConnection, FuzzClient>();
  #monotonicMs = 0;
  #closed = 0;

  constructor(disk = new ToyDisk()) {
    this.disk = disk;
    const { result, recovery } = recoverDisk(disk);
    assert.ok(result.ok, 'the disk cannot be recovered');
    this.server = new StandaloneServer({
      options: standaloneOptions(config, OPTIONS),
      access: new AccessRules(createAuthProviders(config), { skipAcl: false }),
      prng: new Prng(1),
      database: recovery.database,
      start: result,
      needsFirstSnapshot: result.needsFirstSnapshot,
      now: this.#now(),
    });
    this.#settle();
  }

  connect(): FuzzClient {
    this.server.setNow(this.#now());
    const connection = this.server.connect({ address: '127.0.0.1', port: 1 });
    const client = { connection, frames: [], received: 0, isClosed: false, rest: Buffer.alloc(0) };
    this.#clients.set(connection, client);
    return client;
  }

  receive(client: FuzzClient, bytes: Uint8Array): void {
    if (client.isClosed) return;
    this.server.setNow(this.#now());
    this.server.receive(client.connection, bytes);
    this.#settle();
  }

  disconnect(client: FuzzClient): void {
    if (client.isClosed) return;
    client.isClosed = true;
    this.#clients.delete(client.connection);
    this.server.disconnect(client.connection);
    this.#settle();
  }

  advance(ms: number): void {
    this.#monotonicMs += ms;
    this.server.setNow(this.#now());
    this.server.tick();
    this.#settle();
  }

  /** As SIGTERM does. */
  stop(): void {
    this.server.shutdown();
    this.#settle();
  }

  /** A server that begins on the same disk must have the same tree and sessions. */
  assertRecoverable(): void {
    const { tree, sessionsWithTimeouts } = this.server.database;
    const { result, recovery } = recoverDisk(this.disk.restart());
    if (!result.ok) assert.fail(`${result.file} at ${result.offset}: ${result.reason}`);
    const other = recovery.database;
    assert.deepEqual(recovery.digestMismatches, []);
    assert.equal(other.tree.lastProcessedZxid, tree.lastProcessedZxid);
    assert.equal(other.tree.digest.toBigInt(), tree.digest.toBigInt());
    assert.equal(other.tree.nodeCount, tree.nodeCount);
    assert.deepEqual([...other.sessionsWithTimeouts].sort(), [...sessionsWithTimeouts].sort());
  }

  #now(): { monotonicMs: number; wallMs: number } {
    return { monotonicMs: this.#monotonicMs, wallMs: START_MS + this.#monotonicMs };
  }

  /** Sends, writes and goes on until nothing is left to do. */
  #settle(): void {
    for (let step = 0; this.#step(); step++) assert.ok(step < STEPS_MAX, 'it never comes to rest');
    const { processor } = this.server;
    assert.equal(processor.outstanding, 0, 'a request is under way for ever');
    let counted = 0;
    for (const count of processor.stats.closeReasons.values()) counted += count;
    assert.ok(counted >= this.#closed, 'a connection was closed and not counted');
    const kinds = processor.stats.closeReasons.size;
    assert.ok(kinds <= CLOSE_REASONS_MAX, `${kinds} reasons to close: a client can make more`);
  }

  #step(): boolean {
    let hasWorked = false;
    for (const event of this.server.takeEvents()) {
      assert.notEqual(event.kind, 'failed', JSON.stringify(event));
    }
    for (const connection of this.server.takeDirty()) {
      hasWorked = true;
      this.#send(connection);
    }
    this.server.processor.takeResumed();
    for (const op of this.server.takeDiskOps()) {
      hasWorked = true;
      this.disk.start([op]);
      this.server.onDiskDone(this.disk.finish(op));
    }
    return hasWorked;
  }

  #send(connection: ClientConnection): void {
    const client = this.#clients.get(connection);
    const output = connection.output;
    if (client !== undefined && output !== null) {
      assert.ok(output.at <= OUTPUT_BYTES_MAX, `${output.at} bytes for one connection`);
      take(client, Buffer.from(output.written()));
    }
    this.server.processor.output.release(connection);
    if (connection.isClosing) {
      if (client === undefined) return;
      assert.equal(client.rest.length, 0, 'half a frame was sent');
      client.isClosed = true;
      this.#closed++;
      this.#clients.delete(connection);
      this.server.disconnect(connection);
    } else if (connection.frames.hasUnread) {
      connection.frames.keepUnread();
      this.server.processor.continue(connection);
      this.server.processor.output.touch(connection);
    }
  }
}

function take(client: FuzzClient, bytes: Buffer): void {
  client.rest = Buffer.concat([client.rest, bytes]);
  while (client.rest.length >= 4) {
    const length = client.rest.readInt32BE(0);
    assert.ok(length >= 16, `a reply of ${length} bytes`);
    if (client.rest.length < 4 + length) return;
    client.frames.push(client.rest.subarray(4, 4 + length));
    client.received++;
    client.rest = client.rest.subarray(4 + length);
  }
}
