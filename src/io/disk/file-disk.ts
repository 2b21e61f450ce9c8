/**
 * FileDisk: does the storage machine's disk ops with real files and reports each one's end, with
 * the system's error if it failed. It decides nothing and tries nothing again.
 *
 * The log is opened with O_DSYNC where there is such a thing, so a batch costs one call that is
 * back when the data is on the disk; elsewhere a write and an fdatasync.
 */
import { closeSync, constants, openSync, write } from 'node:fs';
import { access, type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { type DirectoryPaths, filePath } from './directory-paths.ts';
import type { DirectoryName, DiskAction, DiskDone, DiskOp, FileInspection } from './disk-op.ts';
import { SnapshotFile, writeAll } from './snapshot-file.ts';

type Action<K extends DiskAction['kind']> = Extract<DiskAction, { kind: K }>;

const { O_CREAT, O_EXCL, O_RDWR, O_WRONLY } = constants;
/** Absent on Windows. */
const O_DSYNC: number | undefined = constants.O_DSYNC;
const INSPECTED_BYTES = 16;

export class FileDisk {
  readonly #paths: DirectoryPaths;
  readonly #onDone: (done: DiskDone) => void;
  readonly #files = new Map<string, FileHandle>();
  #snapshot: SnapshotFile | null = null;
  /** The directories themselves, open until `close`: so tools see that they are in use. */
  #held: readonly number[];
  #underWay = 0;
  #isClosed = false;
  #onIdle: (() => void) | null = null;

  /** `onDone` is never called within `start`. */
  constructor(paths: DirectoryPaths, onDone: (done: DiskDone) => void) {
    this.#paths = paths;
    this.#onDone = onDone;
    this.#held = holdDirectories(paths);
  }

  /** Starts all of them, which are of different lanes. */
  start(ops: readonly DiskOp[]): void {
    if (this.#isClosed) return;
    for (const op of ops) {
      const { id } = op;
      const startMs = performance.now();
      this.#underWay++;
      const onError = (error: unknown) => this.#end({ id, ok: false, ...describeError(error) });
      if (op.kind === 'writeFile' && (O_DSYNC !== undefined || !op.sync)) {
        this.#writeLog(op, (error) => {
          if (error !== null) onError(error);
          else this.#end({ id, ok: true, durationMs: performance.now() - startMs });
        });
      } else {
        this.#run(op).then((files) => {
          const durationMs = performance.now() - startMs;
          this.#end({ id, ok: true, durationMs, ...(files && { files }) });
        }, onError);
      }
    }
  }

  /**
   * Starts nothing more and tells nobody of what is under way. Resolves when that has ended and no
   * file is open: the directory is somebody else's.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    const handles = [...this.#files.values()];
    this.#files.clear();
    await Promise.all(handles.map((handle) => handle.close()));
    for (const descriptor of this.#held) closeSync(descriptor);
    this.#held = [];
    const snapshot = this.#snapshot;
    this.#snapshot = null;
    // Given up; its stream may be broken already.
    await snapshot?.finish(false).catch(() => {});
  }

  #end(done: DiskDone): void {
    this.#underWay--;
    if (!this.#isClosed) this.#onDone(done);
    else if (this.#underWay === 0) this.#onIdle?.();
  }

  /** The way of every write request: without promises. */
  #writeLog(op: Action<'writeFile'>, onEnd: (error: Error | null) => void): void {
    const descriptor = this.#open(op.directory, op.name).fd;
    const { bytes, position } = op;
    const from = (done: number): void => {
      write(descriptor, bytes, done, bytes.length - done, position + done, (error, count) => {
        if (error !== null) onEnd(error);
        else if (done + count < bytes.length) from(done + count);
        else onEnd(null);
      });
    };
    from(0);
  }

  // biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing.
  async #run(op: DiskAction): Promise<FileInspection[] | void> {
    switch (op.kind) {
      case 'createFile':
        return this.#create(op);
      case 'extendFile':
        return this.#open(op.directory, op.name).truncate(op.size);
      case 'writeFile':
        return this.#writeAndSync(op);
      case 'closeFile':
        return this.#close(op);
      case 'renameFile':
        return this.#rename(op);
      case 'unlinkFile':
        return rm(this.#path(op), { force: true });
      case 'truncateFile':
      case 'syncFile':
        return this.#settle(op);
      case 'syncDirectory':
        return syncDirectory(this.#paths[op.directory]);
      case 'openSnapshot':
        this.#snapshot = await SnapshotFile.create(this.#path(op), op);
        return;
      case 'writeSnapshot':
        return this.#openSnapshot().write(op.bytes);
      case 'finishSnapshot':
        return this.#finishSnapshot(op.sync);
      case 'patchFile':
        return this.#patch(op);
      case 'inspect':
        return [...(await this.#inspect('snapshot')), ...(await this.#inspect('log'))];
    }
  }

  #path(op: { readonly directory: DirectoryName; readonly name: string }): string {
    return filePath(this.#paths, op.directory, op.name);
  }

  #open(directory: DirectoryName, name: string): FileHandle {
    const handle = this.#files.get(filePath(this.#paths, directory, name));
    if (handle === undefined) throw new Error(`${name} is not open`);
    return handle;
  }

  async #create(op: Action<'createFile'>): Promise<void> {
    const sync = op.sync ? (O_DSYNC ?? 0) : 0;
    const path = this.#path(op);
    this.#files.set(path, await open(path, O_WRONLY | O_CREAT | O_EXCL | sync, 0o644));
  }

  async #writeAndSync(op: Action<'writeFile'>): Promise<void> {
    const handle = this.#open(op.directory, op.name);
    await writeAll(handle, op.bytes, op.position);
    if (op.sync) await handle.datasync();
  }

  async #close(op: Action<'closeFile'>): Promise<void> {
    const handle = this.#open(op.directory, op.name);
    this.#files.delete(this.#path(op));
    await handle.close();
  }

  async #settle(op: Action<'truncateFile'> | Action<'syncFile'>): Promise<void> {
    const handle = await open(this.#path(op), O_RDWR);
    try {
      if (op.kind === 'truncateFile') await handle.truncate(op.size);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async #rename(op: Action<'renameFile'>): Promise<void> {
    const from = this.#path(op);
    const to = filePath(this.#paths, op.directory, op.to);
    if (!op.replaces && (await isThere(to))) throw new FileExistsError(to);
    await rename(from, to);
    const handle = this.#files.get(from);
    if (handle === undefined) return;
    this.#files.delete(from);
    this.#files.set(to, handle);
  }

  #openSnapshot(): SnapshotFile {
    if (this.#snapshot === null) throw new Error('no snapshot is open');
    return this.#snapshot;
  }

  async #finishSnapshot(sync: boolean): Promise<void> {
    const snapshot = this.#openSnapshot();
    this.#snapshot = null;
    await snapshot.finish(sync);
  }

  async #patch(op: Action<'patchFile'>): Promise<void> {
    const handle = await open(this.#path(op), O_RDWR | O_CREAT, 0o644);
    try {
      await writeAll(handle, op.bytes, op.position);
      if (op.sync) await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  async #inspect(directory: 'log' | 'snapshot'): Promise<FileInspection[]> {
    const files: FileInspection[] = [];
    for (const name of await readdir(this.#paths[directory])) {
      if (directory === 'snapshot' && name.startsWith('snapshot.')) {
        files.push(await inspectSnapshot(filePath(this.#paths, directory, name), name));
      } else {
        const nothing = new Uint8Array(0);
        files.push({ directory, name, size: 0, head: nothing, tail: nothing });
      }
    }
    return files;
  }
}

function holdDirectories({ log, snapshot }: DirectoryPaths): number[] {
  return [...new Set([log, snapshot])].flatMap((path) => {
    try {
      return [openSync(path, 'r')];
    } catch {
      // Windows opens no directories; and what is wrong with one that is not there, the ops tell.
      return [];
    }
  });
}

async function inspectSnapshot(path: string, name: string): Promise<FileInspection> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const ends: Uint8Array[] = [];
    for (const position of [0, Math.max(0, size - INSPECTED_BYTES)]) {
      const bytes = new Uint8Array(INSPECTED_BYTES);
      const { bytesRead } = await handle.read(bytes, 0, INSPECTED_BYTES, position);
      ends.push(bytes.subarray(0, bytesRead));
    }
    const [head = new Uint8Array(0), tail = new Uint8Array(0)] = ends;
    return { directory: 'snapshot', name, size, head, tail };
  } finally {
    await handle.close();
  }
}

/** What the system says of a file that is created where one is; of a rename it does not. */
class FileExistsError extends Error {
  readonly code = 'EEXIST';

  constructor(path: string) {
    super(`EEXIST: file already exists, rename to '${path}'`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows has no such thing: its directory entries are journalled.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function describeError(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  return { code, message: error.message };
}
