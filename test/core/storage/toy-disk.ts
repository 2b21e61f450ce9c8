/**
 * ToyDisk: a disk in memory that knows what is durable. Ops are done when the test says so; `crash`
 * gives a disk as a power failure could have left it: of what no sync had covered, any sectors are
 * there and any are not, and directory changes up to some point.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Prng } from '../../../src/base/prng.ts';
import type {
  DirectoryName,
  DirectoryReader,
  DiskDone,
  DiskOp,
  FileInspection,
} from '../../../src/core/storage/disk.ts';

const SECTOR_BYTES = 512;

/** `now` is what programs see; `durable` what is certain to survive. */
interface ToyFile {
  now: Uint8Array;
  durable: Uint8Array;
}

type Entries = Map<string, ToyFile>;

export class ToyDisk implements DirectoryReader {
  readonly pending: DiskOp[] = [];
  /** Every op that was started, for tests that look at the order. */
  readonly started: DiskOp[] = [];
  /** The next op of this kind fails so. */
  failure: { kind: DiskOp['kind']; code: string } | null = null;
  #entries: Entries = new Map();
  /** The directory as it was before each change that is not durable, oldest first. */
  #history: Entries[] = [];
  #gzip = new Map<string, Uint8Array[]>();

  start(ops: readonly DiskOp[]): void {
    for (const op of ops) {
      this.started.push(op);
      this.pending.push(op);
      this.#begin(op);
    }
  }

  /** Finishes one op that was started. */
  finish(op: DiskOp): DiskDone {
    this.pending.splice(this.pending.indexOf(op), 1);
    if (this.failure?.kind === op.kind) {
      const { code } = this.failure;
      this.failure = null;
      return { id: op.id, ok: false, code, message: 'as the test wants it' };
    }
    const files = this.#end(op);
    return files === undefined ? { id: op.id, ok: true } : { id: op.id, ok: true, files };
  }

  /** What is in a directory after a power failure now. */
  crash(prng: Prng): ToyDisk {
    const survivor = new ToyDisk();
    const states = [...this.#history, this.#entries];
    for (const [key, file] of prng.pick(states)) {
      const bytes = survivingBytes(file, prng);
      survivor.#entries.set(key, { now: bytes, durable: bytes.slice() });
    }
    return survivor;
  }

  /** The same disk after the process alone was killed: nothing is lost, nothing made durable. */
  restart(): ToyDisk {
    const same = new ToyDisk();
    same.#entries = this.#entries;
    same.#history = this.#history;
    return same;
  }

  /** For tests that take files away. */
  copy(): ToyDisk {
    const copy = new ToyDisk();
    copy.#entries = new Map(this.#entries);
    return copy;
  }

  names(): string[] {
    return [...this.#entries.keys()].sort();
  }

  file(name: string, directory: DirectoryName = 'log'): Uint8Array {
    const file = this.#entries.get(`${directory}/${name}`);
    if (file === undefined) throw new Error(`no ${directory}/${name}`);
    return file.now;
  }

  put(directory: DirectoryName, name: string, bytes: Uint8Array): void {
    this.#entries.set(`${directory}/${name}`, { now: bytes, durable: bytes.slice() });
  }

  remove(directory: DirectoryName, name: string): void {
    this.#entries.delete(`${directory}/${name}`);
  }

  list(directory: DirectoryName): string[] {
    const prefix = `${directory}/`;
    return this.names()
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  }

  size(directory: DirectoryName, name: string): number {
    return this.file(name, directory).length;
  }

  read(directory: DirectoryName, name: string, at: { position: number; into: Uint8Array }): number {
    const part = this.file(name, directory).subarray(at.position, at.position + at.into.length);
    at.into.set(part);
    return part.length;
  }

  readGzip(directory: DirectoryName, name: string): Uint8Array {
    return gunzipSync(this.file(name, directory));
  }

  /** What an op does that may be on the disk before it has ended. */
  #begin(op: DiskOp): void {
    if (op.kind === 'writeFile' || op.kind === 'patchFile') {
      const key = `${op.directory}/${op.name}`;
      if (op.kind === 'patchFile' && !this.#entries.has(key)) this.#add(key);
      const file = this.#open(key);
      const size = Math.max(file.now.length, op.position + op.bytes.length);
      file.now = resized(file.now, size);
      file.now.set(op.bytes, op.position);
    }
  }

  #end(op: DiskOp): FileInspection[] | undefined {
    const key = 'name' in op ? `${op.directory}/${op.name}` : '';
    switch (op.kind) {
      case 'createFile':
        if (this.#entries.has(key)) throw new Error(`EEXIST ${key}`);
        this.#add(key);
        return;
      case 'openSnapshot':
        this.#add(key);
        this.#gzip.delete(key);
        if (op.compression === 'gz') this.#gzip.set(key, []);
        return;
      case 'extendFile':
        this.#open(key).now = resized(this.#open(key).now, op.size);
        return;
      case 'truncateFile':
        this.#open(key).now = this.#open(key).now.slice(0, op.size);
        this.#sync(key);
        return;
      case 'writeFile':
      case 'patchFile':
      case 'finishSnapshot': {
        const parts = op.kind === 'finishSnapshot' ? this.#gzip.get(key) : undefined;
        if (parts !== undefined) this.#open(key).now = gzipSync(Buffer.concat(parts));
        if (op.sync) this.#sync(key);
        return;
      }
      case 'syncFile':
        this.#sync(key);
        return;
      case 'writeSnapshot':
        this.#appendSnapshot(key, op.bytes);
        return;
      case 'unlinkFile':
        this.#change((entries) => entries.delete(key));
        return;
      case 'renameFile': {
        const file = this.#open(key);
        const to = `${op.directory}/${op.to}`;
        if (!op.replaces && this.#entries.has(to)) throw new Error(`EEXIST ${to}`);
        this.#change((entries) => {
          entries.delete(key);
          entries.set(to, file);
        });
        return;
      }
      case 'syncDirectory':
        this.#history = [];
        return;
      case 'inspect':
        return this.#inspect();
      case 'closeFile':
        return;
    }
  }

  #appendSnapshot(key: string, bytes: Uint8Array): void {
    const parts = this.#gzip.get(key);
    if (parts !== undefined) {
      parts.push(bytes.slice());
      return;
    }
    const file = this.#open(key);
    const position = file.now.length;
    file.now = resized(file.now, position + bytes.length);
    file.now.set(bytes, position);
  }

  #inspect(): FileInspection[] {
    return (['snapshot', 'log'] as const).flatMap((directory) =>
      this.list(directory).map((name) => {
        const bytes = this.file(name, directory);
        const head = bytes.slice(0, 16);
        return { directory, name, size: bytes.length, head, tail: bytes.slice(-16) };
      }),
    );
  }

  #open(key: string): ToyFile {
    const file = this.#entries.get(key);
    if (file === undefined) throw new Error(`ENOENT ${key}`);
    return file;
  }

  #add(key: string): void {
    this.#change((entries) => {
      entries.set(key, { now: new Uint8Array(0), durable: new Uint8Array(0) });
    });
  }

  #change(change: (entries: Entries) => void): void {
    this.#history.push(new Map(this.#entries));
    change(this.#entries);
  }

  #sync(key: string): void {
    const file = this.#open(key);
    file.durable = file.now.slice();
  }
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  if (size <= bytes.length) return bytes;
  const grown = new Uint8Array(size);
  grown.set(bytes);
  return grown;
}

/** The durable bytes, with any of the sectors that differ as they are now. */
function survivingBytes(file: ToyFile, prng: Prng): Uint8Array {
  const size = prng.chance(0.5) ? file.now.length : file.durable.length;
  const bytes = new Uint8Array(size);
  const isAllOrNothing = prng.chance(0.3);
  const keepsAll = prng.chance(0.5);
  for (let at = 0; at < size; at += SECTOR_BYTES) {
    const isNew = isAllOrNothing ? keepsAll : prng.chance(0.5);
    const source = isNew ? file.now : file.durable;
    bytes.set(source.subarray(at, Math.min(at + SECTOR_BYTES, size)), at);
  }
  return bytes;
}
