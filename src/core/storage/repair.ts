/**
 * What recovery leaves to be done on the disk before the server answers anyone: cutting the torn
 * tail, making durable what it has read (a page cache may know more than the disk), removing what
 * is unfinished. Each can be repeated, so a crash in between does no harm.
 */
import type { DirectoryName } from './disk.ts';

export type Repair =
  | {
      readonly kind: 'truncateFile';
      readonly directory: DirectoryName;
      readonly name: string;
      readonly size: number;
    }
  | { readonly kind: 'syncFile'; readonly directory: DirectoryName; readonly name: string }
  | { readonly kind: 'unlinkFile'; readonly directory: DirectoryName; readonly name: string }
  | { readonly kind: 'syncDirectory'; readonly directory: DirectoryName };
