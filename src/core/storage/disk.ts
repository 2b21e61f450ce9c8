/**
 * What the storage machine asks of a disk, as data: types only. Two drivers execute it, the real
 * one in src/io/disk and the simulator's SimDisk.
 *
 * Ops of one lane are started one at a time (the machine never has two of a lane in flight), lanes
 * run side by side. Every op ends in exactly one DiskDone. An op that reports `ok` is finished as
 * the kernel sees it, and durable only where its comment says so.
 */

/**
 * `log`: dataLogDir/version-2. `snapshot`: dataDir/version-2. `dataLogDir`: the parent of `log`,
 * where the operator's `initialize` file lies.
 */
export type DirectoryName = 'log' | 'snapshot' | 'dataLogDir';

/**
 * `ahead` writes zeros before the log gets there. `mark` carries the watermark, beside the log so
 * that it never delays a batch. `epoch` is not a storage's own: see PeerHistory.
 */
export type DiskLane = 'log' | 'ahead' | 'snapshot' | 'purge' | 'mark' | 'epoch';

export type SnapshotCompression = '' | 'gz';

export type DiskOp = { readonly id: number; readonly lane: DiskLane } & DiskAction;

export type DiskAction =
  /**
   * A new, empty file, kept open until closeFile. It must not exist (EEXIST otherwise). `sync` says
   * what its writes will say, so that it can be opened for that.
   */
  | (FileAction<'createFile'> & { readonly sync: boolean })
  /** Grows an open file to `size`; what is added reads as zeros. */
  | (FileAction<'extendFile'> & { readonly size: number })
  /** Writes into an open file. With `sync` the data, and the size to reach them, are durable. */
  | (FileAction<'writeFile'> & WriteFields)
  | FileAction<'closeFile'>
  /** Cuts a closed file to `size`, durably. */
  | (FileAction<'truncateFile'> & { readonly size: number })
  /** Makes what is in a closed file durable. */
  | FileAction<'syncFile'>
  /** Removes a file; one that is not there is no error. */
  | FileAction<'unlinkFile'>
  /**
   * Gives a file another name; one that is open stays open, under that name. What has the name
   * already is replaced, atomically, or (not `replaces`) kept: that is an EEXIST.
   */
  | (FileAction<'renameFile'> & { readonly to: string; readonly replaces: boolean })
  /** Makes creations, renames and removals in the directory durable. */
  | { readonly kind: 'syncDirectory'; readonly directory: DirectoryName }
  /**
   * A new file, or an old one emptied, for one snapshot; open until finishSnapshot. `sync` says
   * what that will say: what is to be durable in the end is better written out on the way.
   */
  | (FileAction<'openSnapshot'> & SnapshotFields)
  /** Appends to the open snapshot. */
  | (FileAction<'writeSnapshot'> & { readonly bytes: Uint8Array })
  /** Ends the compressed stream, makes the file durable (with `sync`) and closes it. */
  | (FileAction<'finishSnapshot'> & { readonly sync: boolean })
  /** Creates or overwrites a small file at `position`, durably with `sync`; not kept open. */
  | (FileAction<'patchFile'> & WriteFields)
  /** Lists both directories; the completion carries `files`. */
  | { readonly kind: 'inspect' };

interface FileAction<K extends string> {
  readonly kind: K;
  readonly directory: DirectoryName;
  readonly name: string;
}

interface SnapshotFields {
  readonly compression: SnapshotCompression;
  readonly sync: boolean;
}

interface WriteFields {
  readonly position: number;
  /** Must not change, and does not, until the op is done. */
  readonly bytes: Uint8Array;
  readonly sync: boolean;
}

export type DiskDone =
  | {
      readonly id: number;
      readonly ok: true;
      /** How long the op took, for the caller's warning about slow fsyncs; 0 if not measured. */
      readonly durationMs?: number;
      /** Only for `inspect`. */
      readonly files?: readonly FileInspection[];
    }
  | {
      readonly id: number;
      readonly ok: false;
      /** As the system names it: ENOSPC, EIO, … */
      readonly code: string;
      readonly message: string;
    };

export interface FileInspection {
  readonly directory: DirectoryName;
  readonly name: string;
  readonly size: number;
  /** The first and last bytes of a snapshot, up to INSPECTED_BYTES each; empty for other files. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

export const INSPECTED_BYTES = 16;

/**
 * Synchronous reading, for recovery at boot. Its methods may throw the system's errors: an Error
 * with a `code` such as EIO, by which recovery knows them.
 */
export interface DirectoryReader {
  /** Names in any order; empty when the directory does not exist. */
  list(directory: DirectoryName): readonly string[];
  size(directory: DirectoryName, name: string): number;
  /** Fills `into` from `position` on; returns the count, less than wanted only at the end. */
  read(directory: DirectoryName, name: string, at: { position: number; into: Uint8Array }): number;
  /** The whole of a gzip file, uncompressed. Throws when it is not whole. */
  readGzip(directory: DirectoryName, name: string): Uint8Array;
  /** Keeps no file open: before the disk may change, to be called by who reads again later. */
  close?(): void;
}
