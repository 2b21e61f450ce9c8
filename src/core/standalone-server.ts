/**
 * StandaloneServer: one server without peers, as a deterministic machine. Requests, ticks and disk
 * completions go in; bytes for connections and disk operations come out. The shell and the
 * simulator are its two drivers.
 *
 * A driver does, for ever:
 *
 *   server.setNow(now)
 *   server.receive(…) | server.tick() | server.onDiskDone(…) | …
 *   for each connection of server.takeDirty(): send its output, `release` it, end it if it closes
 *   for each of server.takeResumed(): read from it again
 *   start server.takeDiskOps()
 *
 * Invariant: a reply that says that a write was done leaves only after the log says that the write
 * is durable; an event leaves before any reply that shows what it tells of.
 */
import { assert } from '../base/assert.ts';
import type { Now } from '../base/now.ts';
import type { Prng } from '../base/prng.ts';
import type { SessionId } from '../base/session-id.ts';
import { deleteOrphanedEphemerals } from './orphaned-ephemerals.ts';
import type { AccessRules } from './requests/auth-provider.ts';
import type { ClientConnection, RemoteAddress } from './requests/client-connection.ts';
import type { ServerStats } from './requests/connection-stats.ts';
import { ContainerManager } from './requests/container-manager.ts';
import { createJudgedProcessor, type JudgedProcessor } from './requests/judged-writes.ts';
import type { RequestOptions } from './requests/request-options.ts';
import type { SessionKind } from './requests/request-processor.ts';
import type { ServerDatabase } from './requests/server-database.ts';
import { type Txn, type TxnOrigin, writeTxn } from './requests/txn.ts';
import { SessionTracker } from './sessions/session-tracker.ts';
import { snapshotSourceOf } from './snapshot-source-of.ts';
import type { DiskDone, DiskOp } from './storage/disk.ts';
import {
  Storage,
  type StorageEvent,
  type StorageOptions,
  type StorageStart,
} from './storage/storage.ts';
import type { TreeDigest } from './tree/tree-digest.ts';

export interface StandaloneOptions {
  readonly requests: RequestOptions;
  readonly storage: Omit<StorageOptions, 'prng'>;
  readonly serializeLastProcessedZxid: boolean;
  /** Snapshots to keep when purging; purging is asked for by `purge`. */
  readonly snapRetainCount: number;
}

export interface StandaloneParts {
  readonly options: StandaloneOptions;
  readonly access: AccessRules;
  readonly prng: Prng;
  /** Where recovery ended. */
  readonly database: ServerDatabase;
  readonly start: StorageStart;
  /** Recovery asks for a snapshot of what it found, as ZooKeeper takes one at each start. */
  readonly needsFirstSnapshot: boolean;
  readonly now: Now;
  readonly admitSession?: (kind: SessionKind) => boolean;
  /** Where counting has begun. Absent: it begins now. */
  readonly stats?: ServerStats;
}

/** Of the sessions that the snapshot and the log know. */
function highestSessionId({ highestSessionId: created, sessionsWithTimeouts }: ServerDatabase) {
  let highest = created;
  for (const id of sessionsWithTimeouts.keys()) if (id > highest) highest = id;
  return highest;
}

/** What the driver must know beyond bytes and disk operations. */
export type ServerEvent =
  | { readonly kind: 'ready' }
  /** The log was written and synced. */
  | { readonly kind: 'synced'; readonly durationMs: number }
  | { readonly kind: 'snapshotStarted'; readonly zxid: number }
  | { readonly kind: 'snapshotDone'; readonly zxid: number; readonly bytes: number }
  | { readonly kind: 'purged'; readonly names: readonly string[] }
  | { readonly kind: 'purgeFailed'; readonly file: string; readonly reason: string }
  | { readonly kind: 'closed' }
  /** Final: stop the process. Nothing is acknowledged any more. */
  | { readonly kind: 'failed'; readonly file: string; readonly reason: string };

export class StandaloneServer {
  readonly database: ServerDatabase;
  readonly sessions: SessionTracker;
  readonly processor: JudgedProcessor;
  readonly storage: Storage;
  readonly mode = 'standalone';
  readonly ensemble = null;

  readonly #options: StandaloneOptions;
  readonly #containers: ContainerManager;
  #needsFirstSnapshot: boolean;
  #events: ServerEvent[] = [];
  #isReady: boolean;

  constructor(parts: StandaloneParts) {
    const { options, database, now } = parts;
    this.#options = options;
    this.database = database;
    this.storage = new Storage({ ...options.storage, prng: parts.prng }, parts.start);
    this.sessions = new SessionTracker(options.requests, {
      monotonicMs: now.monotonicMs,
      seedMs: now.wallMs,
      lastZxid: parts.start.lastZxid,
      highestId: highestSessionId(database),
    });
    for (const [id, timeoutMs] of database.sessionsWithTimeouts) {
      this.sessions.add(id, now.monotonicMs, timeoutMs);
    }
    deleteOrphanedEphemerals(database);
    this.processor = createJudgedProcessor(
      {
        database,
        sessions: this.sessions,
        access: parts.access,
        options: options.requests,
        admitSession: parts.admitSession,
        stats: parts.stats,
        journal: { append: (origin, txn, digest) => this.#append(origin, txn, digest) },
      },
      now,
    );
    this.#containers = new ContainerManager(this.processor, database, options.requests);
    this.#needsFirstSnapshot = parts.needsFirstSnapshot;
    this.#isReady = this.storage.isReady;
    if (this.#isReady) this.#becomeReady();
  }

  /** True when clients may connect. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get stats(): ServerStats {
    return this.processor.stats;
  }

  get isServing(): boolean {
    return this.#isReady;
  }

  setNow(now: Now): void {
    this.processor.setNow(now);
  }

  connect(remote: RemoteAddress): ClientConnection {
    assert(this.#isReady, 'the server is not ready');
    return this.processor.connect(remote);
  }

  receive(connection: ClientConnection, chunk: Uint8Array): void {
    this.processor.receive(connection, chunk);
  }

  continue(connection: ClientConnection): void {
    this.processor.continue(connection);
  }

  disconnect(connection: ClientConnection): void {
    this.processor.disconnect(connection);
  }

  release(connection: ClientConnection): void {
    this.processor.output.release(connection);
  }

  takeResumed(): readonly ClientConnection[] {
    return this.processor.takeResumed();
  }

  /** To be called several times a tickTime. */
  tick(): void {
    if (!this.#isReady) return;
    for (const session of this.sessions.takeExpired(this.processor.now.monotonicMs)) {
      this.processor.writes.expire(session);
    }
    this.#containers.tick();
    this.storage.onTick();
  }

  /** At once, as if its client had been silent for too long. False when there is no such session. */
  expireSession(id: SessionId): boolean {
    const session = this.sessions.get(id);
    if (session === undefined || session.isClosing) return false;
    this.sessions.setClosing(session);
    this.processor.writes.expire(session, true);
    return true;
  }

  onDiskDone(done: DiskDone): void {
    for (const event of this.storage.onDiskDone(done)) this.#onStorageEvent(event);
    if (this.#isReady && this.storage.isSnapshotDue) this.takeSnapshot();
  }

  takeDiskOps(): readonly DiskOp[] {
    return this.storage.takeOps();
  }

  takeDirty(): readonly ClientConnection[] {
    return this.processor.output.takeDirty();
  }

  takeEvents(): readonly ServerEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  /** False when one is being taken already. */
  takeSnapshot(): boolean {
    if (this.storage.isSnapshotting || this.storage.hasFailed) return false;
    const { serializeLastProcessedZxid, requests } = this.#options;
    const source = snapshotSourceOf(this.database, {
      serializeLastProcessedZxid,
      digestEnabled: requests.digestEnabled,
    });
    this.#events.push({ kind: 'snapshotStarted', zxid: source.zxid });
    this.stats.snapshotStarted(source.zxid, this.processor.now.monotonicMs);
    return this.storage.takeSnapshot(source);
  }

  purge(): boolean {
    return this.storage.startPurge(this.#options.snapRetainCount);
  }

  /** A clean stop: what is logged becomes durable, then comes the event `closed`. */
  shutdown(): void {
    this.storage.close();
  }

  #append(origin: TxnOrigin, txn: Txn, digest: TreeDigest | null): void {
    writeTxn(this.storage.beginTxn(origin.zxid), origin, { txn, digest });
    this.storage.endTxn();
  }

  #becomeReady(): void {
    this.#isReady = true;
    // No client could be heard until now: the repairs may have taken longer than a session lives.
    const { monotonicMs } = this.processor.now;
    for (const session of this.sessions.sessions()) this.sessions.touch(session, monotonicMs);
    this.#events.push({ kind: 'ready' });
    if (this.#needsFirstSnapshot) this.takeSnapshot();
    this.#needsFirstSnapshot = false;
  }

  #onStorageEvent(event: StorageEvent): void {
    switch (event.kind) {
      case 'ready':
        return this.#becomeReady();
      case 'synced':
        this.stats.countSync(event.through, event.durationMs);
        this.#events.push({ kind: 'synced', durationMs: event.durationMs });
        return this.processor.writes.onCommitted(event.through);
      case 'snapshotDone':
        this.stats.snapshotDone(event.zxid, this.processor.now.monotonicMs);
        break;
      default:
    }
    this.#events.push(event);
  }
}
