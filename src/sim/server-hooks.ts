/**
 * Where a mutant can take hold of a server from outside: nothing of it is in the server itself.
 * Every hook may change what passes through it.
 */
import type { Now } from '../base/now.ts';
import type { DatabaseRecovery } from '../core/database-recovery.ts';
import type { StandaloneServer } from '../core/standalone-server.ts';
import type { DirectoryReader, DiskDone, DiskOp } from '../core/storage/disk.ts';
import type { SimDisk } from './disk/sim-disk.ts';

export interface ServerHooks {
  /** Each new life of the server, before anything happens to it. */
  onServer?(server: StandaloneServer): void;
  /** What was recovered, before a server is made of it. */
  onRecovered?(recovery: DatabaseRecovery): void;
  reader?(disk: SimDisk): DirectoryReader;
  ops?(ops: readonly DiskOp[], server: StandaloneServer): readonly DiskOp[];
  done?(op: DiskOp, done: DiskDone): DiskDone;
  /** The frames that leave in one turn on one connection, each without its length. */
  frames?(frames: readonly Uint8Array[]): readonly Uint8Array[];
  now?(now: Now): Now;
  connectRequest?(bytes: Uint8Array): Uint8Array;
  /** Undoes what was done to shared classes. */
  restore?(): void;
}
