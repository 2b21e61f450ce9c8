/**
 * SimDisk: executes the storage machine's disk ops in virtual time. An op takes effect when it
 * ends; a crash finds the ops that are under way done in part. The disk outlives the server's
 * processes.
 */
import type { Prng } from '../../base/prng.ts';
import type {
  DirectoryName,
  DirectoryReader,
  DiskDone,
  DiskOp,
  FileInspection,
} from '../../core/storage/disk.ts';
import { INSPECTED_BYTES } from '../../core/storage/disk.ts';
import type { EventQueue, QueuedEvent } from '../event-queue.ts';
import type { SimClock } from '../sim-clock.ts';
import { DiskError } from './disk-error.ts';
import { type DiskFaults, type DiskOutcome, isSync } from './disk-faults.ts';
import { LogJournal } from './log-journal.ts';
import { SimDirectory } from './sim-directory.ts';
import { SECTOR_BYTES, SimFile } from './sim-file.ts';
import { StableImage } from './stable-image.ts';
import { readStoredGzip, storedGzip } from './stored-gzip.ts';

export type CrashKind = 'kill' | 'powerLoss';

interface Flight {
  readonly op: DiskOp;
  readonly event: QueuedEvent;
}

export interface SimDiskParts {
  readonly clock: SimClock;
  readonly queue: EventQueue;
  readonly faults: DiskFaults;
  readonly prng: Prng;
  readonly hasSeparateLogDirectory: boolean;
  /**
   * Of the configuration. Without it nothing vouches for a closed log but the system's memory: a
   * sync that gives its pages up is then a power failure in small, and those are left out too.
   */
  readonly forceSync: boolean;
}

export class SimDisk implements DirectoryReader {
  readonly journal = new LogJournal();
  /** Ops started and ended so far: the moments at which a crash can be asked for. */
  opCount = 0;
  onDone: (op: DiskOp, done: DiskDone) => void = () => {};
  /** Recovery's next read of this file name's kind fails. */
  readFault: 'log' | 'snapshot' | null = null;
  readonly #parts: SimDiskParts;
  readonly #directories: Readonly<Record<DirectoryName, SimDirectory>>;
  readonly #flights = new Map<number, Flight>();
  #gzipParts: Uint8Array[] | null = null;

  constructor(parts: SimDiskParts) {
    this.#parts = parts;
    const snapshot = new SimDirectory();
    const log = parts.hasSeparateLogDirectory ? new SimDirectory() : snapshot;
    this.#directories = { log, snapshot, dataLogDir: new SimDirectory() };
  }

  start(ops: readonly DiskOp[]): void {
    for (const op of ops) {
      this.opCount++;
      const { outcome, durationUs } = this.#parts.faults.judge(op);
      if (op.kind === 'writeFile' && op.lane === 'log') this.#beginLogWrite(op);
      const at = this.#parts.clock.nowUs + durationUs;
      const event = this.#parts.queue.add(at, `disk ${op.kind} ${outcome}`, () => {
        this.#flights.delete(op.id);
        this.opCount++;
        this.onDone(op, this.#end(op, outcome, durationUs));
      });
      this.#flights.set(op.id, { op, event });
    }
  }

  /** The server's process is gone; with a power failure also what was not on stable storage. */
  crash(kind: CrashKind): void {
    const { prng } = this.#parts;
    for (const { op, event } of this.#flights.values()) {
      event.isCancelled = true;
      this.#leaveHalfDone(op);
    }
    this.#flights.clear();
    this.#gzipParts = null;
    for (const directory of new Set(Object.values(this.#directories))) {
      if (kind === 'powerLoss') directory.survivesPowerLoss(prng);
      for (const file of directory.files()) {
        if (kind === 'powerLoss') file.survivesPowerLoss(prng);
        else file.survivesKill();
      }
    }
  }

  file(directory: DirectoryName, name: string): SimFile | undefined {
    return this.#directories[directory].get(name);
  }

  /** Puts a file there as if it had always been there. */
  plant(directory: DirectoryName, name: string, bytes: Uint8Array): void {
    this.#directories[directory].add(name, SimFile.of(bytes));
    this.#directories[directory].sync();
  }

  get isIdle(): boolean {
    return this.#flights.size === 0;
  }

  /** The disk as it would be if the power failed now and nothing un-synced had got there. */
  stableImage(): DirectoryReader {
    return new StableImage(this.#directories);
  }

  // --- DirectoryReader ----------------------------------------------------------------------------

  list(directory: DirectoryName): readonly string[] {
    // No order can be relied on: the newest names first is as good as any, and unlike the usual.
    return this.#directories[directory].names().reverse();
  }

  size(directory: DirectoryName, name: string): number {
    return this.#open(directory, name).size;
  }

  read(directory: DirectoryName, name: string, at: { position: number; into: Uint8Array }): number {
    const kind = name.startsWith('snapshot.') ? 'snapshot' : 'log';
    if (this.readFault === kind) {
      this.readFault = null;
      throw new DiskError('EIO', `EIO: i/o error, read ${name}`);
    }
    const part = this.#open(directory, name).bytes.subarray(at.position);
    const wanted = part.subarray(0, at.into.length);
    at.into.set(wanted);
    return wanted.length;
  }

  readGzip(directory: DirectoryName, name: string): Uint8Array {
    const bytes = readStoredGzip(this.#open(directory, name).bytes);
    if (bytes === null) throw new DiskError('Z_DATA_ERROR', `${name} is no whole gzip file`);
    return bytes;
  }

  // --- Ops ----------------------------------------------------------------------------------------

  #open(directory: DirectoryName, name: string): SimFile {
    const file = this.#directories[directory].get(name);
    if (file === undefined) throw new DiskError('ENOENT', `ENOENT: no such file ${name}`);
    return file;
  }

  #beginLogWrite(op: Extract<DiskOp, { kind: 'writeFile' }>): void {
    const directory = this.#directories[op.directory];
    const file = directory.get(op.name);
    if (file === undefined) return;
    const { name, position, bytes } = op;
    this.journal.begin({ directory, file, name, position, bytes });
  }

  #end(op: DiskOp, outcome: DiskOutcome, durationUs: number): DiskDone {
    const { id } = op;
    // Before the op can remove a log that was complete.
    this.journal.stableThrough();
    try {
      if (outcome === 'EIO' || outcome === 'ENOSPC') {
        this.#leaveHalfDone(op);
        throw new DiskError(outcome, `${outcome}: the simulated disk says so`);
      }
      const files = this.#apply(op);
      if (outcome === 'syncError') {
        if ('name' in op && this.#parts.prng.chance(0.5)) this.#evict(op);
        throw new DiskError('EIO', 'EIO: i/o error, fsync');
      }
      if (isSync(op)) this.#sync(op);
      if (op.kind === 'writeFile' && op.lane === 'log') this.journal.onWritten(op.bytes);
      const durationMs = durationUs / 1000;
      return files === undefined
        ? { id, ok: true, durationMs }
        : { id, ok: true, durationMs, files };
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return { id, ok: false, code: error.code, message: error.message };
    }
  }

  #evict(op: Extract<DiskOp, { name: string }>): void {
    const name = op.kind === 'renameFile' ? op.to : op.name;
    if (!this.#parts.forceSync && name.startsWith('log.')) return;
    this.#directories[op.directory].get(name)?.evict();
  }

  #sync(op: DiskOp): void {
    if (op.kind === 'syncDirectory') return this.#directories[op.directory].sync();
    if (!('name' in op)) return;
    const file = this.#open(op.directory, op.name);
    if (op.kind === 'writeFile') file.syncRange(op.position, op.position + op.bytes.length);
    else file.sync();
  }

  /** Everything but the durability. */
  #apply(op: DiskOp): FileInspection[] | undefined {
    switch (op.kind) {
      case 'createFile':
        return this.#create(op);
      case 'openSnapshot':
        this.#directories[op.directory].add(op.name, new SimFile());
        this.#gzipParts = op.compression === 'gz' ? [] : null;
        return;
      case 'extendFile':
      case 'truncateFile':
        this.#open(op.directory, op.name).resize(op.size);
        if (op.kind === 'truncateFile') this.#noteCut(op, op.size);
        return;
      case 'writeFile':
        this.#open(op.directory, op.name).write(op.position, op.bytes);
        return;
      case 'patchFile':
        this.#patch(op);
        return;
      case 'unlinkFile':
        if (op.lane === 'log') this.#noteCut(op, 0);
        this.#directories[op.directory].remove(op.name);
        return;
      case 'renameFile':
        return this.#rename(op);
      case 'writeSnapshot':
        this.#writeSnapshot(op);
        return;
      case 'finishSnapshot':
        this.#finishSnapshot(op);
        return;
      case 'inspect':
        return [...this.#inspect('snapshot'), ...this.#inspect('log')];
      case 'closeFile':
      case 'syncFile':
      case 'syncDirectory':
        return;
    }
  }

  #noteCut({ directory, name }: Extract<DiskOp, { name: string }>, size: number): void {
    const file = this.#directories[directory].get(name);
    if (file !== undefined) this.journal.onCut(file, size);
  }

  #create(op: Extract<DiskOp, { kind: 'createFile' }>): undefined {
    const directory = this.#directories[op.directory];
    if (directory.get(op.name) !== undefined) {
      throw new DiskError('EEXIST', `EEXIST: file already exists ${op.name}`);
    }
    directory.add(op.name, new SimFile());
  }

  #rename(op: Extract<DiskOp, { kind: 'renameFile' }>): undefined {
    const directory = this.#directories[op.directory];
    if (!op.replaces && directory.get(op.to) !== undefined) {
      throw new DiskError('EEXIST', `EEXIST: file already exists ${op.to}`);
    }
    const isDone = directory.rename(op.name, op.to);
    if (!isDone) throw new DiskError('ENOENT', `ENOENT: no such file ${op.name}`);
  }

  #patch(op: Extract<DiskOp, { kind: 'patchFile' }>): void {
    const directory = this.#directories[op.directory];
    let file = directory.get(op.name);
    if (file === undefined) {
      file = new SimFile();
      directory.add(op.name, file);
    }
    file.write(op.position, op.bytes);
  }

  #writeSnapshot(op: Extract<DiskOp, { kind: 'writeSnapshot' }>): void {
    if (this.#gzipParts !== null) {
      this.#gzipParts.push(op.bytes.slice());
      return;
    }
    const file = this.#open(op.directory, op.name);
    file.write(file.size, op.bytes);
  }

  #finishSnapshot(op: Extract<DiskOp, { kind: 'finishSnapshot' }>): void {
    const parts = this.#gzipParts;
    this.#gzipParts = null;
    if (parts === null) return;
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.#open(op.directory, op.name).write(0, storedGzip(whole));
  }

  #inspect(directory: 'log' | 'snapshot'): FileInspection[] {
    return this.list(directory).map((name) => {
      const { bytes, size } = this.#open(directory, name);
      const isSnapshot = directory === 'snapshot' && name.startsWith('snapshot.');
      const head = isSnapshot ? bytes.slice(0, INSPECTED_BYTES) : new Uint8Array(0);
      const tail = isSnapshot ? bytes.slice(-INSPECTED_BYTES) : new Uint8Array(0);
      return { directory, name, size: isSnapshot ? size : 0, head, tail };
    });
  }

  /** An op that failed or was cut off: nothing of it was done, or all, or a part. */
  #leaveHalfDone(op: DiskOp): void {
    const { prng } = this.#parts;
    const part = prng.pick(['none', 'some', 'all', 'durable'] as const);
    if (part === 'none' || op.kind === 'inspect') return;
    try {
      if (part === 'some' && (op.kind === 'writeFile' || op.kind === 'patchFile')) {
        return this.#writeSectors(op);
      }
      if (part === 'some' && op.kind === 'writeSnapshot') {
        const bytes = op.bytes.slice(0, prng.below(op.bytes.length + 1));
        return this.#writeSnapshot({ ...op, bytes });
      }
      this.#apply(op);
      if (part === 'durable' && isSync(op)) this.#sync(op);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }

  /** A prefix, or any of the sectors: the system writes them in the order it likes. */
  #writeSectors(op: Extract<DiskOp, { kind: 'writeFile' | 'patchFile' }>): void {
    const { prng } = this.#parts;
    const { bytes, position } = op;
    const isPrefix = prng.chance(0.5);
    const count = prng.below(bytes.length + 1);
    if (isPrefix) {
      this.#apply({ ...op, bytes: bytes.subarray(0, count) });
      return;
    }
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(at + SECTOR_BYTES - ((position + at) % SECTOR_BYTES), bytes.length);
      if (prng.chance(0.5)) {
        this.#apply({ ...op, position: position + at, bytes: bytes.subarray(at, end) });
      }
      at = end;
    }
  }
}
