/**
 * What FileDisk is asked to do and what it answers. The storage machine's own types
 * (core/storage/disk.ts, where every op is described) once more, because this folder does not know
 * the core; the shell, which joins the two, does not compile if they differ.
 */
export type DirectoryName = 'log' | 'snapshot' | 'dataLogDir';

export type DiskOp = { readonly id: number } & DiskAction;

export type DiskAction =
  | (FileAction<'createFile'> & { readonly sync: boolean })
  | (FileAction<'extendFile'> & { readonly size: number })
  | (FileAction<'writeFile'> & WriteFields)
  | FileAction<'closeFile'>
  | (FileAction<'truncateFile'> & { readonly size: number })
  | FileAction<'syncFile'>
  | FileAction<'unlinkFile'>
  | (FileAction<'renameFile'> & { readonly to: string; readonly replaces: boolean })
  | { readonly kind: 'syncDirectory'; readonly directory: DirectoryName }
  | (FileAction<'openSnapshot'> & SnapshotFields)
  | (FileAction<'writeSnapshot'> & { readonly bytes: Uint8Array })
  | (FileAction<'finishSnapshot'> & { readonly sync: boolean })
  | (FileAction<'patchFile'> & WriteFields)
  | { readonly kind: 'inspect' };

interface FileAction<K extends string> {
  readonly kind: K;
  readonly directory: DirectoryName;
  readonly name: string;
}

interface SnapshotFields {
  readonly compression: '' | 'gz';
  readonly sync: boolean;
}

interface WriteFields {
  readonly position: number;
  readonly bytes: Uint8Array;
  readonly sync: boolean;
}

export type DiskDone =
  | {
      readonly id: number;
      readonly ok: true;
      readonly durationMs: number;
      readonly files?: readonly FileInspection[];
    }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string };

export interface FileInspection {
  readonly directory: DirectoryName;
  readonly name: string;
  readonly size: number;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}
