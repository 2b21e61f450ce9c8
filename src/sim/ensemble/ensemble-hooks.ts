/**
 * Where a mutant can take hold of the members of an ensemble from outside: nothing of it is in
 * them. Every hook may change what passes through it.
 */
import type { ServerId } from '../../base/server-id.ts';
import type { PeerHistory } from '../../core/peer-history.ts';
import type { QuorumPeer } from '../../core/quorum-peer.ts';
import type { DirectoryReader, DiskDone, DiskOp } from '../../core/storage/disk.ts';
import type { EnsembleConfig as Members } from '../../core/zab/members/ensemble-config.ts';
import type { SimDisk } from '../disk/sim-disk.ts';

export interface EnsembleHooks {
  /** Each new life of a server, before anything happens to it. */
  onPeer?(peer: QuorumPeer, sid: ServerId): void;
  onHistory?(history: PeerHistory, sid: ServerId): void;
  members?(members: Members): Members;
  /** What a recovery reads from. */
  reader?(disk: SimDisk): DirectoryReader;
  ops?(ops: readonly DiskOp[], peer: QuorumPeer): readonly DiskOp[];
  done?(op: DiskOp, done: DiskDone): DiskDone;
  /** The frames that leave in one turn on one connection, each without its length. */
  frames?(frames: readonly Uint8Array[]): readonly Uint8Array[];
  connectRequest?(bytes: Uint8Array): Uint8Array;
  /** Undoes what was done to shared classes. */
  restore?(): void;
}
